package io.rayauth.kubernetes.internal.helm;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.InstallCommand;
import com.marcnuri.helm.Release;
import com.marcnuri.helm.UpgradeCommand;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.helm.ChartSource.Local;
import io.rayauth.kubernetes.internal.helm.ChartSource.Oci;
import io.rayauth.kubernetes.internal.helm.ChartSource.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Runs Helm's commands in this process, each of them once and without waiting for pods.
 *
 * <p>The kubeconfig goes over as text and is never a file. Values go over as a file that only its
 * owner can read, and that is gone when the command ends: Helm's {@code --set} would change their
 * types.
 */
public final class HelmCommands {
  private static final String LIBRARY = "com.marcnuri.helm-java:helm-java:0.0.21";

  private final KubernetesClient client;
  private final String namespace;

  private HelmCommands(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /**
   * Prepares to run commands.
   *
   * @throws RayKubernetesException if helm-java is not there
   */
  public static HelmCommands in(KubernetesClient client, String namespace) {
    try {
      Class.forName("com.marcnuri.helm.Helm", false, HelmCommands.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new RayKubernetesException(
          Reason.OTHER,
          "Helm charts need the library %s, which is not on the class path: add it, or install from a manifest"
              .formatted(LIBRARY),
          e);
    }
    return new HelmCommands(client, namespace);
  }

  /** Finds a release in any state. */
  public Optional<HelmRelease> find(String release) {
    Kubeconfig kubeconfig = Kubeconfig.of(client);
    List<Release> releases =
        run(
            "listing the Helm releases of namespace " + namespace,
            kubeconfig,
            () ->
                Helm.list()
                    .all()
                    .withNamespace(namespace)
                    .withKubeConfigContents(kubeconfig.contents())
                    .call());
    return releases.stream()
        .filter(found -> release.equals(found.getName()))
        .map(found ->
            new HelmRelease(release, found.getChart(), found.getStatus(), found.getRevision()))
        .findFirst();
  }

  /** Makes a chart available on this machine as long as the result is open. */
  public LocatedChart locate(ChartSource source) {
    if (source instanceof Local local) {
      return LocatedChart.of(local);
    }
    if (source instanceof Oci oci) {
      return LocatedChart.of(oci);
    }
    return LocatedChart.download(
        new ChartRepository(
                (Repository) source,
                text -> client.getKubernetesSerialization().unmarshal(text, Map.class))
            .archive());
  }

  /** Returns the resource definitions in the chart's folder {@code crds}, as YAML. */
  public String crds(LocatedChart chart) {
    Kubeconfig kubeconfig = Kubeconfig.of(client);
    return run(
        "reading the chart's resource definitions",
        kubeconfig,
        () -> {
          var show = Helm.show(chart.reference()).crds();
          chart.version().ifPresent(show::withVersion);
          if (chart.isPlainHttp()) {
            show.plainHttp();
          }
          return show.call();
        });
  }

  /** Installs a chart, its resource definitions apart. */
  public void install(String release, LocatedChart chart, Map<String, Object> values) {
    Kubeconfig kubeconfig = Kubeconfig.of(client);
    withValues(
        values,
        file ->
            run(
                "installing Helm release %s in namespace %s".formatted(release, namespace),
                kubeconfig,
                () -> {
                  InstallCommand install =
                      Helm.install(chart.reference())
                          .withName(release)
                          .withNamespace(namespace)
                          .createNamespace()
                          .skipCrds()
                          .withValuesFile(file)
                          .withKubeConfigContents(kubeconfig.contents());
                  chart.version().ifPresent(install::withVersion);
                  if (chart.isPlainHttp()) {
                    install.plainHttp();
                  }
                  return ProcessSignals.keeping(install::call);
                }));
  }

  /**
   * Upgrades a release that is there. (The library's own "install if missing" would forget the
   * kubeconfig on the way and go to whatever cluster the environment names.)
   */
  public void upgrade(String release, LocatedChart chart, Map<String, Object> values) {
    Kubeconfig kubeconfig = Kubeconfig.of(client);
    withValues(
        values,
        file ->
            run(
                "upgrading Helm release %s in namespace %s".formatted(release, namespace),
                kubeconfig,
                () -> {
                  UpgradeCommand upgrade =
                      Helm.upgrade(chart.reference())
                          .withName(release)
                          .withNamespace(namespace)
                          .resetValues()
                          .skipCrds()
                          .withValuesFile(file)
                          .withKubeConfigContents(kubeconfig.contents());
                  chart.version().ifPresent(upgrade::withVersion);
                  if (chart.isPlainHttp()) {
                    upgrade.plainHttp();
                  }
                  return ProcessSignals.keeping(upgrade::call);
                }));
  }

  /** Takes a release away; the resource definitions of its chart stay. */
  public void uninstall(String release) {
    Kubeconfig kubeconfig = Kubeconfig.of(client);
    run(
        "uninstalling Helm release %s in namespace %s".formatted(release, namespace),
        kubeconfig,
        () ->
            Helm.uninstall(release)
                .withNamespace(namespace)
                .withKubeConfigContents(kubeconfig.contents())
                .call());
  }

  /** Runs a command; the library throws {@link IllegalStateException} for whatever Helm says. */
  private static <T> T run(String doing, Kubeconfig kubeconfig, Supplier<T> command) {
    try {
      return command.get();
    } catch (IllegalStateException e) {
      String words = kubeconfig.withoutSecrets(String.valueOf(e.getMessage()));
      throw new RayKubernetesException(reason(words), doing + " failed: " + words, null);
    }
  }

  private static Reason reason(String words) {
    if (words.contains("is forbidden")) {
      return Reason.FORBIDDEN;
    }
    if (words.contains("Unauthorized") || words.contains("asked for the client to provide cred")) {
      return Reason.UNAUTHENTICATED;
    }
    if (words.contains("unreachable") || words.contains("connection refused")) {
      return Reason.UNREACHABLE;
    }
    if (words.contains("cannot re-use a name") || words.contains("another operation")) {
      return Reason.CONFLICT;
    }
    return words.contains("not found") ? Reason.NOT_FOUND : Reason.OTHER;
  }

  private void withValues(Map<String, Object> values, Consumer<Path> action) {
    try {
      Path file = Files.createTempFile("ray-auth-client-values", ".json"); // owner only
      try {
        Files.writeString(file, client.getKubernetesSerialization().asJson(values));
        action.accept(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new RayKubernetesException(
          Reason.OTHER, "writing the chart's values to a temporary file failed: " + e, e);
    }
  }
}
