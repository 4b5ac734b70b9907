package io.rayauth.kubernetes.internal.access;

import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.PolicyRuleBuilder;
import io.rayauth.kubernetes.AuthScheme;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.RayRole;
import io.rayauth.kubernetes.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Knows which rights a role takes: the verbs of kube-rbac-proxy ({@code pkg/proxy/proxy.go}: GET is
 * get, POST create, PUT update, DELETE delete), Ray's own verb ({@code k8s_constants.h}), or the
 * Secret that holds the token.
 *
 * @param cluster the cluster
 * @param rights each of them
 * @param cautions what they allow beside Ray, and what they do not reach
 */
public record RoleRights(RayClusterRef cluster, List<Right> rights, List<String> cautions) {
  /** The API group of KubeRay. */
  public static final String GROUP = "ray.io";

  /** KubeRay's name for RayClusters in URLs and rules. */
  public static final String RESOURCE = "rayclusters";

  /** The one verb that Ray asks Kubernetes for. */
  public static final String RAY_WRITE = "ray:write";

  private static final String EVERY_VERB = "*";

  /**
   * Finds the rights of a role.
   *
   * @param subresource the one that the kube-rbac-proxy is configured with; empty for none
   * @param secretName the Secret with Ray's token; null if Ray wants none
   * @throws RayKubernetesException if the scheme has no such role
   */
  public static RoleRights of(
      RayClusterRef cluster,
      RayRole role,
      AuthScheme scheme,
      String subresource,
      @Nullable String secretName) {
    List<Right> rights = new ArrayList<>();
    for (String verb : verbs(cluster, role, scheme)) {
      rights.add(
          new Right(
              verb,
              GROUP,
              RESOURCE,
              scheme == AuthScheme.KUBE_RBAC_PROXY ? subresource : "",
              cluster.namespace(),
              role == RayRole.UNLIMITED ? "" : cluster.name()));
    }
    if (secretName != null) {
      rights.add(new Right("get", "", "secrets", "", cluster.namespace(), secretName));
    }
    return new RoleRights(cluster, List.copyOf(rights), cautions(rights, cluster, scheme));
  }

  /**
   * Checks that a scheme has a role.
   *
   * @throws RayKubernetesException if it has not
   */
  public static void check(RayClusterRef cluster, RayRole role, AuthScheme scheme) {
    verbs(cluster, role, scheme);
  }

  /**
   * Adds what {@code connect} takes by a route, beside what these rights give: the RayCluster, and
   * the part of the Kubernetes API that leads to the head.
   *
   * @param headService name and port of the head's Service as the API server's proxy names them
   * @throws RayKubernetesException if the route does not lead to such a cluster
   */
  public RoleRights reachingBy(
      Route.Kind route, RayRole role, AuthScheme scheme, String headService) {
    if (route == Route.Kind.SERVICE_PROXY && scheme == AuthScheme.KUBE_RBAC_PROXY) {
      throw impossible(
          cluster,
          "cannot be reached by the API server's service proxy, which takes the token for itself; take Route.portForward()");
    }
    List<Right> all = new ArrayList<>(rights);
    all.addAll(lacking(route, role, headService));
    List<String> more = new ArrayList<>(cautions);
    if (forwards(route)) {
      more.add(
          "'create' on pods/portforward lets the subject forward ports of every pod in namespace %s, and 'list' on pods see them all: KubeRay makes up the name of the head pod, so the rule can name none"
              .formatted(cluster.namespace()));
    }
    return new RoleRights(cluster, List.copyOf(all), List.copyOf(more));
  }

  /** Says what these rights lack for whoever is to {@code connect}. */
  public RoleRights reachingNothing(RayRole role, AuthScheme scheme, String headService) {
    List<String> routes = new ArrayList<>();
    for (Route.Kind route :
        List.of(Route.Kind.IN_CLUSTER, Route.Kind.PORT_FORWARD, Route.Kind.SERVICE_PROXY)) {
      List<Right> lacking = lacking(route, role, headService);
      boolean leadsThere =
          route != Route.Kind.SERVICE_PROXY || scheme != AuthScheme.KUBE_RBAC_PROXY;
      if (leadsThere && !lacking.isEmpty()) {
        routes.add(
            route + ": " + lacking.stream().map(Right::toString).collect(Collectors.joining(", ")));
      }
    }
    List<String> more = new ArrayList<>(cautions);
    more.add(
        "this is enough for an address that the subject is given; to connect through Kubernetes it also needs, by route, "
            + String.join("; ", routes)
            + ". RayAccess.route(…) gives them along");
    return new RoleRights(cluster, rights, List.copyOf(more));
  }

  private List<Right> lacking(Route.Kind route, RayRole role, String headService) {
    String namespace = cluster.namespace();
    List<Right> needed = new ArrayList<>();
    needed.add(new Right("get", GROUP, RESOURCE, "", namespace, cluster.name()));
    if (forwards(route)) {
      needed.add(new Right("list", "", "pods", "", namespace, ""));
      needed.add(new Right("get", "", "pods", "portforward", namespace, ""));
      needed.add(new Right("create", "", "pods", "portforward", namespace, ""));
    } else if (route == Route.Kind.SERVICE_PROXY) {
      for (String verb : httpVerbs(role)) {
        needed.add(new Right(verb, "", "services", "proxy", namespace, headService));
      }
    }
    return needed.stream().filter(right -> !gives(right)).toList();
  }

  /** Outside of the Kubernetes cluster, the automatic route is a port-forward. */
  private static boolean forwards(Route.Kind route) {
    return route == Route.Kind.PORT_FORWARD || route == Route.Kind.AUTOMATIC;
  }

  private boolean gives(Right wanted) {
    return rights.stream()
        .anyMatch(right ->
            right.group().equals(wanted.group())
                && right.resource().equals(wanted.resource())
                && right.subresource().equals(wanted.subresource())
                && (right.verb().equals(wanted.verb()) || right.verb().equals(EVERY_VERB))
                && (right.name().equals(wanted.name()) || right.name().isEmpty()));
  }

  private static List<String> verbs(RayClusterRef cluster, RayRole role, AuthScheme scheme) {
    return switch (scheme) {
      case OPEN ->
          throw impossible(
              cluster,
              "checks nobody, so rights would change nothing; deploy it with authentication first");
      case RAY_TOKEN ->
          switch (role) {
            case OBSERVER ->
                throw impossible(
                    cluster, "has one token that opens everything, so it cannot have observers");
            case UNLIMITED ->
                throw impossible(
                    cluster,
                    "checks a token and no verbs; OPERATOR lets the subject read the token");
            case SUBMITTER, UPLOADING_SUBMITTER, OPERATOR -> List.of("get");
          };
      case KUBERNETES_TOKEN ->
          switch (role) {
            case OBSERVER ->
                throw impossible(
                    cluster,
                    "asks Kubernetes for the one verb '"
                        + RAY_WRITE
                        + "' whatever is done, so it cannot have observers");
            case UNLIMITED -> List.of(EVERY_VERB);
            case SUBMITTER, UPLOADING_SUBMITTER, OPERATOR -> List.of(RAY_WRITE);
          };
      case KUBE_RBAC_PROXY -> httpVerbs(role);
    };
  }

  /** A proxy makes a verb out of the HTTP method, be it kube-rbac-proxy or the API server's own. */
  private static List<String> httpVerbs(RayRole role) {
    return switch (role) {
      case OBSERVER -> List.of("get");
      case SUBMITTER -> List.of("get", "create");
      case UPLOADING_SUBMITTER -> List.of("get", "create", "update");
      case OPERATOR -> List.of("get", "create", "update", "delete");
      case UNLIMITED -> List.of(EVERY_VERB);
    };
  }

  private static List<String> cautions(
      List<Right> rights, RayClusterRef cluster, AuthScheme scheme) {
    List<String> cautions = new ArrayList<>();
    for (Right right : rights) {
      if (!right.subresource().isEmpty()) {
        continue;
      }
      switch (right.verb()) {
        case "update" ->
            cautions.add(
                "'update' also lets the subject change RayCluster %s itself: its image, its ServiceAccount"
                    .formatted(cluster));
        case "delete" ->
            cautions.add(
                "'delete' also lets the subject delete RayCluster %s itself".formatted(cluster));
        case EVERY_VERB ->
            cautions.add(
                "'*' also lets the subject create, change and delete every RayCluster in namespace "
                    + cluster.namespace());
        default -> {}
      }
    }
    if (scheme == AuthScheme.RAY_TOKEN) {
      cautions.add("whoever has read the token keeps it: it never changes while the cluster runs");
    }
    return List.copyOf(cautions);
  }

  private static RayKubernetesException impossible(RayClusterRef cluster, String why) {
    return new RayKubernetesException(Reason.INVALID, "RayCluster " + cluster + " " + why, null);
  }

  /** Returns the rules of a Role that gives these rights, verbs on one object together. */
  List<PolicyRule> rules() {
    List<PolicyRule> rules = new ArrayList<>();
    List<Right> left = new ArrayList<>(rights);
    while (!left.isEmpty()) {
      Right first = left.get(0);
      List<String> verbs =
          left.stream().filter(right -> sameObject(right, first)).map(Right::verb).toList();
      left.removeIf(right -> sameObject(right, first));
      PolicyRuleBuilder rule =
          new PolicyRuleBuilder()
              .withApiGroups(first.group())
              .withResources(
                  first.resource()
                      + (first.subresource().isEmpty() ? "" : "/" + first.subresource()))
              .withVerbs(verbs);
      if (!first.name().isEmpty()) {
        rule.withResourceNames(first.name());
      }
      rules.add(rule.build());
    }
    return rules;
  }

  private static boolean sameObject(Right one, Right other) {
    return one.group().equals(other.group())
        && one.resource().equals(other.resource())
        && one.subresource().equals(other.subresource())
        && one.name().equals(other.name());
  }
}
