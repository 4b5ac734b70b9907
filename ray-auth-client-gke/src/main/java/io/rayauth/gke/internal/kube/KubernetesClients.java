package io.rayauth.gke.internal.kube;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.TokenRefreshInterceptor;
import io.rayauth.gke.internal.identity.GoogleAccount;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Makes Kubernetes clients from nothing but an address and an account. */
public final class KubernetesClients {
  /** fabric8's own ten take half a minute to say that an address leads nowhere. */
  private static final int RETRIES = 3;

  private KubernetesClients() {}

  /**
   * Makes a client that looks at no kubeconfig and no environment.
   *
   * @param server the address of the API server
   * @param authority the certificate to trust, as PEM in Base64; null for those that the JVM trusts
   */
  public static KubernetesClient of(GoogleAccount account, URI server, @Nullable String authority) {
    ClientTokens tokens = new ClientTokens(account);
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(server.toString())
            .withCaCertData(authority)
            .withNamespace("default")
            .withOauthTokenProvider(tokens)
            .withRequestRetryBackoffLimit(RETRIES)
            .build();
    return new KubernetesClientBuilder()
        .withConfig(config)
        .withHttpClientBuilderConsumer(http ->
            http.addOrReplaceInterceptor(
                TokenRefreshInterceptor.NAME, new RefusedTokens(config, tokens)))
        .build();
  }
}
