package io.rayauth.kubernetes.internal.manifest;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.api.ApiServer;
import io.rayauth.kubernetes.internal.api.Deletion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads, applies and deletes single objects.
 *
 * <p>Applies on the server's side, under this library's name as the manager of the fields, and
 * never takes a field from another manager. Fields that the API server does not know are refused
 * rather than dropped: an operator that is too old for {@code authOptions} would otherwise leave a
 * cluster open without a word.
 */
final class Applier {
  private final KubernetesClient client;

  Applier(KubernetesClient client) {
    this.client = client;
  }

  /** Returns what is there under the object's name; null if there is nothing. */
  @Nullable GenericKubernetesResource read(ManifestObject object) {
    return ApiServer.ask("reading " + object, () -> resource(object).get());
  }

  /** Applies an object and returns it as the API server has stored it. */
  GenericKubernetesResource apply(ManifestObject object) {
    return patch("applying " + object, object, List.of());
  }

  /** Lets the API server check an object as if it were applied. */
  GenericKubernetesResource check(ManifestObject object) {
    return patch("checking " + object, object, List.of("All"));
  }

  private GenericKubernetesResource patch(
      String doing, ManifestObject object, List<String> dryRun) {
    PatchContext.Builder context =
        new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(Ownership.US)
            .withForce(false)
            .withFieldValidation("Strict");
    if (!dryRun.isEmpty()) {
      context.withDryRun(dryRun);
    }
    try {
      return ApiServer.ask(doing, () -> resource(object).patch(context.build(), object.object()));
    } catch (RayKubernetesException e) {
      if (e.reason() == Reason.CONFLICT) {
        throw new RayKubernetesException(
            e.reason(),
            e.getMessage() + "; change these fields the way they were set, or give them up there",
            e);
      }
      throw e;
    }
  }

  /**
   * Deletes what is there under an object's name if it was deployed for a cluster, and only then.
   */
  void deleteIfOurs(ManifestObject object, RayClusterRef ref) {
    GenericKubernetesResource there = read(object);
    if (there != null && Ownership.isOurs(there, ref)) {
      delete(object, there);
    }
  }

  /**
   * Deletes an object as it was read.
   *
   * @return false if another one has its name now, which stays
   */
  boolean delete(ManifestObject object, GenericKubernetesResource there) {
    return Deletion.delete(client, object.kind(), there, DeletionPropagation.BACKGROUND);
  }

  private Resource<GenericKubernetesResource> resource(ManifestObject object) {
    var all = client.genericKubernetesResources(object.kind());
    String namespace = object.namespace();
    return namespace == null
        ? all.withName(object.name())
        : all.inNamespace(namespace).withName(object.name());
  }
}
