package io.rayauth.gke;

import io.rayauth.error.RayException;
import io.rayauth.gke.internal.identity.GoogleAccount;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayKubernetesException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says what a Google account lacks when the API server of a GKE cluster refuses it or does not
 * answer.
 */
final class AccessHint {
  /** The API server names whom it refuses, which is what a RoleBinding has to name. */
  private static final Pattern USER = Pattern.compile("User \"([^\"]+)\"");

  /** Where a cluster has a token of its own, the Secret with it has to be read. */
  private static final Pattern SECRET = Pattern.compile("secrets \"([^\"]+)\" is forbidden");

  private AccessHint() {}

  static RayKubernetesException added(
      RayKubernetesException failure, GkeCluster gke, GoogleAccount account, RayClusterRef ray) {
    String hint =
        switch (failure.reason()) {
          case FORBIDDEN -> rights(failure, user(failure, account), ray, gke);
          case UNAUTHENTICATED ->
              ". The API server of GKE cluster %s does not know the token of %s; does the account still exist?"
                  .formatted(gke.ref(), account);
          case UNREACHABLE ->
              ". The way to the API server was %s; other doors are %s"
                  .formatted(gke.endpointReason(), gke.endpoints().keySet());
          default -> "";
        };
    return hint.isEmpty()
        ? failure
        : new RayKubernetesException(failure.reason(), failure.getMessage() + hint, failure);
  }

  private static String user(RayKubernetesException failure, GoogleAccount account) {
    Matcher refused = USER.matcher(String.valueOf(failure.getMessage()));
    if (refused.find()) {
      return refused.group(1);
    }
    try {
      return account.principal();
    } catch (RayException e) {
      return "<the account's e-mail>";
    }
  }

  /** What a connection needs, and what it takes to submit jobs through a kube-rbac-proxy. */
  private static String rights(
      RayKubernetesException failure, String user, RayClusterRef ray, GkeCluster gke) {
    String note =
        user.matches("\\d+")
            ? " (a number, because the token does not have the scope userinfo.email)"
            : "";
    String door =
        gke.endpoint().equals(Optional.of(GkeEndpoint.DNS))
            ? " The DNS endpoint also wants the IAM permission container.clusters.connect, which the role roles/container.clusterViewer has."
            : "";
    Matcher refused = SECRET.matcher(String.valueOf(failure.getMessage()));
    String secret =
        refused.find()
            ? """
            - apiGroups: [""]
              resources: ["secrets"]
              resourceNames: ["%s"]
              verbs: ["get"]
            """
                .formatted(refused.group(1))
            : "";
    // A name for each user: applied for a second one, the same name would shut the first one out.
    String name = "%s-google-%08x".formatted(ray.name(), user.hashCode());
    return """
    . Kubernetes RBAC lets nobody in whom it does not name.%s Give %s%s the IAM role roles/container.developer, which is much, or let somebody who may apply this:
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata:
      name: %5$s
      namespace: %4$s
    rules:
    - apiGroups: ["ray.io"]
      resources: ["rayclusters"]
      resourceNames: ["%6$s"]
      verbs: ["get", "create"]
    - apiGroups: [""]
      resources: ["pods"]
      verbs: ["list"]
    - apiGroups: [""]
      resources: ["pods/portforward"]
      verbs: ["get", "create"]
    %7$s---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata:
      name: %5$s
      namespace: %4$s
    roleRef:
      apiGroup: rbac.authorization.k8s.io
      kind: Role
      name: %5$s
    subjects:
    - apiGroup: rbac.authorization.k8s.io
      kind: User
      name: "%2$s"
    """
        .formatted(door, user, note, ray.namespace(), name, ray.name(), secret);
  }
}
