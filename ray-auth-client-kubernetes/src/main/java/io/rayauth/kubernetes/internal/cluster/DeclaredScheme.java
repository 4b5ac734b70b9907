package io.rayauth.kubernetes.internal.cluster;

import io.rayauth.kubernetes.AuthScheme;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells from a RayCluster who will check its callers, and why that is to be expected.
 *
 * <p>Follows what KubeRay's {@code SetContainerTokenAuthEnvVars} ({@code controllers/ray/common/
 * pod.go}) really puts into the pods, which is not what its field descriptions promise: {@code
 * authOptions} without {@code mode: token} switch nothing on, and a variable that the user set in
 * the container wins over both.
 *
 * @param scheme who checks first
 * @param why the fields that say so
 * @param secretName the Secret that holds Ray's own token; null if Ray asks for none
 * @param secretKey the key in it
 * @param tls whether the first door speaks TLS
 */
public record DeclaredScheme(
    AuthScheme scheme, String why, @Nullable String secretName, String secretKey, boolean tls) {
  /** The key that KubeRay writes and demands. */
  public static final String AUTH_TOKEN = "auth_token";

  private static final int LONGEST_POD_NAME_STEM = 50;

  /** Reads the scheme off a RayCluster. */
  public static DeclaredScheme of(CustomResource cluster) {
    DeclaredScheme ray = ofRay(cluster);
    Optional<Map<String, Object>> proxy = proxyContainer(cluster);
    if (proxy.isEmpty()) {
      return ray;
    }
    String behind =
        ray.scheme == AuthScheme.OPEN ? "" : "; behind it Ray checks too, because " + ray.why;
    return new DeclaredScheme(
        AuthScheme.KUBE_RBAC_PROXY,
        "the head pod has the container '%s', a kube-rbac-proxy"
                .formatted(CustomResource.text(proxy.get(), "name").orElse("unnamed"))
            + behind,
        ray.secretName,
        ray.secretKey,
        hasArgument(proxy.get(), "--secure-listen-address"));
  }

  private static DeclaredScheme ofRay(CustomResource cluster) {
    boolean byOperator = "token".equals(cluster.text("spec", "authOptions", "mode").orElse(null));
    boolean kubernetes = cluster.isTrue("spec", "authOptions", "enableK8sTokenAuth");
    Map<String, Object> modeEnv = environment(cluster, "RAY_AUTH_MODE");
    Optional<String> ownMode = CustomResource.text(modeEnv, "value");
    if (!modeEnv.isEmpty() && !"token".equals(ownMode.orElse(null))) {
      return open(
          "the head container sets RAY_AUTH_MODE to '%s' itself".formatted(ownMode.orElse("")));
    }
    if (modeEnv.isEmpty() && !byOperator) {
      if (!cluster.has("spec", "authOptions")) {
        return open("spec.authOptions is not set");
      }
      return open(
          "spec.authOptions is set without mode: token, and KubeRay then switches nothing on"
              + " although it may make a Secret");
    }
    String why =
        byOperator
            ? "spec.authOptions.mode is token"
            : "the head container sets RAY_AUTH_MODE to 'token' itself";
    Map<String, Object> kubernetesEnv = environment(cluster, "RAY_ENABLE_K8S_TOKEN_AUTH");
    if (kubernetesEnv.isEmpty()
        ? kubernetes && byOperator
        : CustomResource.text(kubernetesEnv, "value").filter(DeclaredScheme::isOn).isPresent()) {
      return new DeclaredScheme(
          AuthScheme.KUBERNETES_TOKEN,
          why
              + (kubernetesEnv.isEmpty()
                  ? " and enableK8sTokenAuth is true"
                  : " and RAY_ENABLE_K8S_TOKEN_AUTH too"),
          null,
          AUTH_TOKEN,
          false);
    }
    Map<String, Object> tokenEnv = environment(cluster, "RAY_AUTH_TOKEN");
    Optional<String> ownSecret = CustomResource.text(tokenEnv, "valueFrom", "secretKeyRef", "name");
    if (ownSecret.isPresent()) {
      return new DeclaredScheme(
          AuthScheme.RAY_TOKEN,
          why,
          ownSecret.get(),
          CustomResource.text(tokenEnv, "valueFrom", "secretKeyRef", "key").orElse(AUTH_TOKEN),
          false);
    }
    String secret =
        byOperator && tokenEnv.isEmpty()
            ? cluster
                .text("spec", "authOptions", "secretName")
                .orElseGet(() -> operatorsName(cluster.name()))
            : null;
    return new DeclaredScheme(AuthScheme.RAY_TOKEN, why, secret, AUTH_TOKEN, false);
  }

  /**
   * Returns the name that KubeRay gives the Secret it makes for a cluster ({@code CheckName} of its
   * {@code controllers/ray/utils/util.go}): the last 50 characters, with a letter in front.
   *
   * @param cluster the name of the RayCluster
   */
  public static String operatorsName(String cluster) {
    String end =
        cluster.length() > LONGEST_POD_NAME_STEM
            ? cluster.substring(cluster.length() - LONGEST_POD_NAME_STEM)
            : cluster;
    return Character.isLetter(end.charAt(0)) ? end : "r" + end.substring(1);
  }

  private static DeclaredScheme open(String why) {
    return new DeclaredScheme(AuthScheme.OPEN, why, null, AUTH_TOKEN, false);
  }

  /** Ray reads its flags as {@code true} or {@code 1}. */
  private static boolean isOn(String value) {
    return value.equalsIgnoreCase("true") || value.equals("1");
  }

  /** Returns the variable of the Ray container, which is always the first one. */
  private static Map<String, Object> environment(CustomResource cluster, String name) {
    return headContainers(cluster).stream()
        .limit(1)
        .flatMap(container -> CustomResource.list(container, "env").stream())
        .filter(variable -> name.equals(variable.get("name")))
        .findFirst()
        .orElse(Map.of());
  }

  /**
   * Finds a kube-rbac-proxy by its image or its name and its {@code --upstream}; the image may come
   * from anybody's registry.
   */
  private static Optional<Map<String, Object>> proxyContainer(CustomResource cluster) {
    return headContainers(cluster).stream().skip(1).filter(DeclaredScheme::isProxy).findFirst();
  }

  private static boolean isProxy(Map<String, Object> container) {
    boolean named =
        Stream.of("image", "name")
            .flatMap(field -> CustomResource.text(container, field).stream())
            .anyMatch(text -> text.contains("kube-rbac-proxy"));
    return named && hasArgument(container, "--upstream");
  }

  private static boolean hasArgument(Map<String, Object> container, String flag) {
    return Stream.of("args", "command")
        .map(container::get)
        .filter(List.class::isInstance)
        .flatMap(arguments -> ((List<?>) arguments).stream())
        .anyMatch(argument -> argument instanceof String text && text.startsWith(flag));
  }

  private static List<Map<String, Object>> headContainers(CustomResource cluster) {
    return cluster.list("spec", "headGroupSpec", "template", "spec", "containers");
  }
}
