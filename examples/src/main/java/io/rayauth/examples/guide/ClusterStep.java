package io.rayauth.examples.guide;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.error.RayAuthException;
import io.rayauth.examples.ExampleFailedException;
import io.rayauth.kubernetes.RayAccess;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.ServiceAccountTokenProvider;
import io.rayauth.token.TokenProvider;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;

/** Does something with the guide's cluster over a connection that is closed afterwards. */
final class ClusterStep {
  private ClusterStep() {}

  /** Goes as the ServiceAccount, with a token of one hour. */
  static void asServiceAccount(GuideArguments arguments, Consumer<RayConnection> step) {
    run(
        arguments,
        kubernetes ->
            ServiceAccountTokenProvider.of(
                    kubernetes, arguments.namespace(), arguments.serviceAccount())
                .lifetime(Duration.ofHours(1)),
        step);
  }

  /**
   * Goes as whoever the tokens belong to.
   *
   * @throws ExampleFailedException if the cluster refuses, with the reason and what to do
   */
  static void run(
      GuideArguments arguments,
      Function<KubernetesClient, TokenProvider> tokensOf,
      Consumer<RayConnection> step) {
    RayClusterRef cluster = arguments.cluster();
    try (KubernetesClient kubernetes = arguments.kubernetes()) {
      TokenProvider tokens = tokensOf.apply(kubernetes);
      RayConnection.Builder connecting =
          RayClusters.using(kubernetes).connecting(cluster).tokenProvider(tokens);
      try (RayConnection connection = arguments.onTheWay(connecting).connect()) {
        step.accept(connection);
      } catch (RayAuthException refusal) {
        throw new ExampleFailedException(
            RayAccess.using(kubernetes).explain(cluster, refusal, tokens).toString());
      }
    }
  }
}
