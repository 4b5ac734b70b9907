package io.rayauth.gke;

import io.rayauth.error.RayException;
import io.rayauth.gke.internal.identity.GoogleAccount;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayKubernetesException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says what a Google account lacks when the API server of a GKE cluster refuses it or does not
 * answer.
 */
final class AccessHint {
  /** The API server names whom it refuses, which is what a RoleBinding has to name. */
  private static final Pattern USER = Pattern.compile("User \"([^\"]+)\"");

  private AccessHint() {}

  static RayKubernetesException added(
      RayKubernetesException failure, GkeCluster gke, GoogleAccount account, RayClusterRef ray) {
    String hint =
        switch (failure.reason()) {
          case FORBIDDEN -> rights(user(failure, account), ray);
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
  private static String rights(String user, RayClusterRef ray) {
    String number =
        user.matches("\\d+")
            ? " (a number, because the token does not have the scope userinfo.email)"
            : "";
    return """
    . Kubernetes RBAC lets nobody in whom it does not name: give %s%s the IAM role roles/container.developer, which is much, or let somebody who may apply this:
    apiVersion: rbac.authorization.k8s.io/v1
    kind: Role
    metadata:
      name: %s-google-users
      namespace: %s
    rules:
    - apiGroups: ["ray.io"]
      resources: ["rayclusters"]
      resourceNames: ["%s"]
      verbs: ["get", "create"]
    - apiGroups: [""]
      resources: ["pods"]
      verbs: ["list"]
    - apiGroups: [""]
      resources: ["pods/portforward"]
      verbs: ["get", "create"]
    ---
    apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata:
      name: %s-google-users
      namespace: %s
    roleRef:
      apiGroup: rbac.authorization.k8s.io
      kind: Role
      name: %s-google-users
    subjects:
    - apiGroup: rbac.authorization.k8s.io
      kind: User
      name: "%s"
    """
        .formatted(
            user,
            number,
            ray.name(),
            ray.namespace(),
            ray.name(),
            ray.name(),
            ray.namespace(),
            ray.name(),
            user);
  }
}
