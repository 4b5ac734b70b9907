package io.rayauth.kubernetes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.rayauth.kubernetes.Explanation.Notes;
import io.rayauth.kubernetes.internal.access.Right;
import io.rayauth.kubernetes.internal.access.RoleRights;
import io.rayauth.kubernetes.internal.cluster.CustomResource;
import io.rayauth.token.AccessToken;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds out why a kube-rbac-proxy refused: 401 is a token that it does not know, 403 a missing
 * right.
 */
final class ProxyDiagnosis {
  /** The text of kube-rbac-proxy ({@code pkg/proxy/proxy.go}). */
  private static final Pattern DENIAL =
      Pattern.compile(
          "Forbidden \\(user=(.+), verb=([^,)]+), resource=[^,)]*, subresource=([^,)]*)\\)");

  private final Evidence evidence;
  private final KubernetesClient client;
  private final RayClusterRef ref;
  private final Notes notes;
  private final @Nullable CustomResource cluster;

  ProxyDiagnosis(Evidence evidence, @Nullable CustomResource cluster) {
    this.evidence = evidence;
    this.client = evidence.client;
    this.ref = evidence.ref;
    this.notes = evidence.notes;
    this.cluster = cluster;
    notes.scheme = AuthScheme.KUBE_RBAC_PROXY;
  }

  /** A kube-rbac-proxy that answers 401. */
  void unknownToken() {
    AccessToken token = evidence.token();
    if (token != null) {
      evidence.inspect(token);
      TokenClaims claims = TokenClaims.of(token);
      List<String> audiences = claims.audiences();
      claims
          .issuer()
          .filter(issuer -> !audiences.isEmpty() && !audiences.contains(issuer))
          .ifPresent(issuer ->
              notes.conclude(
                  "The token is meant for %s and not for the API server (%s); a kube-rbac-proxy without --auth-token-audiences takes only tokens for the API server."
                      .formatted(audiences, issuer),
                  "Ask for a token without an audience, or start the proxy with --auth-token-audiences="
                      + String.join(",", audiences)
                      + "."));
    }
    evidence.checkReviewer(cluster, "The kube-rbac-proxy");
    notes.conclude(
        "The kube-rbac-proxy does not know the token: no token reached it, or one that the API server does not accept (ended, deleted, of another Kubernetes cluster).",
        "Get a new token and try again; a token that was refused is remembered as unknown for up to 2 minutes.");
  }

  /** A kube-rbac-proxy that answers 403. */
  void denied(String text, String subresource) {
    Matcher denial = DENIAL.matcher(text);
    if (!denial.find()) {
      notes.conclude(
          "The kube-rbac-proxy denied the request without saying whom and what.",
          "Ask RayAccess.canI for each verb that the request needs.");
      return;
    }
    String user = denial.group(1);
    String verb = denial.group(2);
    String asked = denial.group(3);
    notes.user = user;
    Right right =
        new Right(verb, RoleRights.GROUP, RoleRights.RESOURCE, asked, ref.namespace(), ref.name());
    checkTarget(asked);
    Optional<Boolean> allowed = evidence.allowed(Evidence.subject(user), right);
    if (allowed.isEmpty()) {
      evidence.suggest(user, verb, AuthScheme.KUBE_RBAC_PROXY, asked);
      notes.conclude(
          "%s was denied the verb '%s' on RayCluster %s by the kube-rbac-proxy."
              .formatted(user, verb, ref),
          Evidence.grantIt(user, verb, asked) + ". A new grant can take 30 seconds to be seen.");
    } else if (allowed.get()) {
      notes.conclude(
          "RBAC allows %s to %s by now; the kube-rbac-proxy remembers its denial for up to 30 seconds."
              .formatted(user, right),
          "Try again in 30 seconds.");
    } else {
      evidence.lacks(user, verb, AuthScheme.KUBE_RBAC_PROXY, asked);
    }
    if (!subresource.isEmpty() && !subresource.equals(asked)) {
      notes.findings.add(
          "the proxy asks for subresource '%s', not for '%s'".formatted(asked, subresource));
    }
  }

  /**
   * The proxy asks about the object that its ConfigMap names, whatever cluster it stands before.
   */
  private void checkTarget(String asked) {
    if (cluster == null) {
      return;
    }
    for (Map<String, Object> volume :
        cluster.list("spec", "headGroupSpec", "template", "spec", "volumes")) {
      CustomResource.text(volume, "configMap", "name").ifPresent(name -> checkTarget(name, asked));
    }
  }

  private void checkTarget(String configMap, String asked) {
    Optional<ConfigMap> found =
        evidence.look(
            "ConfigMap " + ref.namespace() + "/" + configMap,
            () -> client.configMaps().inNamespace(ref.namespace()).withName(configMap).get());
    found.map(ConfigMap::getData).stream()
        .flatMap(data -> data.values().stream())
        .forEach(text -> attributes(text).ifPresent(target -> compare(configMap, target, asked)));
  }

  private void compare(String configMap, Map<String, Object> target, String asked) {
    String namespace = CustomResource.text(target, "namespace").orElse("");
    String name = CustomResource.text(target, "name").orElse("");
    boolean other =
        (!namespace.isEmpty() && !namespace.equals(ref.namespace()))
            || (!name.isEmpty() && !name.equals(ref.name()));
    notes.findings.add(
        "the proxy's ConfigMap '%s' asks for rights on %s/%s".formatted(configMap, namespace, name)
            + (asked.isEmpty() ? "" : ", subresource " + asked));
    if (other) {
      notes.conclude(
          "The kube-rbac-proxy asks for rights on RayCluster %s/%s instead of %s: its ConfigMap '%s' was copied from another cluster."
              .formatted(namespace, name, ref, configMap),
          "Set name and namespace in resourceAttributes of ConfigMap '%s' and restart the head pod."
              .formatted(configMap));
    }
  }

  /** YAML maps have text keys here, or are no configuration of a proxy. */
  @SuppressWarnings("unchecked")
  private static Optional<Map<String, Object>> attributes(String yaml) {
    try {
      Map<String, Object> root = Serialization.unmarshal(yaml, Map.class);
      return root != null
              && root.get("authorization") instanceof Map<?, ?> authorization
              && authorization.get("resourceAttributes") instanceof Map<?, ?> attributes
          ? Optional.of((Map<String, Object>) attributes)
          : Optional.empty();
    } catch (RuntimeException notYaml) {
      return Optional.empty();
    }
  }
}
