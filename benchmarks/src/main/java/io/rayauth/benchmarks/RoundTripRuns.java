package io.rayauth.benchmarks;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.benchmarks.Row.Column;
import io.rayauth.kubernetes.RayAccess;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.ServiceAccountTokenProvider;
import io.rayauth.kubernetes.ServiceAccounts;
import io.rayauth.token.TokenProvider;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/** Times connections and single requests, beside the commands of kubectl that do the same. */
final class RoundTripRuns {
  private static final int ROUNDS = 9;
  private static final String USER = "benchmark-user";

  private final Report report;
  private final KubernetesClient kubernetes;
  private final Kubectl kubectl;
  private final ForwardRuns forwards;
  private final RayClusterRef cluster;

  RoundTripRuns(
      Report report,
      KubernetesClient kubernetes,
      Kubectl kubectl,
      ForwardRuns forwards,
      RayClusterRef cluster) {
    this.report = report;
    this.kubernetes = kubernetes;
    this.kubectl = kubectl;
    this.forwards = forwards;
    this.cluster = cluster;
  }

  void measure(Path kubeconfig) {
    add(Row.CONNECT_COLD, () -> ColdConnect.nanos(kubeconfig, cluster), this::forward);
    add(Row.CONNECT_WARM, () -> timed(() -> forwards.connect().close()), this::forward);
    String namespace = cluster.namespace();
    ServiceAccounts.using(kubernetes).create(namespace, USER);
    TokenProvider tokens = ServiceAccountTokenProvider.of(kubernetes, namespace, USER);
    add(
        Row.TOKEN_REQUEST,
        () -> timed(tokens::token),
        () -> kubectl.nanos("-n", namespace, "create", "token", USER));
    RayAccess access = RayAccess.using(kubernetes);
    add(
        Row.CAN_I,
        () -> timed(() -> access.canI("get", cluster)),
        () ->
            kubectl.nanos(
                "-n", namespace, "auth", "can-i", "get", "rayclusters.ray.io/" + cluster.name()));
  }

  private void add(Row row, LongSupplier ours, LongSupplier other) {
    report.add(Comparison.ofRatio(row, Column.KUBERNETES, Pair.of(2, ROUNDS, ours, other)));
  }

  private long forward() {
    long start = System.nanoTime();
    Kubectl.Forward forward = forwards.forward();
    long nanos = System.nanoTime() - start;
    forward.close();
    return nanos;
  }

  private static long timed(Runnable call) {
    return Blocks.nanos(call, 1);
  }
}
