package io.rayauth.kubernetes.internal.manifest;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.kubernetes.AuthScheme;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.api.ApiServer;
import io.rayauth.kubernetes.internal.cluster.CustomResource;
import io.rayauth.kubernetes.internal.cluster.DeclaredScheme;
import io.rayauth.kubernetes.internal.cluster.RayResources;
import io.rayauth.kubernetes.internal.cluster.WeakToken;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Deploys one cluster with all that its scheme needs.
 *
 * <p>The order: look at what is there, let the API server check every object, apply what the pods
 * need, then the RayCluster, then hand what the pods need over to it, or take away what only an
 * earlier form of it needed. What fails after the first object was applied is taken back: see
 * {@link Rollback}.
 */
public final class Deployment {
  private static final System.Logger LOG = System.getLogger(Deployment.class.getName());

  private final KubernetesClient client;
  private final Applier applier;
  private final RayClusterSpec spec;
  private final SchemeObjects scheme;
  private final ClusterObject cluster;

  /** Prepares a deployment; asks nobody anything yet. */
  public Deployment(KubernetesClient client, RayClusterSpec spec) {
    this.client = client;
    this.applier = new Applier(client);
    this.spec = spec;
    this.scheme = new SchemeObjects(spec.ref());
    this.cluster = new ClusterObject(spec);
  }

  /** Lets the API server check every object, and returns what would become of them. */
  public List<Applied> check() {
    return checked(found());
  }

  /**
   * Deploys.
   *
   * @return the RayCluster as it is stored
   */
  public GenericKubernetesResource apply() {
    Found found = found();
    List<Applied> plan = checked(found);
    Applied last = plan.get(plan.size() - 1);
    Rollback rollback = new Rollback(applier, spec.ref(), last);
    try {
      for (Applied object : plan.subList(0, plan.size() - 1)) {
        rollback.apply(object);
      }
      GenericKubernetesResource stored = rollback.apply(last);
      if (found.cluster() == null) {
        handOver(plan, stored);
      } else {
        removeWhatIsNotNeededAnyMore(found.cluster(), plan);
      }
      return stored;
    } catch (RuntimeException e) {
      throw rollback.after(e);
    }
  }

  /** Looks at what is there under the names that will be used. */
  private Found found() {
    GenericKubernetesResource there = applier.read(cluster.over(null));
    if (there == null) {
      RayResources.checkInstalled(client, RayResources.RAY_CLUSTER);
    } else if (there.getMetadata().getDeletionTimestamp() != null) {
      throw new RayKubernetesException(
          Reason.CONFLICT,
          "RayCluster %s is still being deleted: wait until it is gone".formatted(spec.ref()),
          null);
    }
    List<ManifestObject> objects = new ArrayList<>(scheme.of(spec));
    objects.add(cluster.over(there == null ? null : CustomResource.of(there)));
    if (there != null) {
      OwnerReference owner = owner(there);
      objects.replaceAll(object -> isCluster(object) ? object : object.ownedBy(owner));
    }
    List<@Nullable GenericKubernetesResource> before = new ArrayList<>();
    for (ManifestObject object : objects) {
      before.add(isCluster(object) ? there : applier.read(object));
    }
    return new Found(there, objects, before);
  }

  private List<Applied> checked(Found found) {
    List<Applied> plan = new ArrayList<>();
    for (int i = 0; i < found.objects().size(); i++) {
      GenericKubernetesResource before = found.before().get(i);
      if (before != null && !Ownership.isOurs(before, spec.ref())) {
        throw new RayKubernetesException(
            Reason.CONFLICT,
            "%s is there already and was not deployed by this library for this cluster: take another name, or delete it first"
                .formatted(found.objects().get(i)),
            null);
      }
    }
    checkSecret();
    for (int i = 0; i < found.objects().size(); i++) {
      ManifestObject object = found.objects().get(i);
      plan.add(new Applied(object, found.before().get(i), check(object)));
    }
    return plan;
  }

  private GenericKubernetesResource check(ManifestObject object) {
    try {
      return applier.check(object);
    } catch (RayKubernetesException e) {
      String message = String.valueOf(e.getMessage());
      if (isCluster(object)
          && (message.contains("authOptions")
              || message.contains("secretName")
              || message.contains("enableK8sTokenAuth"))) {
        String needed =
            spec.scheme() == AuthScheme.RAY_TOKEN && spec.secretName().isEmpty() ? "1.5.1" : "1.6";
        throw new RayKubernetesException(
            Reason.INVALID,
            "the KubeRay that is installed is too old for %s, which needs KubeRay %s; upgrade it, or take kubeRbacProxy(): %s"
                .formatted(spec.scheme(), needed, message),
            e);
      }
      throw e;
    }
  }

  /** Without it the pods would wait for ever, and with a token that everybody knows be open. */
  private void checkSecret() {
    String name = spec.secretName().orElse(null);
    if (name == null) {
      return;
    }
    String namespace = spec.ref().namespace();
    Secret secret;
    try {
      secret =
          ApiServer.ask(
              "reading Secret %s/%s".formatted(namespace, name),
              () -> client.secrets().inNamespace(namespace).withName(name).get());
    } catch (RayKubernetesException e) {
      if (e.reason() == Reason.FORBIDDEN) {
        return; // the pods may read it though the caller may not
      }
      throw e;
    }
    if (secret == null) {
      throw new RayKubernetesException(
          Reason.NOT_FOUND,
          "there is no Secret '%s' in namespace '%s' for rayToken(): make it first, with the token under the key %s"
              .formatted(name, namespace, DeclaredScheme.AUTH_TOKEN),
          null);
    }
    String token =
        secret.getData() == null ? null : secret.getData().get(DeclaredScheme.AUTH_TOKEN);
    if (token == null || token.isBlank()) {
      throw new RayKubernetesException(
          Reason.INVALID,
          "Secret '%s' in namespace '%s' has no key %s, under which KubeRay looks for the token"
              .formatted(name, namespace, DeclaredScheme.AUTH_TOKEN),
          null);
    }
    // Above DEBUG, because the result cannot say it and the cluster would be as good as open.
    WeakToken.why(new String(Base64.getMimeDecoder().decode(token), StandardCharsets.UTF_8))
        .ifPresent(why ->
            LOG.log(
                Level.WARNING,
                "the token in Secret {0}/{1} for RayCluster {2} {3}: put a random one there before the pods start",
                namespace,
                name,
                spec.ref(),
                why));
  }

  /** Lets what the pods need go when the cluster goes; it had to be there before the cluster. */
  private void handOver(List<Applied> plan, GenericKubernetesResource stored) {
    OwnerReference owner = owner(stored);
    for (Applied object : plan) {
      if (!isCluster(object.sent()) && object.sent().kind().isNamespaceScoped()) {
        applier.apply(object.sent().ownedBy(owner));
      }
    }
  }

  /**
   * An earlier form may have left something even if its scheme was the same: it had an account of
   * its own, or could not be tidied up. Whoever may not look then has hardly made anything.
   */
  private void removeWhatIsNotNeededAnyMore(GenericKubernetesResource before, List<Applied> plan) {
    boolean anotherScheme = DeclaredScheme.of(CustomResource.of(before)).scheme() != spec.scheme();
    Set<String> needed =
        plan.stream().map(object -> object.sent().toString()).collect(Collectors.toSet());
    spec.serviceAccount()
        .ifPresent(
            name -> needed.add("ServiceAccount %s/%s".formatted(spec.ref().namespace(), name)));
    for (ManifestObject object : scheme.ofAnyScheme()) {
      if (!needed.contains(object.toString())) {
        try {
          applier.deleteIfOurs(object, spec.ref());
        } catch (RayKubernetesException e) {
          if (anotherScheme || e.reason() != Reason.FORBIDDEN) {
            throw e;
          }
        }
      }
    }
  }

  private static boolean isCluster(ManifestObject object) {
    return object.object().getKind().equals(RayResources.RAY_CLUSTER.getKind());
  }

  private static OwnerReference owner(GenericKubernetesResource cluster) {
    return new OwnerReferenceBuilder()
        .withApiVersion(RayResources.API_VERSION)
        .withKind("RayCluster")
        .withName(cluster.getMetadata().getName())
        .withUid(cluster.getMetadata().getUid())
        .build();
  }

  /** What is there, and what is to be: at one index in both lists. */
  private record Found(
      @Nullable GenericKubernetesResource cluster,
      List<ManifestObject> objects,
      List<@Nullable GenericKubernetesResource> before) {}
}
