package io.rayauth;

import io.rayauth.error.JobConflictException;
import io.rayauth.error.JobNotFoundException;
import io.rayauth.error.PackageException;
import io.rayauth.error.RayApiException;
import io.rayauth.error.RayAuthException;
import io.rayauth.error.RayDecodeException;
import io.rayauth.error.RayException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.error.RayTransportException;
import io.rayauth.error.UnsupportedRayVersionException;
import io.rayauth.internal.admission.Admissions;
import io.rayauth.internal.admission.HeadView;
import io.rayauth.internal.admission.Housekeeping;
import io.rayauth.internal.admission.Limits;
import io.rayauth.internal.call.CallEngine;
import io.rayauth.internal.call.Credential;
import io.rayauth.internal.call.Events;
import io.rayauth.internal.call.Gateway;
import io.rayauth.internal.call.HeaderRules;
import io.rayauth.internal.call.InterruptingFuture;
import io.rayauth.internal.http.ApiRequest;
import io.rayauth.internal.http.ApiResponse;
import io.rayauth.internal.http.Deadline;
import io.rayauth.internal.http.JdkTransport;
import io.rayauth.internal.http.Network;
import io.rayauth.internal.http.PemTls;
import io.rayauth.internal.json.JobCodec;
import io.rayauth.internal.logs.LogAccess;
import io.rayauth.internal.pack.ClusterStore;
import io.rayauth.internal.pack.PackageSettings;
import io.rayauth.internal.pack.Packages;
import io.rayauth.internal.submit.JobRun;
import io.rayauth.internal.submit.Submitter;
import io.rayauth.internal.token.CachingTokenProvider;
import io.rayauth.internal.watch.ClusterLook;
import io.rayauth.internal.watch.JobBoard;
import io.rayauth.internal.watch.Pace;
import io.rayauth.job.AwaitTimeoutException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobResult;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.job.LogGapException;
import io.rayauth.job.PackageStore;
import io.rayauth.job.PackageUri;
import io.rayauth.job.RunOptions;
import io.rayauth.job.StopOutcome;
import io.rayauth.job.Submission;
import io.rayauth.time.TimeSource;
import io.rayauth.token.CachePolicy;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Submits, watches and stops jobs on one Ray cluster.
 *
 * <p>Thread-safe and made to live long: create one for each cluster, share it, close it when the
 * program ends. It keeps the token fresh: an old one is renewed in the background, a refused one is
 * dropped and replaced once. All methods block; {@link #async(Executor)} gives the same calls as
 * futures. An interrupt ends any of them with {@link RayInterruptedException}.
 *
 * <p>Every method that talks to the cluster can throw {@link TokenUnavailableException} if there is
 * no token to be had, {@link RayAuthException} if the cluster refuses even a fresh one, {@link
 * RayTransportException} if no complete answer comes in time, {@link RayDecodeException} if the
 * answer is not one of a Ray dashboard, and {@link RayApiException} for every other refusal.
 *
 * <p>Wire format: the Jobs REST API of Ray 2.x ({@code python/ray/dashboard/modules/job}).
 */
public final class JobClient implements AutoCloseable {
  private static final Duration FIRST_POLL = Duration.ofMillis(200);
  private static final Duration LONGEST_POLL = Duration.ofSeconds(2);

  static {
    Gateway.openWith(client -> new Gateway(client.engine, client.transport));
  }

  private final JdkTransport transport;
  private final CallEngine engine;
  private final Runnable closeTokens;
  private final Events events;
  private final Duration requestTimeout;
  private final TimeSource time;
  private final RandomGenerator random;
  private final LogAccess logs;
  private final ClusterStore clusterStore;
  private final Packages packages;
  private final Submitter submitter;
  private volatile @Nullable RayVersion lastVersion;

  JobClient(
      JdkTransport transport,
      CallEngine engine,
      Runnable closeTokens,
      Events events,
      Duration requestTimeout,
      TimeSource time,
      RandomGenerator random,
      ClusterStore clusterStore,
      Packages packages) {
    this.transport = transport;
    this.engine = engine;
    this.closeTokens = closeTokens;
    this.events = events;
    this.requestTimeout = requestTimeout;
    this.time = time;
    this.random = random;
    this.logs = new LogAccess(engine, transport, requestTimeout);
    this.clusterStore = clusterStore;
    this.packages = packages;
    this.submitter = new Submitter(this::call, packages, this::requireSupport, random);
  }

  /**
   * Starts a client for a dashboard.
   *
   * @param url such as {@code http://localhost:8265} or {@code https://host/ray/team-a/trainer}
   * @return a builder
   * @throws IllegalArgumentException if it is not an absolute http or https address without user,
   *     query and fragment
   */
  public static Builder builder(String url) {
    return new Builder(RayEndpoint.of(url));
  }

  /**
   * Starts a client for a dashboard.
   *
   * @param url such as {@code http://localhost:8265}
   * @return a builder
   * @throws IllegalArgumentException if it is not an absolute http or https address without user,
   *     query and fragment
   */
  public static Builder builder(URI url) {
    return new Builder(RayEndpoint.of(url));
  }

  /**
   * Returns where this client goes.
   *
   * @return the endpoint
   */
  public RayEndpoint endpoint() {
    return transport.endpoint();
  }

  /**
   * Asks which Ray answers; also the cheapest way to try address and token.
   *
   * @return the versions of Ray and of its Jobs API
   */
  public RayVersion version() {
    RayVersion version = JobCodec.version(call(ApiRequest.of("GET", "/api/version")).body());
    lastVersion = version;
    return version;
  }

  /**
   * Submits a job and returns as soon as Ray has accepted it; the job itself runs on.
   *
   * <p>Safe to repeat: the id is chosen before the first byte is sent, so a retry after a lost
   * answer finds the job instead of starting a second one. With an id of the caller's, that holds
   * across processes: the same spec under the same id is submitted once, and everybody else
   * attaches to that job, also if it has ended. What is the same is told by a fingerprint of
   * entrypoint, runtime env, metadata and resources in the metadata of the job; a folder counts by
   * its content.
   *
   * <p>A working directory and modules of this machine are packed and uploaded first, unless the
   * cluster has them: {@link Submission#packages()} tells. Blocks for at most the request timeout,
   * packing and upload excluded.
   *
   * @param spec what to run; not kept after this call
   * @return the job's id, equal to {@link JobSpec#submissionId()} where one was given
   * @throws IllegalArgumentException if the runtime env is none that Ray takes, a path it names
   *     cannot be used or makes a package of more than 100 MiB, or metadata and runtime env are too
   *     large; nothing was submitted
   * @throws PackageException if a folder changes while it is read, or a package cannot be made or
   *     stored; nothing was submitted
   * @throws JobConflictException if another job already has that id; it names what differs
   * @throws UnsupportedRayVersionException if the cluster's Ray does not know a field that is set;
   *     nothing was submitted
   * @throws RayTransportException if no answer came; where the job may run all the same, the
   *     message names its id
   */
  public Submission submit(JobSpec spec) {
    return submitter.prepare(spec).submit();
  }

  /**
   * Submits a job and waits for its end, whatever time it takes.
   *
   * @param spec what to run
   * @return what became of the job
   * @throws RayException as {@link #submit(JobSpec)} throws it, and if the client is closed or its
   *     token refused while the job runs
   */
  public JobResult run(JobSpec spec) {
    return run(spec, RunOptions.defaults());
  }

  /**
   * Submits a job and waits for its end. An interrupt ends the waiting, and stops the job if {@link
   * RunOptions.Builder#stopIfAbandoned()} says so.
   *
   * @param spec what to run
   * @param options who gets the log, how long it may take, what becomes of the job if its caller no
   *     longer waits
   * @return what became of the job, {@link JobResult.Outcome#TIMED_OUT} and {@link
   *     JobResult.Outcome#LOST} included
   * @throws RayException as {@link #submit(JobSpec)} throws it, and if the client is closed or its
   *     token refused while the job runs
   * @throws LogGapException if somebody gets the log, and the rest of it cannot be had; it has the
   *     job as it was last seen
   */
  public JobResult run(JobSpec spec, RunOptions options) {
    return new JobRun(this, engine::run, transport, time, options)
        .toTheEnd(submitter.prepare(spec));
  }

  /**
   * Submits a job, follows its log and waits for its end, whatever time it takes.
   *
   * @param spec what to run
   * @param lineSink is called on the calling thread with each line, without its line feed
   * @return what became of the job
   * @throws RayException as {@link #submit(JobSpec)} throws it, and if the client is closed or its
   *     token refused while the job runs
   * @throws LogGapException if the rest of the log cannot be had; it has the job as it was last
   *     seen
   */
  public JobResult submitAndFollow(JobSpec spec, Consumer<String> lineSink) {
    return run(spec, RunOptions.builder().lineSink(lineSink).build());
  }

  /**
   * Looks at one job.
   *
   * @param id a submission id, or the hex id of a driver
   * @return the job as it is now
   * @throws JobNotFoundException if the cluster has no such job
   */
  public JobDetails job(JobId id) {
    return JobCodec.job(call(ApiRequest.of("GET", path(id))).body());
  }

  /**
   * Lists all jobs the cluster remembers, drivers included. Ray has no pages: the answer grows with
   * everything that was ever submitted and not deleted.
   *
   * @return an unmodifiable list, in the arbitrary order of the server
   */
  public List<JobDetails> jobs() {
    AtomicReference<List<JobDetails>> jobs = new AtomicReference<>(List.of());
    call(ApiRequest.of("GET", "/api/jobs/").readBy(body -> jobs.set(JobCodec.jobs(body))));
    return jobs.get();
  }

  /**
   * Tells a job to stop and does not wait for it: Ray sends SIGTERM to its processes, and SIGKILL
   * three seconds later. A job that waits for resources goes on waiting.
   *
   * @param id a submission id
   * @return whether there was something to stop
   * @throws JobNotFoundException if the cluster has no such job
   * @throws RayApiException if the job is a driver that was not submitted
   */
  public StopOutcome stop(JobId id) {
    byte[] body = call(ApiRequest.of("POST", innerPath(id) + "/stop")).body();
    return JobCodec.stopped(body) ? StopOutcome.SIGNALLED : StopOutcome.ALREADY_ENDED;
  }

  /**
   * Tells a job to stop and waits until it has ended.
   *
   * @param id a submission id
   * @param timeout how long to wait after the job was told
   * @return the job with a terminal status, which is not STOPPED if it ended by itself
   * @throws JobNotFoundException if the cluster has no such job
   * @throws AwaitTimeoutException if it had not ended by then, such as a job that waits for
   *     resources
   */
  public JobDetails stopAndAwait(JobId id, Duration timeout) {
    stop(id);
    return await(id, timeout);
  }

  /**
   * Deletes the record of a job that has ended, for good: Ray's monitor can write a record anew
   * that is deleted within a second after the job's end, so one that comes back is deleted again.
   * Blocks for up to four seconds then. The log file stays on its node.
   *
   * @param id a submission id
   * @throws JobNotFoundException if the cluster has no such job
   * @throws RayApiException if the job has not ended, or is a driver that was not submitted
   */
  public void delete(JobId id) {
    new RecordDeletion(this::call, time).delete(id, innerPath(id));
  }

  /**
   * Reads the whole log of a job as it is now: what the entrypoint wrote to stdout and stderr, with
   * {@code \r\n} and {@code \r} turned into line feeds. A log with bytes that are not UTF-8 comes
   * with replacement characters in their place.
   *
   * @param id a submission id
   * @return empty if the job has not started
   * @throws JobNotFoundException if the cluster has no such job
   */
  public String logs(JobId id) {
    innerPath(id);
    return logs.read(id, this::job);
  }

  /**
   * Follows the log of a job until the job has ended: hands on every line once and in order, from
   * the first one on, across lost connections. Does what {@code log(id).follow(…)} does, for who
   * needs the text of the lines only.
   *
   * @param id a submission id
   * @param lineSink is called on the calling thread with each line, without its line feed
   * @return the job with a terminal status
   * @throws JobNotFoundException if the cluster has no such job
   * @throws LogGapException if the rest of the log cannot be had
   */
  public JobDetails follow(JobId id, Consumer<String> lineSink) {
    return log(id).follow(line -> lineSink.accept(line.text()));
  }

  /**
   * Returns the ways to follow the log of a job line by line: with positions to go on from, as an
   * iteration, or as a publisher. Sends nothing.
   *
   * @param id a submission id
   * @return the log, from its first line on
   */
  public JobLog log(JobId id) {
    innerPath(id);
    return new JobLog(id, () -> watching()::look, logs, time);
  }

  /**
   * Waits until a job has ended; asks at growing intervals of up to two seconds.
   *
   * @param id a submission id
   * @param timeout how long to wait after the first look at the job, which may take as long as any
   *     request; the answer to the last one is waited for up to two seconds longer
   * @return the job with a terminal status
   * @throws JobNotFoundException if the cluster has no such job
   * @throws AwaitTimeoutException if it had not ended by then; the job runs on
   */
  public JobDetails await(JobId id, Duration timeout) {
    Watch watch = watching();
    JobDetails job = watch.look(id);
    Deadline deadline = Deadline.in(timeout, time);
    Duration poll = FIRST_POLL;
    while (!job.status().isTerminal()) {
      Duration left = Duration.ofNanos(deadline.nanosLeft());
      if (left.isZero() || left.isNegative()) {
        throw stillGoing(id, job, timeout);
      }
      pause(shorter(left, poll), "waiting for job " + id);
      poll = shorter(poll.multipliedBy(3).dividedBy(2), LONGEST_POLL);
      try {
        left = Duration.ofNanos(Math.max(deadline.nanosLeft(), 0));
        job = watch.look(id, shorter(left.plus(LONGEST_POLL), requestTimeout));
      } catch (RayTransportException e) {
        if (deadline.nanosLeft() > 0) {
          throw e;
        }
        throw stillGoing(id, job, timeout);
      }
    }
    return job;
  }

  /**
   * Tells whether the cluster has a package, and keeps it from being removed for ten minutes.
   *
   * @param uri the package
   * @return true if it need not be uploaded
   */
  public boolean packageExists(PackageUri uri) {
    return clusterStore.exists(uri);
  }

  /**
   * Uploads one archive, unless the cluster has it, under the name Ray's own client would give it.
   * The package is removed by Ray ten minutes later unless a job uses it.
   *
   * @param archive a {@code .zip}, {@code .tar.gz}, {@code .tgz}, {@code .tar.xz}, {@code .jar} or
   *     {@code .whl} file
   * @return what to name in a runtime env
   * @throws IllegalArgumentException if it is no such file, or larger than the 100 MiB the
   *     dashboard takes; nothing was sent
   */
  public PackageUri upload(Path archive) {
    return packages.upload(archive);
  }

  /**
   * Returns the same calls as futures.
   *
   * @param executor runs the calls, one thread for each that is under way; never shut down here. On
   *     JDK 21 and later {@code Executors.newVirtualThreadPerTaskExecutor()} fits
   * @return a view of this client, valid until it is closed
   */
  public Async async(Executor executor) {
    return new Async(this, executor);
  }

  /**
   * Cancels what is under way and ends the client's threads; does nothing the second time. On JDK
   * 17 one idle thread of the JDK's HTTP client ends with the next garbage collection.
   */
  @Override
  public void close() {
    closeTokens.run();
    transport.close();
  }

  /**
   * Starts a client from the environment variables that Ray's own client reads.
   *
   * <p>The address is that of {@code RAY_API_SERVER_ADDRESS}, else {@code RAY_ADDRESS}, else {@code
   * http://localhost:8265}. {@code RAY_JOB_HEADERS} is a JSON object of headers; an {@code
   * Authorization: Bearer} header in it is the token. Else the token is that of the provider named
   * by {@code RAY_AUTH_PROVIDER}, else, if {@code RAY_AUTH_MODE} is {@code token} or one of them is
   * set, that of {@code RAY_AUTH_TOKEN}, {@code RAY_AUTH_TOKEN_PATH} or Ray's token file in the
   * home folder.
   *
   * @return the client
   * @throws IllegalArgumentException if a variable cannot be used; the message names it and never
   *     shows a token
   */
  public static JobClient fromEnvironment() {
    return ClientEnvironment.of(System.getenv()).client();
  }

  /**
   * Memory came with Ray 2.8, the other entrypoint resources with 2.2, as Ray's own client checks
   * it ({@code job/sdk.py}).
   */
  private void requireSupport(JobSpec spec) {
    if (spec.entrypointMemory().isPresent()) {
      require(2, 8, "entrypointMemory");
    } else if (spec.entrypointNumCpus().isPresent()
        || spec.entrypointNumGpus().isPresent()
        || !spec.entrypointResources().isEmpty()
        || !spec.entrypointLabelSelector().isEmpty()) {
      require(2, 2, "a resource of the entrypoint");
    }
  }

  private void require(int major, int minor, String what) {
    RayVersion known = lastVersion;
    RayVersion version = known == null ? version() : known;
    if (!version.isAtLeast(major, minor)) {
      lastVersion = null; // the cluster may be upgraded while this client lives
      throw new UnsupportedRayVersionException(
          "%s needs Ray %d.%d, and the cluster runs %s; nothing was submitted"
              .formatted(what, major, minor, version.rayVersion()));
    }
  }

  private ApiResponse call(ApiRequest request) {
    return engine.run(request, requestTimeout);
  }

  private static AwaitTimeoutException stillGoing(JobId id, JobDetails job, Duration timeout) {
    return new AwaitTimeoutException(
        "job " + id + " is " + job.status() + " after " + timeout + "; it runs on", job);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private Watch watching() {
    return new Watch();
  }

  /** Returns what a {@link JobWatcher} of this client works with. */
  JobBoard newBoard(Duration shortest, Duration longest) {
    return new JobBoard(
        clusterLook(), transport::isClosed, events, new Pace(shortest, longest, random), time);
  }

  /** Returns what a {@link HeadGovernor} of this client holds submissions back with. */
  Admissions newAdmissions(Limits limits) {
    Pace pace = new Pace(Duration.ofSeconds(1), Duration.ofSeconds(5), random);
    HeadView head = new HeadView(clusterLook(), this::call);
    return new Admissions(limits, head, transport::isClosed, pace, time);
  }

  /** Returns what a {@link HeadGovernor} of this client deletes records with. */
  Housekeeping newHousekeeping(Duration oldest, int most) {
    Pace pace = new Pace(Duration.ofMinutes(1), Duration.ofMinutes(2), random);
    HeadView head = new HeadView(clusterLook(), this::call);
    return new Housekeeping(oldest, most, head, this::delete, transport::isClosed, pace, time);
  }

  private ClusterLook clusterLook() {
    return new ClusterLook(this::call, JobClient::path);
  }

  private void pause(Duration duration, String what) {
    try {
      time.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RayInterruptedException("interrupted while " + what, e);
    }
  }

  private static String path(JobId id) {
    if (id.value().equals(".") || id.value().equals("..")) {
      throw new IllegalArgumentException(
          "job '" + id + "' cannot be asked for: the id vanishes from a URL's path");
    }
    return "/api/jobs/" + RayEndpoint.segment(id.value());
  }

  /**
   * The dashboard hands these requests on to an agent without encoding the id again, so some ids
   * would hit another job.
   */
  private static String innerPath(JobId id) {
    for (int i = 0; i < id.value().length(); i++) {
      char c = id.value().charAt(i);
      if ("/?#%".indexOf(c) >= 0 || c < 0x20) {
        throw new IllegalArgumentException(
            "job '%s' cannot be stopped, deleted or read: the dashboard mistakes the character at index %d for a part of the URL"
                .formatted(id.value().replaceAll("\\p{Cntrl}", "\ufffd"), i));
      }
    }
    return path(id);
  }

  /** Looks at a job and tells the listener when its status changed. */
  private final class Watch {
    private @Nullable JobStatus before;

    JobDetails look(JobId id) {
      return look(id, requestTimeout);
    }

    JobDetails look(JobId id, Duration timeout) {
      JobDetails job = JobCodec.job(engine.run(ApiRequest.of("GET", path(id)), timeout).body());
      JobStatus from = before;
      if (!job.status().equals(from)) {
        before = job.status();
        events.tell(listener -> listener.onStatusChange(id, from, job.status()));
      }
      return job;
    }
  }

  /**
   * Configures a client. Not thread-safe. Everything is checked when it is set or in {@link
   * #build()}; nothing is sent before the first call.
   */
  public static final class Builder {
    private static final int DEFAULT_CONCURRENT_REQUESTS = 64;

    private final RayEndpoint endpoint;
    private @Nullable TokenProvider edgeTokens;
    private @Nullable TokenProvider rayTokens;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private Duration requestTimeout = Duration.ofSeconds(60);
    private RetryPolicy retryPolicy = RetryPolicy.upTo(4);
    private RayClientListener listener = new RayClientListener() {};
    private UnaryOperator<RayException> explanation = UnaryOperator.identity();
    private TimeSource time = TimeSource.system();
    private RandomGenerator random = new SecureRandom();
    private @Nullable SSLContext sslContext;
    private @Nullable PemTls pemTls;
    private @Nullable InetSocketAddress proxy;
    private List<String> noProxy = List.of();
    private int maxConcurrentRequests = DEFAULT_CONCURRENT_REQUESTS;
    private boolean plainHttpAllowed;
    private @Nullable PackageStore packageStore;
    private Packages.SecretLooking secretLooking = Packages.SecretLooking.REPORTED;

    private Builder(RayEndpoint endpoint) {
      this.endpoint = endpoint;
    }

    /**
     * Sets where the token comes from that is sent in {@code Authorization}. Default: none, no
     * token is sent.
     *
     * <p>One that is {@linkplain TokenProvider#cached() cached} already keeps its cache and policy,
     * so that clients can share it; the listener then hears nothing of its refreshes.
     *
     * @param tokenProvider is asked once, and again when its token gets old or is refused
     * @return this builder
     */
    public Builder tokenProvider(TokenProvider tokenProvider) {
      this.edgeTokens = tokenProvider;
      return this;
    }

    /**
     * Sets where the token comes from that is sent in {@code X-Ray-Authorization}: for a Ray with a
     * token of its own behind a proxy that takes {@code Authorization} for itself and removes it.
     * Default: none.
     *
     * @param tokenProvider is asked once, and again when its token gets old or is refused
     * @return this builder
     */
    public Builder rayTokenProvider(TokenProvider tokenProvider) {
      this.rayTokens = tokenProvider;
      return this;
    }

    /**
     * Adds a header to every request and handshake. Default: none.
     *
     * @param name the header
     * @param value its value, which is never logged
     * @return this builder
     * @throws IllegalArgumentException if it cannot be sent (a line break, a character outside
     *     ASCII, more than 8,190 bytes), belongs to HTTP itself, or would make Ray take this client
     *     for a browser
     */
    public Builder header(String name, String value) {
      headers.put(HeaderRules.checkedName(name), HeaderRules.checkedValue(name, value));
      return this;
    }

    /**
     * Sets how long a call may take, all attempts and the whole answer included; uploads get more
     * by their size. Only the look-up of the host's name, which Java cannot interrupt, and the
     * token provider, which has limits of its own, can take longer. Default: 60 seconds.
     *
     * @param requestTimeout more than zero
     * @return this builder
     * @throws IllegalArgumentException if it is zero or negative
     */
    public Builder requestTimeout(Duration requestTimeout) {
      if (requestTimeout.isZero() || requestTimeout.isNegative()) {
        throw new IllegalArgumentException(
            "the request timeout is " + requestTimeout + "; give more than zero");
      }
      this.requestTimeout = requestTimeout;
      return this;
    }

    /**
     * Sets how often a request is tried. Default: {@code RetryPolicy.upTo(4)}.
     *
     * @param retryPolicy the policy
     * @return this builder
     */
    public Builder retryPolicy(RetryPolicy retryPolicy) {
      this.retryPolicy = retryPolicy;
      return this;
    }

    /**
     * Sets who is told what happens. Default: nobody.
     *
     * @param listener is called on the threads that do the work
     * @return this builder
     */
    public Builder listener(RayClientListener listener) {
      this.listener = listener;
      return this;
    }

    /**
     * Adds somebody who may say more about a failed call than its exception does, such as what has
     * become of the cluster. Asked before the exception is thrown, after those that were added
     * before. Default: nobody.
     *
     * @param explanation is called on the thread of the call and may block; returns what is to be
     *     thrown instead, or its argument. If it fails itself, the exception is thrown as it was,
     *     with that failure suppressed
     * @return this builder
     */
    public Builder explaining(UnaryOperator<RayException> explanation) {
      UnaryOperator<RayException> before = this.explanation;
      this.explanation = failure -> explanation.apply(before.apply(failure));
      return this;
    }

    /**
     * Sets the clock, for tests. Default: {@link TimeSource#system()}.
     *
     * @param time the clock
     * @return this builder
     */
    public Builder time(TimeSource time) {
      this.time = time;
      return this;
    }

    /**
     * Sets the randomness of ids and pauses, for tests. Default: {@link SecureRandom}.
     *
     * @param random must be thread-safe
     * @return this builder
     */
    public Builder random(RandomGenerator random) {
      this.random = random;
      return this;
    }

    /**
     * Sets the whole of TLS; replaces what the methods with PEM files set. Default: the JVM's own.
     *
     * @param sslContext the context
     * @return this builder
     */
    public Builder sslContext(SSLContext sslContext) {
      this.sslContext = sslContext;
      return this;
    }

    /**
     * Trusts the certificates of a PEM file instead of the JVM's. Default: the JVM's.
     *
     * @param caPem one or more certificates
     * @return this builder
     * @throws IllegalArgumentException if the file cannot be read or holds no certificate
     */
    public Builder trustCertificates(Path caPem) {
      this.pemTls = pem().trusting(caPem);
      return this;
    }

    /**
     * Shows a client certificate. Default: none.
     *
     * @param certificateChainPem the certificate and those between it and its CA
     * @param privateKeyPem its key as unencrypted PKCS#8
     * @return this builder
     * @throws IllegalArgumentException if a file cannot be used
     */
    public Builder clientCertificate(Path certificateChainPem, Path privateKeyPem) {
      this.pemTls = pem().presenting(certificateChainPem, privateKeyPem);
      return this;
    }

    /**
     * Trusts whoever answers, whatever certificate and host name it shows: whoever is in between
     * can read the token. Default: certificates and names are checked.
     *
     * @return this builder
     */
    public Builder insecureTrustAnyCertificate() {
      this.pemTls = pem().trustingAnybody();
      return this;
    }

    /**
     * Goes through an HTTP proxy. Default: the JVM's own settings ({@code http.proxyHost} and
     * others).
     *
     * @param proxy the proxy's address
     * @return this builder
     */
    public Builder proxy(InetSocketAddress proxy) {
      this.proxy = proxy;
      return this;
    }

    /**
     * Names hosts that are reached without the proxy. Default: none.
     *
     * @param hosts host names, addresses, or suffixes that begin with a dot
     * @return this builder
     */
    public Builder noProxy(String... hosts) {
      this.noProxy = List.of(hosts);
      return this;
    }

    /**
     * Sends the token over plain http to any host. Default: only to loopback and to names ending in
     * {@code .svc} or {@code .cluster.local}.
     *
     * @return this builder
     */
    public Builder allowPlainHttp() {
      this.plainHttpAllowed = true;
      return this;
    }

    /**
     * Limits how many requests of this client are under way at once; further calls wait. Default:
     * 64.
     *
     * @param requests 1 or more
     * @return this builder
     * @throws IllegalArgumentException if it is less than 1
     */
    public Builder maxConcurrentRequests(int requests) {
      if (requests < 1) {
        throw new IllegalArgumentException(
            "at most " + requests + " requests at once would be none");
      }
      this.maxConcurrentRequests = requests;
      return this;
    }

    /**
     * Sets where packages go that are too large for the dashboard, which takes 100 MiB. Default:
     * nowhere, they are refused.
     *
     * @param packageStore gets what is larger when it is packed
     * @return this builder
     */
    public Builder packageStore(PackageStore packageStore) {
      this.packageStore = packageStore;
      return this;
    }

    /**
     * Refuses to send folders with files that look like secrets: keys, tokens, kubeconfigs, cloud
     * credentials. Default: they are sent; the listener and the report tell of them, and the log
     * has a warning.
     *
     * @return this builder
     */
    public Builder refuseSecretLookingFiles() {
      this.secretLooking = Packages.SecretLooking.REFUSED;
      return this;
    }

    /**
     * Returns where the client will send its requests, as far as a token may go there.
     *
     * @return the address this builder was made with
     * @throws IllegalArgumentException if it is plain http to a host elsewhere and that was not
     *     allowed
     */
    public RayEndpoint endpoint() {
      if (!plainHttpAllowed && !endpoint.isSafeForTokens()) {
        throw new IllegalArgumentException(
            endpoint
                + " is plain http to another host, where everybody on the way can read the token; use https, forward a port to localhost, or call allowPlainHttp()");
      }
      return endpoint;
    }

    /**
     * Creates the client; opens no connection and asks for no token.
     *
     * @return a client to share and to close
     * @throws IllegalArgumentException if the endpoint is plain http to a host elsewhere and that
     *     was not allowed, or a header and a token provider want the same place
     */
    public JobClient build() {
      Events events = new Events(listener);
      List<Credential> credentials = new ArrayList<>();
      List<CachingTokenProvider> ownCaches = new ArrayList<>();
      addCredential(credentials, ownCaches, Credential.EDGE, edgeTokens, events);
      addCredential(credentials, ownCaches, Credential.RAY, rayTokens, events);
      SSLContext tls = sslContext != null || pemTls == null ? sslContext : pemTls.context();
      JdkTransport transport = new JdkTransport(endpoint(), new Network(tls, proxy, noProxy));
      CallEngine engine =
          new CallEngine(
              transport,
              credentials,
              HeaderRules.withUserAgent(headers),
              retryPolicy,
              maxConcurrentRequests,
              explanation,
              events,
              time,
              random);
      ClusterStore clusterStore = new ClusterStore(engine, events, requestTimeout);
      Packages packages =
          new Packages(
              clusterStore,
              PackageSettings.of(System.getenv()),
              secretLooking,
              packageStore,
              events,
              time);
      return new JobClient(
          transport,
          engine,
          () -> ownCaches.forEach(CachingTokenProvider::close),
          events,
          requestTimeout,
          time,
          random,
          clusterStore,
          packages);
    }

    private void addCredential(
        List<Credential> credentials,
        List<CachingTokenProvider> ownCaches,
        String header,
        @Nullable TokenProvider provider,
        Events events) {
      if (provider == null) {
        return;
      }
      if (headers.keySet().stream().anyMatch(header::equalsIgnoreCase)) {
        throw new IllegalArgumentException(
            "both a header and a token provider want to set " + header + "; leave one of them out");
      }
      CachingTokenProvider cache =
          CachingTokenProvider.around(
              provider, CachePolicy.builder().build(), time, random, new TokenEvents(events));
      if (cache != provider) {
        ownCaches.add(cache); // one that was given to us belongs to the caller
      }
      credentials.add(new Credential(header, cache));
    }

    private PemTls pem() {
      return pemTls == null ? PemTls.defaults() : pemTls;
    }
  }

  /** Passes what happens to tokens on to the client's listener. */
  private record TokenEvents(Events events) implements CachingTokenProvider.Listener {
    @Override
    public void refreshed(@Nullable Instant expiresAt) {
      events.tell(listener -> listener.onTokenRefreshed(expiresAt));
    }

    @Override
    public void refreshFailed(RayException cause, Instant retryAt) {
      events.tell(listener -> listener.onTokenRefreshFailed(cause, retryAt));
    }
  }

  /**
   * Gives the calls of a {@link JobClient} as futures. Thread-safe.
   *
   * <p>Each call runs the blocking one on the executor. Cancelling a future interrupts its thread,
   * which drops the connection; what the server has got by then stays done. Failures arrive as the
   * blocking calls throw them.
   */
  public static final class Async {
    private final JobClient client;
    private final Executor executor;

    private Async(JobClient client, Executor executor) {
      this.client = client;
      this.executor = executor;
    }

    /**
     * Does what {@link JobClient#version()} does.
     *
     * @return the version
     */
    public CompletableFuture<RayVersion> version() {
      return run(client::version);
    }

    /**
     * Does what {@link JobClient#submit(JobSpec)} does.
     *
     * @param spec what to run
     * @return the submission
     */
    public CompletableFuture<Submission> submit(JobSpec spec) {
      return run(() -> client.submit(spec));
    }

    /**
     * Does what {@link JobClient#run(JobSpec)} does.
     *
     * @param spec what to run
     * @return what became of the job
     */
    public CompletableFuture<JobResult> run(JobSpec spec) {
      return run(() -> client.run(spec));
    }

    /**
     * Does what {@link JobClient#run(JobSpec, RunOptions)} does. Cancelling the future ends the
     * waiting at once; a job that is to be stopped then is told by the thread of the executor.
     *
     * @param spec what to run
     * @param options whose sinks are called on a thread of the executor
     * @return what became of the job
     */
    public CompletableFuture<JobResult> run(JobSpec spec, RunOptions options) {
      return run(() -> client.run(spec, options));
    }

    /**
     * Does what {@link JobClient#submitAndFollow(JobSpec, Consumer)} does.
     *
     * @param spec what to run
     * @param lineSink is called on a thread of the executor
     * @return what became of the job
     */
    public CompletableFuture<JobResult> submitAndFollow(JobSpec spec, Consumer<String> lineSink) {
      return run(() -> client.submitAndFollow(spec, lineSink));
    }

    /**
     * Does what {@link JobClient#job(JobId)} does.
     *
     * @param id the job
     * @return the job as it is now
     */
    public CompletableFuture<JobDetails> job(JobId id) {
      return run(() -> client.job(id));
    }

    /**
     * Does what {@link JobClient#jobs()} does.
     *
     * @return all jobs
     */
    public CompletableFuture<List<JobDetails>> jobs() {
      return run(client::jobs);
    }

    /**
     * Does what {@link JobClient#stop(JobId)} does.
     *
     * @param id the job
     * @return whether there was something to stop
     */
    public CompletableFuture<StopOutcome> stop(JobId id) {
      return run(() -> client.stop(id));
    }

    /**
     * Does what {@link JobClient#stopAndAwait(JobId, Duration)} does.
     *
     * @param id the job
     * @param timeout how long to wait
     * @return the job with a terminal status
     */
    public CompletableFuture<JobDetails> stopAndAwait(JobId id, Duration timeout) {
      return run(() -> client.stopAndAwait(id, timeout));
    }

    /**
     * Does what {@link JobClient#delete(JobId)} does.
     *
     * @param id the job
     * @return completes when the record is gone
     */
    public CompletableFuture<@Nullable Void> delete(JobId id) {
      return run(() -> {
        client.delete(id);
        return null;
      });
    }

    /**
     * Does what {@link JobClient#logs(JobId)} does.
     *
     * @param id the job
     * @return the log as it is now
     */
    public CompletableFuture<String> logs(JobId id) {
      return run(() -> client.logs(id));
    }

    /**
     * Does what {@link JobClient#follow(JobId, Consumer)} does.
     *
     * @param id the job
     * @param lineSink is called on a thread of the executor
     * @return the job with a terminal status
     */
    public CompletableFuture<JobDetails> follow(JobId id, Consumer<String> lineSink) {
      return run(() -> client.follow(id, lineSink));
    }

    /**
     * Does what {@link JobClient#await(JobId, Duration)} does.
     *
     * @param id the job
     * @param timeout how long to wait
     * @return the job with a terminal status
     */
    public CompletableFuture<JobDetails> await(JobId id, Duration timeout) {
      return run(() -> client.await(id, timeout));
    }

    /**
     * Does what {@link JobClient#packageExists(PackageUri)} does.
     *
     * @param uri the package
     * @return true if the cluster has it
     */
    public CompletableFuture<Boolean> packageExists(PackageUri uri) {
      return run(() -> client.packageExists(uri));
    }

    /**
     * Does what {@link JobClient#upload(Path)} does.
     *
     * @param archive the file
     * @return what to name in a runtime env
     */
    public CompletableFuture<PackageUri> upload(Path archive) {
      return run(() -> client.upload(archive));
    }

    private <T extends @Nullable Object> CompletableFuture<T> run(Supplier<T> call) {
      return InterruptingFuture.run(call, executor);
    }
  }
}
