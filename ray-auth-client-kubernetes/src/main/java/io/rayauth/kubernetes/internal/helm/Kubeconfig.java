package io.rayauth.kubernetes.internal.helm;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.OAuthTokenProvider;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells Helm where the API server is and who asks, in the form of a kubeconfig that exists in
 * memory only.
 */
final class Kubeconfig {
  private static final String NAME = "ray-auth-client";

  private final String contents;
  private final List<String> secrets;

  private Kubeconfig(String contents, List<String> secrets) {
    this.contents = contents;
    this.secrets = secrets;
  }

  /**
   * Takes what a client uses now.
   *
   * @throws RayKubernetesException if the client is set up in a way that a kubeconfig cannot say
   */
  static Kubeconfig of(KubernetesClient client) {
    Config config = client.getConfiguration();
    if (config.getKeyStoreFile() != null || config.getTrustStoreFile() != null) {
      throw new RayKubernetesException(
          Reason.INVALID,
          "Helm cannot use the key store or trust store of the Kubernetes client: give the client PEM files or data instead",
          null);
    }
    Map<String, Object> user = user(config);
    String contents =
        client
            .getKubernetesSerialization()
            .asJson(
                Map.of(
                    "apiVersion",
                    "v1",
                    "kind",
                    "Config",
                    "current-context",
                    NAME,
                    "clusters",
                    List.of(Map.of("name", NAME, "cluster", cluster(config))),
                    "users",
                    List.of(Map.of("name", NAME, "user", user)),
                    "contexts",
                    List.of(
                        Map.of("name", NAME, "context", Map.of("cluster", NAME, "user", NAME)))));
    return new Kubeconfig(
        contents,
        Stream.of("token", "password", "client-key-data")
            .map(user::get)
            .filter(Objects::nonNull)
            .map(String::valueOf)
            .toList());
  }

  private static Map<String, Object> cluster(Config config) {
    Map<String, Object> cluster = new LinkedHashMap<>();
    cluster.put("server", config.getMasterUrl());
    if (config.isTrustCerts()) {
      cluster.put("insecure-skip-tls-verify", true);
    } else {
      put(
          cluster,
          "certificate-authority-data",
          data(config.getCaCertData(), config.getCaCertFile()));
    }
    put(cluster, "tls-server-name", config.getTlsServerName());
    put(cluster, "proxy-url", config.getHttpsProxy());
    return cluster;
  }

  private static Map<String, Object> user(Config config) {
    Map<String, Object> user = new LinkedHashMap<>();
    put(
        user,
        "client-certificate-data",
        data(config.getClientCertData(), config.getClientCertFile()));
    put(user, "client-key-data", data(config.getClientKeyData(), config.getClientKeyFile()));
    put(user, "token", token(config));
    put(user, "username", config.getUsername());
    put(user, "password", config.getPassword());
    put(user, "as", config.getImpersonateUsername());
    if (config.getImpersonateGroups() != null && config.getImpersonateGroups().length > 0) {
      user.put("as-groups", List.of(config.getImpersonateGroups()));
    }
    if (config.getImpersonateExtras() != null && !config.getImpersonateExtras().isEmpty()) {
      user.put("as-user-extra", config.getImpersonateExtras());
    }
    return user;
  }

  /** Asks in the order in which the client's own requests do. */
  private static @Nullable String token(Config config) {
    OAuthTokenProvider provider = config.getOauthTokenProvider();
    String token = provider == null ? null : provider.getToken();
    if (token == null || token.isEmpty()) {
      token = config.getOauthToken();
    }
    return token == null || token.isEmpty() ? config.getAutoOAuthToken() : token;
  }

  /** A kubeconfig in memory takes no path: relative ones would have no folder. */
  private static @Nullable String data(@Nullable String data, @Nullable String file) {
    if (data != null && !data.isEmpty()) {
      return data.startsWith("-----BEGIN")
          ? Base64.getEncoder().encodeToString(data.getBytes(StandardCharsets.UTF_8))
          : data;
    }
    if (file == null || file.isEmpty()) {
      return null;
    }
    try {
      return Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(file)));
    } catch (IOException e) {
      throw new RayKubernetesException(
          Reason.INVALID,
          "the Kubernetes client uses %s, which cannot be read: %s".formatted(file, e.getMessage()),
          e);
    }
  }

  private static void put(Map<String, Object> map, String key, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      map.put(key, value);
    }
  }

  /** Returns the text, which holds secrets. */
  String contents() {
    return contents;
  }

  /** Takes the secrets out of a message. */
  String withoutSecrets(String message) {
    String clean = message;
    for (String secret : secrets) {
      clean = clean.replace(secret, "[secret]");
    }
    return clean;
  }

  @Override
  public String toString() {
    return "Kubeconfig";
  }
}
