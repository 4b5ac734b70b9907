package io.rayauth.kubernetes.internal.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.api.ApiServer;

/** Names KubeRay's custom resources to the Kubernetes client. */
public final class RayResources {
  /** {@code apiVersion} of all of them; {@code v1alpha1} is no longer served by default. */
  public static final String API_VERSION = "ray.io/v1";

  /** RayClusters. */
  public static final ResourceDefinitionContext RAY_CLUSTER = context("RayCluster", "rayclusters");

  /** RayJobs. */
  public static final ResourceDefinitionContext RAY_JOB = context("RayJob", "rayjobs");

  /** RayServices. */
  public static final ResourceDefinitionContext RAY_SERVICE = context("RayService", "rayservices");

  private RayResources() {}

  private static ResourceDefinitionContext context(String kind, String plural) {
    return new ResourceDefinitionContext.Builder()
        .withGroup("ray.io")
        .withVersion("v1")
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(true)
        .build();
  }

  /** Returns the calls for RayClusters. */
  public static MixedOperation<
          GenericKubernetesResource,
          GenericKubernetesResourceList,
          Resource<GenericKubernetesResource>>
      rayClusters(KubernetesClient client) {
    return client.genericKubernetesResources(RAY_CLUSTER);
  }

  /**
   * Asks whether the API server knows a custom resource of KubeRay. The client answers a 404 of a
   * single object with null, whether it was the object or the resource that was unknown; this call
   * tells them apart.
   *
   * @throws RayKubernetesException with {@link Reason#CRD_MISSING} if it does not
   */
  public static void checkInstalled(KubernetesClient client, ResourceDefinitionContext resource) {
    var known =
        ApiServer.ask(
            "asking the API server for the resources of " + API_VERSION,
            () -> client.getApiResources(API_VERSION));
    boolean installed =
        known != null
            && known.getResources().stream()
                .anyMatch(found -> resource.getPlural().equals(found.getName()));
    if (!installed) {
      throw new RayKubernetesException(
          Reason.CRD_MISSING,
          "the API server at %s does not know %s.ray.io: KubeRay is not installed there; install the KubeRay operator first"
              .formatted(client.getMasterUrl(), resource.getPlural()),
          null);
    }
  }
}
