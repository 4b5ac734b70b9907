package io.rayauth.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.kubernetes.OperatorProgress.Step;
import io.rayauth.kubernetes.OperatorStatus.ResourceVersions;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.cluster.CustomResource;
import io.rayauth.kubernetes.internal.helm.HelmCommands;
import io.rayauth.kubernetes.internal.helm.HelmRelease;
import io.rayauth.kubernetes.internal.helm.LocatedChart;
import io.rayauth.kubernetes.internal.manifest.Applied;
import io.rayauth.kubernetes.internal.manifest.UserManifest;
import io.rayauth.kubernetes.internal.operator.DeploymentState;
import io.rayauth.kubernetes.internal.operator.OperatorObjects;
import io.rayauth.kubernetes.internal.operator.ResourceDefinitions;
import io.rayauth.time.TimeSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks after KubeRay's operator: is it there and well, installs it, upgrades it, takes it away.
 *
 * <p>Charts need the optional library {@code com.marcnuri.helm-java:helm-java:0.0.21}, which runs
 * Helm in this process; a manifest needs nothing. The Kubernetes client's credentials go to Helm in
 * memory and are never written to a file.
 *
 * <p>Thread-safe; every call blocks for as long as the Kubernetes client's own timeouts allow. The
 * client belongs to the caller, who closes it.
 */
public final class KubeRayOperator {
  private static final List<String> RESOURCES =
      List.of("rayclusters.ray.io", "rayjobs.ray.io", "rayservices.ray.io", "raycronjobs.ray.io");

  private final KubernetesClient client;
  private final TimeSource time;
  private final OperatorObjects objects;
  private final ResourceDefinitions definitions;

  /** Takes the clock, for tests. */
  KubeRayOperator(KubernetesClient client, TimeSource time) {
    this.client = client;
    this.time = time;
    this.objects = new OperatorObjects(client);
    this.definitions = new ResourceDefinitions(client);
  }

  /**
   * Looks at the Kubernetes cluster that a client talks to.
   *
   * @param client stays open and belongs to the caller
   * @return a view that holds nothing else
   */
  public static KubeRayOperator using(KubernetesClient client) {
    return new KubeRayOperator(client, TimeSource.system());
  }

  /**
   * Looks for operators in all namespaces. Needs the verb {@code list} on Deployments there, and
   * {@code get} on CustomResourceDefinitions; {@code get} on Leases lets it name the leader.
   *
   * @return what is there
   * @throws RayKubernetesException if the caller may not look, or the API server does not answer
   */
  public OperatorStatus status() {
    return look(null);
  }

  /**
   * Looks for operators in one namespace. Needs the same rights as {@link #status()}, but there
   * only.
   *
   * @param namespace where
   * @return what is there
   * @throws IllegalArgumentException if this cannot be a namespace
   * @throws RayKubernetesException if the caller may not look, or the API server does not answer
   */
  public OperatorStatus status(String namespace) {
    RayClusterRef.checkNamespace(namespace);
    return look(namespace);
  }

  private OperatorStatus look(@Nullable String namespace) {
    List<OperatorDeployment> operators =
        objects.operators(namespace).stream()
            .map(state ->
                new OperatorDeployment(
                    state, objects.lease(state.namespace(), time.instant()).orElse(null)))
            .toList();
    Map<String, ResourceVersions> resources = new LinkedHashMap<>();
    for (String name : RESOURCES) {
      definitions.find(name).ifPresent(found -> resources.put(name, versions(name, found)));
    }
    return new OperatorStatus(operators, resources);
  }

  private ResourceVersions versions(String name, CustomResource definition) {
    return new ResourceVersions(
        definitions.isEstablished(name),
        definition.list("spec", "versions").stream()
            .filter(version -> Boolean.TRUE.equals(version.get("served")))
            .map(version -> String.valueOf(version.get("name")))
            .toList(),
        definition.texts("status", "storedVersions"));
  }

  /**
   * Installs a chart and waits until its pods are ready. The namespace is made if it is not there.
   *
   * @param installation what goes where
   * @return what is there now
   * @throws RayKubernetesException as {@link #install(OperatorInstallation, Consumer)} does
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public OperatorStatus install(OperatorInstallation installation) {
    return install(installation, progress -> {});
  }

  /**
   * Installs a chart, tells of its progress and waits until its pods are ready.
   *
   * <p>The resource definitions of the chart are applied first, on the server's side, and may be
   * newer or older than those that were there. An interrupt ends the waiting and the download at
   * once, but Helm's own step, some seconds long, only after it; what was applied stays.
   *
   * @param installation what goes where
   * @param progress is called on the calling thread
   * @return what is there now
   * @throws RayKubernetesException if helm-java is not on the class path, if there is a release of
   *     that name ({@link Reason#CONFLICT}; see {@link #upgrade}), if the chart cannot be found
   *     ({@link Reason#NOT_FOUND}) or downloaded, if Helm or the API server refuses, or if the pods
   *     are not ready in time ({@link Reason#NOT_READY}, with what they say)
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public OperatorStatus install(
      OperatorInstallation installation, Consumer<? super OperatorProgress> progress) {
    HelmCommands helm = HelmCommands.in(client, installation.namespace());
    Optional<HelmRelease> before = helm.find(installation.release());
    if (before.isPresent()) {
      throw new RayKubernetesException(
          Reason.CONFLICT,
          "namespace %s has Helm %s already: upgrade or uninstall it"
              .formatted(installation.namespace(), before.get()),
          null);
    }
    return roll(helm, installation, progress, before);
  }

  /**
   * Upgrades a release to a chart and its values, or installs it if there is none of that name; the
   * second time in a row nothing changes but Helm's count of revisions. Values of an earlier
   * installation do not stay. Unlike Helm itself, it brings the resource definitions up to date,
   * too.
   *
   * @param installation what is to be there
   * @param progress is called on the calling thread
   * @return what is there now
   * @throws RayKubernetesException if an earlier command on that release is under way or died under
   *     way ({@link Reason#CONFLICT}), and as {@link #install(OperatorInstallation, Consumer)} does
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public OperatorStatus upgrade(
      OperatorInstallation installation, Consumer<? super OperatorProgress> progress) {
    HelmCommands helm = HelmCommands.in(client, installation.namespace());
    Optional<HelmRelease> before = helm.find(installation.release());
    if (before.filter(HelmRelease::isPending).isPresent()) {
      throw new RayKubernetesException(
          Reason.CONFLICT,
          "Helm %s in namespace %s is being changed, or was left so: wait, or uninstall it"
              .formatted(before.get(), installation.namespace()),
          null);
    }
    return roll(helm, installation, progress, before);
  }

  private OperatorStatus roll(
      HelmCommands helm,
      OperatorInstallation installation,
      Consumer<? super OperatorProgress> progress,
      Optional<HelmRelease> before) {
    Rollout rollout = new Rollout(objects, time, installation.timeout(), progress);
    try (LocatedChart chart = helm.locate(installation.chart().source())) {
      String crds = helm.crds(chart);
      rollout.tell(Step.CHART, "found " + installation.chart());
      rollout.awaitEstablished(definitions, definitions.apply(crds));
      if (before.isPresent()) {
        helm.upgrade(installation.release(), chart, installation.values());
      } else {
        helm.install(installation.release(), chart, installation.values());
      }
    }
    rollout.tell(
        Step.APPLIED,
        "%s release %s in namespace %s"
            .formatted(
                before.isPresent() ? "upgraded" : "installed",
                installation.release(),
                installation.namespace()));
    rollout.awaitReady(() -> objects.ofRelease(installation.namespace(), installation.release()));
    return look(installation.namespace());
  }

  /**
   * Takes a release away. The custom resources stay, and with them every RayCluster, RayJob and
   * RayService, which nobody looks after from then on: deleting the definitions would delete them,
   * too.
   *
   * @param namespace of the release
   * @param release its name
   * @return false if there was none of that name
   * @throws IllegalArgumentException if this cannot be a namespace
   * @throws RayKubernetesException if helm-java is not on the class path, or if Helm or the API
   *     server refuses
   */
  public boolean uninstall(String namespace, String release) {
    RayClusterRef.checkNamespace(namespace);
    HelmCommands helm = HelmCommands.in(client, namespace);
    if (helm.find(release).isEmpty()) {
      return false;
    }
    helm.uninstall(release);
    return true;
  }

  /**
   * Installs the operator from a manifest, without Helm: applies the resource definitions first and
   * waits until they are served, then everything else in the order of the file, then waits until
   * the pods of its Deployments are ready. The second time in a row nothing changes.
   *
   * <p>All of it is applied on the server's side by the field manager {@code ray-auth-client}.
   *
   * @param manifest a file with one or more YAML documents; a namespace that is not there must be
   *     among them
   * @param namespace of those objects that name none
   * @param timeout how long definitions and pods may take
   * @param progress is called on the calling thread
   * @return what is there now
   * @throws IllegalArgumentException if the file cannot be read, is no YAML or holds something that
   *     is no object
   * @throws RayKubernetesException if the API server refuses an object; the message names those
   *     that were applied before it; or if the pods are not ready in time
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public OperatorStatus installManifest(
      Path manifest,
      String namespace,
      Duration timeout,
      Consumer<? super OperatorProgress> progress) {
    RayClusterRef.checkNamespace(namespace);
    String yaml;
    try {
      yaml = Files.readString(manifest, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the manifest %s cannot be read: %s".formatted(manifest, e), e);
    }
    Rollout rollout = new Rollout(objects, time, timeout, progress);
    rollout.awaitEstablished(definitions, definitions.apply(yaml));
    List<Applied> applied =
        new UserManifest(client, manifest.toString(), time).apply(yaml, namespace);
    rollout.tell(Step.APPLIED, "applied %d objects of %s".formatted(applied.size(), manifest));
    rollout.awaitReady(() -> deployments(applied));
    return look(null);
  }

  private List<DeploymentState> deployments(List<Applied> applied) {
    return applied.stream()
        .map(Applied::after)
        .filter(object -> "Deployment".equals(object.getKind()))
        .flatMap(object ->
            objects
                .find(
                    Objects.requireNonNull(object.getMetadata().getNamespace()),
                    object.getMetadata().getName())
                .map(Stream::of)
                .orElseGet(Stream::empty))
        .toList();
  }
}
