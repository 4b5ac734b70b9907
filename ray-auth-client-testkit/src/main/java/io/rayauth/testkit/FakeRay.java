package io.rayauth.testkit;

import io.rayauth.testkit.internal.FakeCluster;
import io.rayauth.testkit.internal.Gatekeeper;
import io.rayauth.testkit.internal.JobRecord;
import io.rayauth.testkit.internal.Jobs;
import io.rayauth.testkit.internal.LoopbackServer;
import io.rayauth.testkit.internal.Routes;
import io.rayauth.time.TimeSource;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Is a Ray 2.60 dashboard inside the test's own process: it answers on a random loopback port with
 * the statuses, headers and texts of the real one, and runs the submitted entrypoints for real with
 * {@code /bin/sh}.
 *
 * <p>It is faster than Ray: a job starts within milliseconds and a log tail follows within 20 ms.
 * Python packages of a runtime_env are taken as installed, and only {@code gcs://} and {@code
 * local://} URIs can be used. Thread-safe.
 */
public final class FakeRay implements AutoCloseable {
  private final Jobs jobs;
  private final LoopbackServer server;
  private final URI url;
  private final String gate;

  private FakeRay(Builder builder) {
    this.jobs =
        new Jobs(
            new FakeCluster(
                builder.time,
                builder.resources,
                builder.maxRunningJobs,
                builder.monitorInterval,
                builder.tailInterval));
    Gatekeeper keeper = builder.gate.newKeeper();
    this.server = new LoopbackServer(keeper, new Routes(jobs, keeper), builder.tls);
    this.gate = builder.gate.toString();
    this.url =
        URI.create((builder.tls == null ? "http" : "https") + "://127.0.0.1:" + server.port());
  }

  /**
   * Starts a fake that lets everybody in.
   *
   * @return the running fake; close it
   */
  public static FakeRay start() {
    return builder().start();
  }

  /**
   * Begins to describe a fake.
   *
   * @return a new builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns where the fake listens.
   *
   * @return such as {@code http://127.0.0.1:41234}
   */
  public URI url() {
    return url;
  }

  /**
   * Returns the requests so far, in the order they came; the last 50,000 of them.
   *
   * @return a copy
   */
  public List<RecordedCall> calls() {
    return server.log().calls().stream().map(RecordedCall::new).toList();
  }

  /** Forgets the requests so far. */
  public void clearCalls() {
    server.log().clear();
  }

  /**
   * Returns the jobs that the fake has a record of.
   *
   * @return a copy, submissions first
   */
  public List<Job> jobs() {
    return jobs.table().all().stream().map(Job::new).toList();
  }

  /**
   * Returns the stored packages.
   *
   * @return sizes in bytes by name, such as {@code _ray_pkg_0123456789abcdef.zip}
   */
  public Map<String, Long> packages() {
    return jobs.packages().sizes();
  }

  /**
   * Adds a program that connected to Ray without being submitted; it is listed, running, as a job
   * of type DRIVER.
   *
   * @param jobId Ray's job id, such as {@code 02000000}
   * @param entrypoint its command line
   */
  public void addDriver(String jobId, String entrypoint) {
    jobs.addDriver(jobId, entrypoint);
  }

  /**
   * Adds the record of a job that succeeded long ago, without running anything.
   *
   * @param submissionId its id
   * @param entrypoint its command line
   * @param metadata what was submitted with it
   */
  public void addFinishedJob(String submissionId, String entrypoint, Map<String, String> metadata) {
    jobs.addFinished(submissionId, entrypoint, metadata);
  }

  /**
   * Writes the record of a job that nothing runs for: a new one, or another status over the one
   * before. Thousands of jobs cost no processes this way.
   *
   * @param submissionId its id
   * @param status such as {@code RUNNING}
   * @throws IllegalArgumentException if Ray has no such status
   */
  public void putJob(String submissionId, String status) {
    jobs.put(submissionId, status);
  }

  /**
   * Removes the record of a job, as a restart of a cluster without persistent storage does.
   *
   * @param submissionId its id
   */
  public void forgetJob(String submissionId) {
    jobs.table().remove(submissionId);
  }

  /**
   * Sets how much memory of the head the dashboard reports as free. Default: 16 GiB of 24.
   *
   * @param bytes what is available
   */
  public void freeHeadMemory(long bytes) {
    jobs.freeHeadMemory(bytes);
  }

  /**
   * Scripts the next request of one kind.
   *
   * @param method such as {@code POST}
   * @param path as it is sent, such as {@code /api/jobs/}; a star stands for one segment
   * @return what to do with it
   */
  public NextCall onNext(String method, String path) {
    return new NextCall(server.faults(), method, path);
  }

  /**
   * Returns how many scripted events still wait for their request.
   *
   * @return 0 if everything that was scripted has happened
   */
  public int waitingFaults() {
    return server.faults().waiting();
  }

  /** Lets all exchanges go on that {@link Fault#STALL} holds. */
  public void releaseStalled() {
    server.releaseStalled();
  }

  /**
   * Takes the agent of the node away, as if the node were gone: running tails close with 1000 as
   * Ray's do, logs cannot be read, and jobs keep their records.
   */
  public void loseAgent() {
    jobs.loseAgent();
  }

  /** Brings the agent back, and the logs with it. */
  public void restoreAgent() {
    jobs.restoreAgent();
  }

  /**
   * Refuses a token from now on.
   *
   * @param token the bare token
   * @throws IllegalStateException if the gate is open
   */
  public void revoke(String token) {
    server.gate().revoke(token);
  }

  /**
   * Takes a token from now on, as another one of the first user the outer gate knows.
   *
   * @param token the bare token
   */
  public void accept(String token) {
    server.gate().accept(token);
  }

  /**
   * Returns how many connections are open, idle ones included.
   *
   * @return 0 if no client is connected
   */
  public int openSockets() {
    return server.openSockets();
  }

  /**
   * Returns how many requests have no complete answer yet; a log tail counts until it is closed.
   *
   * @return 0 if no client waits for anything
   */
  public int openExchanges() {
    return server.openExchanges();
  }

  /**
   * Returns how many processes of jobs are alive.
   *
   * @return 0 if no job runs
   */
  public int runningProcesses() {
    return jobs.runningProcesses();
  }

  /**
   * Tells what happened, for the report of a test that failed: the calls and the jobs.
   *
   * @return several lines, without tokens
   */
  public String story() {
    return this
        + "\ncalls:\n"
        + calls().stream().map(call -> "  " + call).collect(Collectors.joining("\n"))
        + "\njobs:\n"
        + jobs().stream().map(job -> "  " + job).collect(Collectors.joining("\n"));
  }

  /** Closes all connections, kills all processes and deletes everything on disk; blocks. */
  @Override
  public void close() {
    try {
      server.close();
    } finally {
      jobs.close();
    }
  }

  @Override
  public String toString() {
    return "FakeRay[" + url + ", " + gate + "]";
  }

  /** Shows one job as the fake has it recorded. Immutable. */
  public static final class Job {
    private final JobRecord job;

    Job(JobRecord job) {
      this.job = job;
    }

    /**
     * Returns the submission id, or Ray's job id for a driver.
     *
     * @return any text, as Ray accepts any
     */
    public String id() {
      return Optional.ofNullable(job.submissionId()).orElse(String.valueOf(job.jobId()));
    }

    /**
     * Returns the status.
     *
     * @return such as {@code RUNNING}
     */
    public String status() {
      return job.status();
    }

    /**
     * Returns the command line.
     *
     * @return as submitted
     */
    public String entrypoint() {
      return job.entrypoint();
    }

    /**
     * Returns the metadata.
     *
     * @return as submitted; empty if there was none
     */
    public Map<String, Object> metadata() {
      return job.metadata() == null ? Map.of() : Map.copyOf(job.metadata());
    }

    /**
     * Returns the runtime environment.
     *
     * @return as submitted; empty if there was none
     */
    public Map<String, Object> runtimeEnv() {
      return job.runtimeEnv() == null ? Map.of() : Map.copyOf(job.runtimeEnv());
    }

    @Override
    public String toString() {
      return id() + " " + status() + " (" + entrypoint() + ") " + job.message();
    }
  }

  /** Describes a fake before it starts. Not thread-safe. */
  public static final class Builder {
    private final Map<String, Double> resources =
        new LinkedHashMap<>(Map.of("CPU", 4.0, "memory", 8e9));
    private Gate gate = Gate.open();
    private TimeSource time = TimeSource.system();
    private int maxRunningJobs = 64;
    private Duration monitorInterval = Duration.ofMillis(50);
    private Duration tailInterval = Duration.ofMillis(20);
    private @Nullable SSLContext tls;

    private Builder() {}

    /**
     * Protects the fake.
     *
     * @param gate who gets in. Default: {@link Gate#open()}
     * @return this
     */
    public Builder gate(Gate gate) {
      this.gate = gate;
      return this;
    }

    /**
     * Gives the fake a clock, for start and end times, the 600 seconds of a package pin and the 900
     * seconds of the start timeout. Processes live in real time whatever it shows.
     *
     * @param time the clock. Default: the system's
     * @return this
     */
    public Builder time(TimeSource time) {
      this.time = time;
      return this;
    }

    /**
     * Limits how many jobs run at once; others stay PENDING.
     *
     * @param jobs how many. Default: 64
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public Builder maxRunningJobs(int jobs) {
      if (jobs < 0) {
        throw new IllegalArgumentException(jobs + " jobs");
      }
      this.maxRunningJobs = jobs;
      return this;
    }

    /**
     * Gives the only node an amount of a resource. A job that asks for more stays PENDING.
     *
     * @param name such as {@code CPU}, {@code GPU}, {@code memory} (bytes) or one of your own
     * @param amount how much. Default: 4 CPU and 8,000,000,000 bytes of memory, nothing else
     * @return this
     */
    public Builder resource(String name, double amount) {
      resources.put(name, amount);
      return this;
    }

    /**
     * Sets how often the fake looks at its jobs. The record of a job that is deleted before the
     * fake has noticed its end comes back as FAILED, as in Ray.
     *
     * @param interval in real time. Default: 50 milliseconds; Ray has one second
     * @return this
     */
    public Builder monitorInterval(Duration interval) {
      this.monitorInterval = interval;
      return this;
    }

    /**
     * Sets how often a log tail looks for new lines.
     *
     * @param interval in real time. Default: 20 milliseconds; Ray has one second
     * @return this
     */
    public Builder tailInterval(Duration interval) {
      this.tailInterval = interval;
      return this;
    }

    /**
     * Serves https, as something in front of Ray would; Ray itself never does.
     *
     * @param context holds the server's certificate and key. Default: plain http
     * @return this
     */
    public Builder tls(SSLContext context) {
      this.tls = context;
      return this;
    }

    /**
     * Starts the fake.
     *
     * @return the running fake; close it
     */
    public FakeRay start() {
      return new FakeRay(this);
    }
  }
}
