package io.rayauth.kubernetes.internal.connect;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.kubernetes.RayCluster;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.api.ApiServer;
import io.rayauth.kubernetes.internal.cluster.WeakToken;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Reads Ray's own token from the cluster's Secret, anew at each call: a cluster that was made again
 * has another one, perhaps in another Secret. Under a cache that is once, and after a refusal.
 */
final class SecretToken implements TokenProvider {
  private static final System.Logger LOG = System.getLogger(SecretToken.class.getName());

  private final KubernetesClient client;
  private final Destination destination;
  private final AtomicBoolean warned = new AtomicBoolean();

  SecretToken(KubernetesClient client, Destination destination) {
    this.client = client;
    this.destination = destination;
  }

  @Override
  public AccessToken token() {
    RayCluster cluster = destination.read(client);
    RayClusterRef ref = cluster.ref();
    String name =
        cluster
            .secretName()
            .orElseThrow(() ->
                new RayKubernetesException(
                    Reason.INVALID,
                    "RayCluster %s wants a token and names no Secret that holds it (%s); give the connection a tokenProvider(…). Ray 2.61 and later want a token by default"
                        .formatted(ref, cluster.declaredSchemeReason()),
                    null));
    String where = "Secret " + ref.namespace() + "/" + name;
    Secret secret =
        ApiServer.ask(
            "reading "
                + where
                + ", which holds the token of RayCluster "
                + ref
                + " (the verb get on secrets),",
            () -> client.secrets().inNamespace(ref.namespace()).withName(name).get());
    if (secret == null) {
      throw new RayKubernetesException(
          Reason.NOT_FOUND,
          "%s, which is to hold the token of RayCluster %s, does not exist; the operator makes it, or spec.authOptions.secretName names another"
              .formatted(where, ref),
          null);
    }
    String encoded = secret.getData() == null ? null : secret.getData().get(cluster.secretKey());
    if (encoded == null || encoded.isBlank()) {
      throw new RayKubernetesException(
          Reason.INVALID,
          "%s has no key '%s', where the token of RayCluster %s is to be"
              .formatted(where, cluster.secretKey(), ref),
          null);
    }
    try {
      String token =
          new String(Base64.getMimeDecoder().decode(encoded), StandardCharsets.UTF_8).strip();
      WeakToken.why(token).ifPresent(why -> warn(where, ref, why));
      return AccessToken.of(token);
    } catch (IllegalArgumentException e) {
      throw new RayKubernetesException(
          Reason.INVALID,
          "key '%s' of %s holds no token: %s".formatted(cluster.secretKey(), where, e.getMessage()),
          null);
    }
  }

  private void warn(String where, RayClusterRef ref, String why) {
    if (!warned.getAndSet(true)) {
      LOG.log(
          Level.WARNING,
          "The token of {0}, which protects RayCluster {1}, {2}. Whoever has it may run any program there: put another one into the Secret and restart the cluster",
          where,
          ref,
          why);
    }
  }

  @Override
  public String toString() {
    return "the Secret of " + destination.name();
  }
}
