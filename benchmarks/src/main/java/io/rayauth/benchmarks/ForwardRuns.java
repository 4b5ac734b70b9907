package io.rayauth.benchmarks;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.rayauth.benchmarks.Row.Column;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.Route;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sends and fetches 100 MB through both port-forwards, and replaces the head pod under both. */
final class ForwardRuns {
  private static final int WARM_UP = 3;
  private static final int ROUNDS = 11;
  private static final int REPLACEMENTS = 3;
  private static final int PATIENCE_MILLIS = 5_000;

  /** A port that nobody listens on. */
  private static final int NOBODY = 1;

  private final Report report;
  private final KubernetesClient kubernetes;
  private final Kubectl kubectl;
  private final KubeStack stack;
  private final RayClusterRef cluster;

  ForwardRuns(
      Report report,
      KubernetesClient kubernetes,
      Kubectl kubectl,
      KubeStack stack,
      RayClusterRef cluster) {
    this.report = report;
    this.kubernetes = kubernetes;
    this.kubectl = kubectl;
    this.stack = stack;
    this.cluster = cluster;
  }

  void measure() {
    try (RayConnection connection = connect();
        Kubectl.Forward other = forward()) {
      Transfers ours = new Transfers(connection.endpoint().url().getPort());
      Transfers kubectls = new Transfers(other.port());
      Pair up = Pair.of(WARM_UP, ROUNDS, ours::up, kubectls::up);
      report.add(
          Comparison.ofRatio(Row.FORWARD_UP, Column.KUBERNETES, up.asRates(Transfers.BYTES * 1e9)));
      Pair down = Pair.of(WARM_UP, ROUNDS, ours::down, kubectls::down);
      report.add(
          Comparison.ofRatio(
              Row.FORWARD_DOWN, Column.KUBERNETES, down.asRates(Transfers.BYTES * 1e9)));
    }
  }

  void replaceHeads() {
    try (RayConnection connection = connect()) {
      Transfers ours = new Transfers(connection.endpoint().url().getPort());
      double[] healed = new double[REPLACEMENTS];
      for (int i = 0; i < REPLACEMENTS; i++) {
        healed[i] = replaceHead(ours);
      }
      report.add(
          Comparison.ofTime(
              Row.HEAL, Column.KUBERNETES, Arrays.stream(healed).max().orElseThrow()));
    }
  }

  RayConnection connect() {
    return RayClusters.using(kubernetes)
        .connecting(cluster)
        .route(Route.portForward())
        .headTimeout(Duration.ofMinutes(1))
        .connect();
  }

  Kubectl.Forward forward() {
    return kubectl.forward(cluster.namespace(), head().getMetadata().getName(), 8265);
  }

  /** Returns the nanoseconds from the new pod's readiness to our next answer. */
  private long replaceHead(Transfers ours) {
    Pod before = head();
    int door = forwardTarget();
    ExecutorService caller = Executors.newSingleThreadExecutor();
    try (Kubectl.Forward other = forward()) {
      Transfers kubectls = new Transfers(other.port());
      requireAnswer(true, kubectls);
      forwardTo(NOBODY);
      kubernetes.resource(before).withGracePeriod(0).delete();
      stack.cut(cluster.namespace());
      Future<Long> answered =
          caller.submit(() -> {
            while (!ours.answers(PATIENCE_MILLIS)) {
              Thread.onSpinWait();
            }
            return System.nanoTime();
          });
      requireAnswer(false, kubectls);
      awaitOtherThan(before);
      long ready = System.nanoTime();
      forwardTo(door);
      long nanos = answered.get(1, TimeUnit.MINUTES) - ready;
      requireAnswer(false, kubectls);
      return nanos;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the port-forward did not heal", e);
    } finally {
      caller.shutdownNow();
    }
  }

  private static void requireAnswer(boolean wanted, Transfers kubectls) {
    if (kubectls.answers(PATIENCE_MILLIS) != wanted) {
      throw new IllegalStateException(
          "kubectl port-forward " + (wanted ? "does not work" : "goes on, and is said to end"));
    }
  }

  /** Where kwok forwards to. */
  private int forwardTarget() {
    return Objects.requireNonNull(
        rule().get().<Integer>get("spec", "forwards", 0, "target", "port"));
  }

  /** kwok goes on for a pod that is gone; a kubelet says that it cannot connect. */
  private void forwardTo(int port) {
    rule()
        .patch(
            PatchContext.of(PatchType.JSON),
            "[{\"op\":\"replace\",\"path\":\"/spec/forwards/0/target/port\",\"value\":%d}]"
                .formatted(port));
  }

  private Resource<GenericKubernetesResource> rule() {
    return kubernetes
        .genericKubernetesResources("kwok.x-k8s.io/v1alpha1", "ClusterPortForward")
        .withName(cluster.namespace());
  }

  private void awaitOtherThan(Pod before) {
    kubernetes
        .pods()
        .inNamespace(cluster.namespace())
        .withLabel("ray.io/node-type", "head")
        .waitUntilCondition(
            pod ->
                pod != null
                    && !pod.getMetadata().getUid().equals(before.getMetadata().getUid())
                    && isReady(pod),
            1,
            TimeUnit.MINUTES);
  }

  private Pod head() {
    return kubernetes
        .pods()
        .inNamespace(cluster.namespace())
        .withLabel("ray.io/node-type", "head")
        .list()
        .getItems()
        .stream()
        .filter(ForwardRuns::isReady)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("there is no head pod"));
  }

  private static boolean isReady(Pod pod) {
    return pod.getMetadata().getDeletionTimestamp() == null
        && pod.getStatus().getConditions().stream()
            .anyMatch(it -> "Ready".equals(it.getType()) && "True".equals(it.getStatus()));
  }
}
