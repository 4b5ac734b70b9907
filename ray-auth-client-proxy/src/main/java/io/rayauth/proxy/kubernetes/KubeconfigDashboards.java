package io.rayauth.proxy.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.rayauth.JobClient;
import io.rayauth.error.RayException;
import io.rayauth.kubernetes.AuthScheme;
import io.rayauth.kubernetes.RayCluster;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.token.Kubeconfig;
import io.rayauth.proxy.DashboardSource;
import io.rayauth.token.TokenUnavailableException;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the RayClusters of every context of a kubeconfig: those of all namespaces, or, where
 * listing all of them is forbidden, those of the context's own.
 *
 * <p>Thread-safe. The kubeconfig is read anew each time, and a credential plugin of a context is
 * run when that context is asked.
 */
public final class KubeconfigDashboards implements DashboardSource {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final @Nullable Path file;

  private KubeconfigDashboards(@Nullable Path file) {
    this.file = file;
  }

  /**
   * Looks where kubectl looks: the files in {@code KUBECONFIG}, else {@code ~/.kube/config}.
   *
   * @return a source that has not read anything yet
   */
  public static KubeconfigDashboards ofDefault() {
    return new KubeconfigDashboards(null);
  }

  /**
   * Looks at the contexts of one kubeconfig.
   *
   * @param kubeconfig the file; {@code ~} is not expanded
   * @return a source that has not read it yet
   */
  public static KubeconfigDashboards ofFile(Path kubeconfig) {
    return new KubeconfigDashboards(kubeconfig);
  }

  /**
   * {@inheritDoc}
   *
   * @return the names of the contexts, as they stand in the kubeconfig
   * @throws TokenUnavailableException if there is no kubeconfig, or it cannot be read
   */
  @Override
  public List<String> places() {
    return kubeconfig().contexts();
  }

  /**
   * {@inheritDoc}
   *
   * @throws RayKubernetesException if there is no such context, the API server does not answer or
   *     does not know or allow its user, or KubeRay's custom resources are not installed
   */
  @Override
  public List<Listed> list(String context) {
    try (KubernetesClient client = client(context)) {
      try {
        return clusters(client).stream().map(KubeconfigDashboards::listed).toList();
      } catch (RayKubernetesException e) {
        throw withAdvice(e, context, client.getMasterUrl());
      }
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws RayException as {@link RayConnection.Builder#connect()} does, and if there is no such
   *     context
   */
  @Override
  public Connection open(String context, String cluster) {
    RayConnection connection =
        RayClusters.using(client(context)).connecting(ref(cluster)).closesClient().connect();
    return new Connection() {
      @Override
      public JobClient jobs() {
        return connection.jobs();
      }

      @Override
      public void close() {
        connection.close();
      }
    };
  }

  private Kubeconfig kubeconfig() {
    return file == null ? Kubeconfig.ofDefault() : Kubeconfig.ofFile(file);
  }

  /** fabric8 takes another context where the one asked for is missing. */
  private KubernetesClient client(String context) {
    Kubeconfig kubeconfig = kubeconfig();
    if (!kubeconfig.contexts().contains(context)) {
      throw new RayKubernetesException(
          Reason.NOT_FOUND,
          "the %s has no context '%s' any more; reload the list".formatted(kubeconfig, context),
          null);
    }
    try {
      Config config =
          file == null
              ? Config.autoConfigure(context)
              : Config.fromKubeconfig(context, file.toFile());
      return new KubernetesClientBuilder()
          .withConfig(
              new ConfigBuilder(config)
                  .withConnectionTimeout((int) PATIENCE.toMillis())
                  .withRequestTimeout((int) PATIENCE.toMillis())
                  .withRequestRetryBackoffLimit(0)
                  .build())
          .build();
    } catch (RuntimeException e) {
      throw new RayKubernetesException(
          Reason.OTHER,
          "the context '%s' of the %s cannot be used: %s"
              .formatted(context, kubeconfig, withoutSecrets(e)),
          e);
    }
  }

  /** What is wrong with a file is worth telling; what a parser says may quote a key. */
  private static String withoutSecrets(Throwable failure) {
    Throwable deepest = failure;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    return deepest instanceof IOException ? deepest.toString() : deepest.getClass().getSimpleName();
  }

  private static RayClusterRef ref(String cluster) {
    String[] parts = cluster.split("/", -1);
    try {
      return RayClusterRef.of(parts[0], parts.length == 2 ? parts[1] : "");
    } catch (IllegalArgumentException e) {
      throw new RayKubernetesException(
          Reason.NOT_FOUND, "there is no RayCluster '%s'".formatted(cluster), e);
    }
  }

  private static List<RayCluster> clusters(KubernetesClient client) {
    RayClusters clusters = RayClusters.using(client);
    try {
      return clusters.listInAllNamespaces();
    } catch (RayKubernetesException e) {
      if (e.reason() != Reason.FORBIDDEN) {
        throw e;
      }
      String own = client.getNamespace();
      return clusters.list(own == null ? "default" : own);
    }
  }

  private static Listed listed(RayCluster cluster) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("Scheme", scheme(cluster.declaredScheme()));
    facts.put("Ray", cluster.rayVersion().orElse("not declared"));
    return new Listed(cluster.ref().toString(), cluster.notReadyBecause(), facts);
  }

  private static String scheme(AuthScheme scheme) {
    return switch (scheme) {
      case OPEN -> "open to everybody";
      case KUBE_RBAC_PROXY -> "kube-rbac-proxy";
      case RAY_TOKEN -> "Ray token";
      case KUBERNETES_TOKEN -> "Kubernetes token";
    };
  }

  private static RayException withAdvice(RayKubernetesException e, String context, URL server) {
    String advice =
        switch (e.reason()) {
          case FORBIDDEN ->
              "; ask for the verb list on rayclusters.ray.io there, or set another namespace in the context";
          case UNAUTHENTICATED ->
              "; log in again, until 'kubectl --context %s auth whoami' knows you"
                  .formatted(context);
          case UNREACHABLE ->
              "; is a VPN to %s missing, or the cluster gone? Try 'kubectl --context %s version'"
                  .formatted(server, context);
          default -> "";
        };
    return advice.isEmpty()
        ? e
        : new RayKubernetesException(e.reason(), e.getMessage() + advice, e);
  }
}
