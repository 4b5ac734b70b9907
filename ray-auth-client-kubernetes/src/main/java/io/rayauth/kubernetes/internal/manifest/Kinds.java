package io.rayauth.kubernetes.internal.manifest;

import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;

/** The kinds of objects that go with a RayCluster. */
final class Kinds {
  static final ResourceDefinitionContext CONFIG_MAP = core("ConfigMap", "configmaps");
  static final ResourceDefinitionContext SERVICE_ACCOUNT =
      core("ServiceAccount", "serviceaccounts");
  static final ResourceDefinitionContext ROLE_BINDING =
      namespaced(rbac("RoleBinding", "rolebindings"));
  static final ResourceDefinitionContext CLUSTER_ROLE = rbac("ClusterRole", "clusterroles").build();
  static final ResourceDefinitionContext CLUSTER_ROLE_BINDING =
      rbac("ClusterRoleBinding", "clusterrolebindings").build();

  private Kinds() {}

  private static ResourceDefinitionContext core(String kind, String plural) {
    return namespaced(
        new ResourceDefinitionContext.Builder()
            .withVersion("v1")
            .withKind(kind)
            .withPlural(plural));
  }

  private static ResourceDefinitionContext.Builder rbac(String kind, String plural) {
    return new ResourceDefinitionContext.Builder()
        .withGroup("rbac.authorization.k8s.io")
        .withVersion("v1")
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(false);
  }

  private static ResourceDefinitionContext namespaced(ResourceDefinitionContext.Builder builder) {
    return builder.withNamespaced(true).build();
  }
}
