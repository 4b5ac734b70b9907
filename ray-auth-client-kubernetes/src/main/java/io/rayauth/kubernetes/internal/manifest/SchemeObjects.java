package io.rayauth.kubernetes.internal.manifest;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.rayauth.kubernetes.AuthScheme;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes the objects that a scheme of authentication needs beside the RayCluster.
 *
 * <p>They are those of Ray's guide and of KubeRay's samples ({@code ray-cluster.auth.yaml} of
 * KubeRay 1.3 to 1.5, {@code ray-cluster.kubernetes.auth.yaml}), with names of their own for each
 * cluster, because the samples' fixed names clash as soon as there is a second one. The colons in
 * names for the whole Kubernetes cluster keep {@code a/b-c} and {@code a-b/c} apart.
 */
final class SchemeObjects {
  private static final String REVIEWER = "token-reviewer";
  private static final String WRITER = "ray-writer";

  private final RayClusterRef ref;

  SchemeObjects(RayClusterRef ref) {
    this.ref = ref;
  }

  /** Returns what goes beside a cluster, in the order in which it is applied. */
  List<ManifestObject> of(RayClusterSpec spec) {
    return switch (spec.scheme()) {
      case KUBE_RBAC_PROXY -> kubeRbacProxy(spec);
      case KUBERNETES_TOKEN -> kubernetesToken(spec);
      case RAY_TOKEN, OPEN -> List.of();
    };
  }

  /** Returns the ServiceAccount of the head, or empty text for the namespace's default. */
  String headServiceAccount(RayClusterSpec spec) {
    return spec.serviceAccount()
        .orElse(
            switch (spec.scheme()) {
              case KUBE_RBAC_PROXY -> proxyName();
              case KUBERNETES_TOKEN -> rayName();
              case RAY_TOKEN, OPEN -> "";
            });
  }

  /** Returns the ServiceAccount of the workers, or empty text for the namespace's default. */
  String workerServiceAccount(RayClusterSpec spec) {
    return spec.serviceAccount()
        .orElse(spec.scheme() == AuthScheme.KUBERNETES_TOKEN ? rayName() : "");
  }

  /** Returns the name of the proxy's ConfigMap and ServiceAccount. */
  String proxyName() {
    return ref.name() + "-kube-rbac-proxy";
  }

  private String rayName() {
    return ref.name() + "-ray";
  }

  private String clusterWide(String what) {
    return "ray:%s:%s:%s".formatted(ref.namespace(), ref.name(), what);
  }

  /**
   * Returns what can be left of a cluster that is gone: objects of the whole Kubernetes cluster
   * cannot have a RayCluster as their owner. Only kinds and names count.
   */
  List<ManifestObject> withoutOwner() {
    return List.of(
        ManifestObject.of(Kinds.CLUSTER_ROLE_BINDING, clusterMetadata(REVIEWER), Map.of()),
        ManifestObject.of(Kinds.CLUSTER_ROLE, clusterMetadata(REVIEWER), Map.of()),
        ManifestObject.of(Kinds.CLUSTER_ROLE, clusterMetadata(WRITER), Map.of()));
  }

  /** Returns what any scheme has beside a cluster. Only kinds and names count. */
  List<ManifestObject> ofAnyScheme() {
    List<ManifestObject> all = new ArrayList<>(withoutOwner());
    all.add(ManifestObject.of(Kinds.ROLE_BINDING, metadata(rayName()), Map.of()));
    all.add(ManifestObject.of(Kinds.CONFIG_MAP, metadata(proxyName()), Map.of()));
    all.add(serviceAccount(proxyName()));
    all.add(serviceAccount(rayName()));
    return all;
  }

  private List<ManifestObject> kubeRbacProxy(RayClusterSpec spec) {
    ManifestObject config =
        ManifestObject.of(
            Kinds.CONFIG_MAP,
            metadata(proxyName()),
            Map.of("data", Map.of("config-file.yaml", proxyConfiguration(spec))));
    return withServiceAccount(
        spec,
        proxyName(),
        List.of(config, reviewerRole(), reviewerBinding(headServiceAccount(spec))));
  }

  private String proxyConfiguration(RayClusterSpec spec) {
    return """
    authorization:
      resourceAttributes:
        namespace: '%s'
        apiVersion: v1
        apiGroup: ray.io
        resource: rayclusters
    %s    name: '%s'
    """
        .formatted(
            ref.namespace(),
            spec.proxyOptions()
                .subresource()
                .map("    subresource: %s%n"::formatted)
                .orElse("")
                .replace("\r", ""),
            ref.name());
  }

  private List<ManifestObject> kubernetesToken(RayClusterSpec spec) {
    String account = headServiceAccount(spec);
    ManifestObject writer =
        ManifestObject.of(
            Kinds.CLUSTER_ROLE,
            clusterMetadata(WRITER),
            Map.of(
                "rules",
                List.of(
                    Map.of(
                        "apiGroups", List.of("ray.io"),
                        "resources", List.of("rayclusters"),
                        "resourceNames", List.of(ref.name()),
                        "verbs", List.of("ray:write")))));
    // Ray's own processes show this account's token to each other, so it must be let in, too.
    ManifestObject writes =
        binding(Kinds.ROLE_BINDING, metadata(rayName()), clusterWide(WRITER), account);
    return withServiceAccount(
        spec, rayName(), List.of(reviewerRole(), writer, reviewerBinding(account), writes));
  }

  private List<ManifestObject> withServiceAccount(
      RayClusterSpec spec, String name, List<ManifestObject> others) {
    if (spec.serviceAccount().isPresent()) {
      return others;
    }
    List<ManifestObject> all = new ArrayList<>();
    all.add(serviceAccount(name));
    all.addAll(others);
    return List.copyOf(all);
  }

  private ManifestObject serviceAccount(String name) {
    return ManifestObject.of(Kinds.SERVICE_ACCOUNT, metadata(name), Map.of());
  }

  private ManifestObject reviewerRole() {
    return ManifestObject.of(
        Kinds.CLUSTER_ROLE,
        clusterMetadata(REVIEWER),
        Map.of(
            "rules",
            List.of(
                mayCreate("authentication.k8s.io", "tokenreviews"),
                mayCreate("authorization.k8s.io", "subjectaccessreviews"))));
  }

  private static Map<String, Object> mayCreate(String group, String resource) {
    return Map.of(
        "apiGroups", List.of(group), "resources", List.of(resource), "verbs", List.of("create"));
  }

  /** Binds for the whole cluster: a RoleBinding grants nothing for reviews, without a word. */
  private ManifestObject reviewerBinding(String account) {
    return binding(
        Kinds.CLUSTER_ROLE_BINDING, clusterMetadata(REVIEWER), clusterWide(REVIEWER), account);
  }

  private ManifestObject binding(
      ResourceDefinitionContext kind, ObjectMeta metadata, String clusterRole, String account) {
    return ManifestObject.of(
        kind,
        metadata,
        Map.of(
            "roleRef",
            Map.of(
                "apiGroup",
                "rbac.authorization.k8s.io",
                "kind",
                "ClusterRole",
                "name",
                clusterRole),
            "subjects",
            List.of(
                Map.of("kind", "ServiceAccount", "name", account, "namespace", ref.namespace()))));
  }

  private ObjectMeta metadata(String name) {
    return new ObjectMetaBuilder()
        .withNamespace(ref.namespace())
        .withName(name)
        .withLabels(Ownership.labels(ref))
        .build();
  }

  private ObjectMeta clusterMetadata(String what) {
    return new ObjectMetaBuilder()
        .withName(clusterWide(what))
        .withLabels(Ownership.labels(ref))
        .build();
  }
}
