package io.rayauth.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.rayauth.JobClient;
import io.rayauth.error.RayException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.api.ApiServer;
import io.rayauth.kubernetes.internal.cluster.RayResources;
import io.rayauth.kubernetes.internal.rayjob.RayJobManifest;
import io.rayauth.time.TimeSource;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Creates, finds and awaits RayJobs: jobs that KubeRay's operator runs, each on a cluster of its
 * own or on one that is there.
 *
 * <p>Thread-safe; every call blocks for as long as the Kubernetes client's own timeouts allow. The
 * client belongs to the caller, who closes it.
 */
public final class RayJobs {
  private static final System.Logger LOG = System.getLogger(RayJobs.class.getName());

  private static final Duration ID_WRITTEN_WITHIN = Duration.ofMinutes(1);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final KubernetesClient client;
  private final TimeSource time;
  private final RayClusters clusters;

  /** Takes the clock, for tests. */
  RayJobs(KubernetesClient client, TimeSource time) {
    this.client = client;
    this.time = time;
    this.clusters = new RayClusters(client, time);
  }

  /**
   * Looks at the Kubernetes cluster that a client talks to.
   *
   * @param client stays open and belongs to the caller
   * @return a view that holds nothing else
   */
  public static RayJobs using(KubernetesClient client) {
    return new RayJobs(client, TimeSource.system());
  }

  /**
   * Creates a RayJob and returns at once; the operator does the rest. Needs the verb {@code create}
   * on RayJobs, and {@code get} on the RayCluster where one is named.
   *
   * @param spec what to create; in {@link SubmissionMode#INTERACTIVE} the operator then waits for a
   *     submission, which {@link #submit} makes, too
   * @return the RayJob as it was stored
   * @throws RayKubernetesException if there is one of that name ({@link Reason#CONFLICT}), if the
   *     named cluster is not there, or asks for a token that the operator does not have ({@link
   *     Reason#INVALID}, nothing was created), and as {@link #find(RayJobRef)} does
   */
  public RayJob create(RayJobSpec spec) {
    spec.cluster().ifPresent(this::checkDrivable);
    GenericKubernetesResource manifest =
        RayJobManifest.of(
            spec.ref(),
            spec.job(),
            spec.submissionMode(),
            spec.labels(),
            spec.fields(),
            client.getKubernetesSerialization()::asJson);
    try {
      return new RayJob(
          ApiServer.ask(
              "creating RayJob " + spec.ref(),
              () -> rayJobs().inNamespace(spec.ref().namespace()).resource(manifest).create()));
    } catch (RayKubernetesException e) {
      if (e.reason() == Reason.CRD_MISSING) {
        RayResources.checkInstalled(client, RayResources.RAY_JOB);
      }
      throw e;
    }
  }

  private void checkDrivable(RayClusterRef ref) {
    RayCluster cluster = clusters.get(ref);
    RayJobSpec.undrivable(cluster.declaredScheme(), cluster.declaredSchemeReason())
        .ifPresent(why -> {
          throw new RayKubernetesException(
              Reason.INVALID, "no RayJob can run on RayCluster %s: %s".formatted(ref, why), null);
        });
  }

  /**
   * Finds a RayJob. Needs the verb {@code get} on it.
   *
   * @param ref which
   * @return empty if there is none of that name
   * @throws RayKubernetesException if KubeRay's custom resources are not installed, if the caller
   *     may not read this one, or if the API server does not answer
   */
  public Optional<RayJob> find(RayJobRef ref) {
    GenericKubernetesResource found =
        ApiServer.ask("reading RayJob " + ref, () -> resource(ref).get());
    if (found == null) {
      RayResources.checkInstalled(client, RayResources.RAY_JOB);
      return Optional.empty();
    }
    return Optional.of(new RayJob(found));
  }

  /**
   * Lists the RayJobs of a namespace. Needs the verb {@code list} there.
   *
   * @param namespace which; one that does not exist has none
   * @return by name
   * @throws IllegalArgumentException if this cannot be a namespace
   * @throws RayKubernetesException as {@link #find(RayJobRef)} does
   */
  public List<RayJob> list(String namespace) {
    RayClusterRef.checkNamespace(namespace);
    return list("listing the RayJobs of namespace " + namespace, rayJobs().inNamespace(namespace));
  }

  /**
   * Lists the RayJobs of a namespace that have certain labels. Needs the verb {@code list} there.
   *
   * @param namespace which; one that does not exist has none
   * @param labelSelector as for {@code kubectl -l}, such as {@code team=vision,stage!=test}
   * @return by name
   * @throws IllegalArgumentException if this cannot be a namespace
   * @throws RayKubernetesException as {@link #find(RayJobRef)} does, and if the API server cannot
   *     read the selector
   */
  public List<RayJob> list(String namespace, String labelSelector) {
    RayClusterRef.checkNamespace(namespace);
    return list(
        "listing the RayJobs of namespace %s with labels %s".formatted(namespace, labelSelector),
        rayJobs().inNamespace(namespace).withLabelSelector(labelSelector));
  }

  /**
   * Deletes a RayJob, and with it the cluster that was made for it. Needs the verb {@code delete}
   * on it. Returns when the API server has noted it; the pods end a little later.
   *
   * @param ref which
   * @return false if there was none of that name
   * @throws RayKubernetesException as {@link #find(RayJobRef)} does
   */
  public boolean delete(RayJobRef ref) {
    boolean deleted =
        !ApiServer.ask("deleting RayJob " + ref, () -> resource(ref).delete()).isEmpty();
    if (!deleted) {
      RayResources.checkInstalled(client, RayResources.RAY_JOB);
    }
    return deleted;
  }

  /**
   * Waits until a RayJob has ended. Looks once a second. Needs the verb {@code get} on it.
   *
   * @param ref which
   * @param timeout how long to wait; zero or less looks once
   * @return the RayJob, whose {@link RayJob#result()} is present
   * @throws RayKubernetesException if it has not ended by then ({@link Reason#NOT_READY}; it runs
   *     on), if no operator has looked at it for a minute ({@link Reason#OPERATOR_MISSING}), if it
   *     is not there or was deleted meanwhile ({@link Reason#NOT_FOUND}), and as {@link
   *     #find(RayJobRef)} does, where {@link Reason#UNREACHABLE} comes only when the time is over
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public RayJob await(RayJobRef ref, Duration timeout) {
    return await(ref, timeout, job -> {});
  }

  /**
   * Waits until a RayJob has ended and tells of every change that it sees on the way.
   *
   * @param ref which
   * @param timeout how long to wait; zero or less looks once
   * @param changes is called on the calling thread, the first time with what is there now
   * @return the RayJob, whose {@link RayJob#result()} is present
   * @throws RayKubernetesException as {@link #await(RayJobRef, Duration)} does
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public RayJob await(RayJobRef ref, Duration timeout, Consumer<? super RayJob> changes) {
    return new RayJobWait(this, time, ref, timeout)
        .until("ended", job -> job.result().isPresent(), changes);
  }

  /**
   * Creates a RayJob in {@link SubmissionMode#INTERACTIVE}, waits for its cluster, submits the job
   * there, working directory included, and writes the submission id into the RayJob, from where on
   * the operator watches over it. {@link #await(RayJobRef, Duration)} then waits for its end.
   *
   * <p>The RayJob is kept if anything fails: a second call needs another name, or {@link
   * #delete(RayJobRef)} first. Needs the verbs {@code create}, {@code get} and {@code patch} on
   * RayJobs, {@code get} on RayClusters, and what the connection needs.
   *
   * @param <C> the kind of connection
   * @param spec what to create and to submit
   * @param connect opens a connection to the cluster, such as {@code clusters::connect}; closed
   *     after the submission
   * @param jobs finds the Jobs client in it, such as {@code RayConnection::jobs}
   * @param timeout how long the cluster may take to get ready
   * @return the RayJob with its submission id
   * @throws IllegalArgumentException if the mode is another one
   * @throws RayKubernetesException if the RayJob ended before anything was submitted, such as
   *     refused by the operator ({@link Reason#INVALID}), if its cluster is not ready in time, if
   *     the id cannot be written within a minute, in which case the message names the job that runs
   *     and what to do about it, and as {@link #create(RayJobSpec)} does
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public <C extends AutoCloseable> RayJob submit(
      RayJobSpec spec,
      Function<? super RayClusterRef, ? extends C> connect,
      Function<? super C, JobClient> jobs,
      Duration timeout) {
    if (spec.submissionMode() != SubmissionMode.INTERACTIVE) {
      throw new IllegalArgumentException(
          "RayJob %s is submitted in %s, by somebody else; take InteractiveMode, or create(spec)"
              .formatted(spec.ref(), spec.submissionMode().inSpec()));
    }
    RayJobRef ref = create(spec).ref();
    long start = time.nanoTime();
    RayClusterRef cluster = awaitCluster(ref, timeout);
    clusters.awaitReady(cluster, timeout.minusNanos(time.nanoTime() - start));
    C connection = connect.apply(cluster);
    try {
      JobId id = submit(ref, cluster, jobs.apply(connection), spec.job());
      return writeJobId(ref, cluster, id);
    } finally {
      close(connection);
    }
  }

  private RayClusterRef awaitCluster(RayJobRef ref, Duration timeout) {
    RayJob job =
        new RayJobWait(this, time, ref, timeout)
            .until(
                "been given a cluster",
                found -> found.cluster().isPresent() || found.result().isPresent(),
                changed -> {});
    if (job.result().isPresent()) {
      throw new RayKubernetesException(
          job.result().get() == RayJobResult.REFUSED ? Reason.INVALID : Reason.NOT_READY,
          "RayJob %s ended before anything was submitted: %s".formatted(ref, job.inWords()),
          null);
    }
    return job.cluster().orElseThrow();
  }

  private JobId submit(RayJobRef ref, RayClusterRef cluster, JobClient jobs, JobSpec job) {
    LOG.log(Level.DEBUG, "submitting the job of RayJob {0} to RayCluster {1}", ref, cluster);
    return jobs.submit(job).id();
  }

  /**
   * Tries for as long as the API server may be away: without the id the operator waits for ever.
   */
  private RayJob writeJobId(RayJobRef ref, RayClusterRef cluster, JobId id) {
    String patch =
        client.getKubernetesSerialization().asJson(Map.of("spec", Map.of("jobId", id.value())));
    long start = time.nanoTime();
    while (true) {
      try {
        return new RayJob(
            ApiServer.ask(
                "writing spec.jobId of RayJob " + ref,
                () -> resource(ref).patch(PatchContext.of(PatchType.JSON_MERGE), patch)));
      } catch (RayException e) {
        boolean over = time.nanoTime() - start >= ID_WRITTEN_WITHIN.toNanos();
        if (over || e instanceof RayInterruptedException || !ApiServer.isUnanswered(e)) {
          throw jobRunsOn(e, ref, cluster, id);
        }
      }
      try {
        time.sleep(PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw jobRunsOn(
            new RayInterruptedException("interrupted while writing spec.jobId of RayJob " + ref, e),
            ref,
            cluster,
            id);
      }
    }
  }

  private static RayException jobRunsOn(
      RayException failure, RayJobRef ref, RayClusterRef cluster, JobId id) {
    return ApiServer.adding(
        failure,
        "; job %s runs on RayCluster %s all the same, and the operator waits for its id. Write it with \"kubectl patch rayjob %s -n %s --type merge -p '{\"spec\":{\"jobId\":\"%s\"}}'\", or stop the job and delete the RayJob"
            .formatted(id, cluster, ref.name(), ref.namespace(), id));
  }

  private static void close(AutoCloseable connection) {
    try {
      connection.close();
    } catch (Exception e) { // the job is submitted, and this changes nothing about it
      LOG.log(Level.DEBUG, "closing the connection failed and was ignored", e);
    }
  }

  private List<RayJob> list(
      String doing,
      FilterWatchListDeletable<
              GenericKubernetesResource,
              GenericKubernetesResourceList,
              Resource<GenericKubernetesResource>>
          selection) {
    return ApiServer.ask(
        doing, () -> selection.list().getItems().stream().map(RayJob::new).toList());
  }

  private Resource<GenericKubernetesResource> resource(RayJobRef ref) {
    return rayJobs().inNamespace(ref.namespace()).withName(ref.name());
  }

  private MixedOperation<
          GenericKubernetesResource,
          GenericKubernetesResourceList,
          Resource<GenericKubernetesResource>>
      rayJobs() {
    return client.genericKubernetesResources(RayResources.RAY_JOB);
  }
}
