package io.rayauth.kubernetes.internal.manifest;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.kubernetes.AuthScheme;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.api.ApiServer;
import io.rayauth.kubernetes.internal.api.Deletion;
import io.rayauth.kubernetes.internal.cluster.CustomResource;
import io.rayauth.kubernetes.internal.cluster.DeclaredScheme;
import io.rayauth.kubernetes.internal.cluster.RayResources;
import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Deletes one cluster, and what this library has deployed for it that cannot go by itself because
 * it belongs to the whole Kubernetes cluster.
 */
public final class Removal {
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Set<AuthScheme> NEED_CLUSTER_ROLES =
      Set.of(AuthScheme.KUBE_RBAC_PROXY, AuthScheme.KUBERNETES_TOKEN);

  private final KubernetesClient client;
  private final Applier applier;
  private final RayClusterRef ref;

  /** Prepares a removal; asks nobody anything yet. */
  public Removal(KubernetesClient client, RayClusterRef ref) {
    this.client = client;
    this.applier = new Applier(client);
    this.ref = ref;
  }

  /** Deletes, and lets Kubernetes take the pods away afterwards. */
  public boolean delete() {
    GenericKubernetesResource cluster = read();
    delete(cluster, DeletionPropagation.BACKGROUND);
    return cluster != null;
  }

  /** Deletes, and waits until the cluster and all its pods are gone. */
  public boolean deleteAndWait(TimeSource time, Duration timeout) {
    GenericKubernetesResource cluster = read();
    delete(cluster, DeletionPropagation.FOREGROUND);
    if (cluster == null) {
      return false;
    }
    String uid = cluster.getMetadata().getUid();
    long start = time.nanoTime();
    for (GenericKubernetesResource left = read();
        left != null && uid.equals(left.getMetadata().getUid());
        left = read()) {
      Duration rest = timeout.minusNanos(time.nanoTime() - start);
      if (rest.isNegative() || rest.isZero()) {
        throw new RayKubernetesException(
            Reason.OTHER,
            "RayCluster %s was deleted and is still there after %d s: it waits for %s"
                .formatted(ref, timeout.toSeconds(), left.getMetadata().getFinalizers()),
            null);
      }
      pause(time, rest.compareTo(PAUSE) < 0 ? rest : PAUSE);
    }
    return true;
  }

  private void pause(TimeSource time, Duration pause) {
    try {
      time.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RayInterruptedException(
          "interrupted while waiting for RayCluster %s to go; it was deleted".formatted(ref), e);
    }
  }

  private void delete(@Nullable GenericKubernetesResource cluster, DeletionPropagation how) {
    if (cluster != null) {
      if (!Deletion.delete(client, RayResources.RAY_CLUSTER, cluster, how)) {
        throw new RayKubernetesException(
            Reason.CONFLICT,
            "somebody else has deleted RayCluster %s meanwhile and made another one of that name, which stays"
                .formatted(ref),
            null);
      }
      if (!Ownership.isOurs(cluster, ref)) {
        return;
      }
    }
    boolean surelyMade =
        cluster != null
            && NEED_CLUSTER_ROLES.contains(DeclaredScheme.of(CustomResource.of(cluster)).scheme());
    try {
      for (ManifestObject object : new SchemeObjects(ref).withoutOwner()) {
        applier.deleteIfOurs(object, ref);
      }
    } catch (RayKubernetesException e) {
      // Where nothing says that there is anything left, whoever may not look need not know.
      if (surelyMade || e.reason() != Reason.FORBIDDEN) {
        throw e;
      }
    }
  }

  @Nullable
  private GenericKubernetesResource read() {
    GenericKubernetesResource cluster =
        ApiServer.ask("reading RayCluster " + ref, () -> resource().get());
    if (cluster == null) {
      RayResources.checkInstalled(client, RayResources.RAY_CLUSTER);
    }
    return cluster;
  }

  private Resource<GenericKubernetesResource> resource() {
    return RayResources.rayClusters(client).inNamespace(ref.namespace()).withName(ref.name());
  }
}
