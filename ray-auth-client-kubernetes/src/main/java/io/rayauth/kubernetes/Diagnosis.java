package io.rayauth.kubernetes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.rayauth.error.RayAuthException;
import io.rayauth.kubernetes.Explanation.Notes;
import io.rayauth.kubernetes.internal.access.AccessReviews;
import io.rayauth.kubernetes.internal.access.Right;
import io.rayauth.kubernetes.internal.access.RoleObjects;
import io.rayauth.kubernetes.internal.access.RoleRights;
import io.rayauth.kubernetes.internal.api.ApiServer;
import io.rayauth.kubernetes.internal.cluster.CustomResource;
import io.rayauth.kubernetes.internal.cluster.DeclaredScheme;
import io.rayauth.kubernetes.internal.cluster.RayResources;
import io.rayauth.time.TimeSource;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds out why one request was refused. The same status means opposite things at the two doors: a
 * kube-rbac-proxy says 401 for a token it does not know and 403 for a missing right, Ray says 403
 * for both.
 *
 * <p>Used once, by one thread.
 */
final class Diagnosis {
  /** The text of kube-rbac-proxy ({@code pkg/proxy/proxy.go}). */
  private static final Pattern DENIAL =
      Pattern.compile(
          "Forbidden \\(user=(.+), verb=([^,)]+), resource=[^,)]*, subresource=([^,)]*)\\)");

  private static final int UNAUTHORIZED = 401;
  private static final String SERVICE_ACCOUNT = "system:serviceaccount:";

  /** The tokens of KubeRay's samples, which get copied. */
  private static final List<String> SAMPLE_TOKENS =
      List.of("super-secret-example-token", "raycluster_secret");

  private final KubernetesClient client;
  private final AccessReviews reviews;
  private final TimeSource time;
  private final RayClusterRef ref;
  private final RayAuthException refusal;
  private final @Nullable TokenProvider tokens;
  private final String subresource;
  private final Notes notes;

  Diagnosis(
      KubernetesClient client,
      AccessReviews reviews,
      TimeSource time,
      RayClusterRef ref,
      RayAuthException refusal,
      @Nullable TokenProvider tokens,
      String subresource) {
    this.client = client;
    this.reviews = reviews;
    this.time = time;
    this.ref = ref;
    this.refusal = refusal;
    this.tokens = tokens;
    this.subresource = subresource;
    this.notes = new Notes(refusal.refusedBy());
  }

  Explanation explanation() {
    CustomResource cluster = cluster();
    DeclaredScheme declared = cluster == null ? null : DeclaredScheme.of(cluster);
    notes.scheme = declared == null ? null : declared.scheme();
    switch (refusal.refusedBy()) {
      case KUBE_RBAC_PROXY -> {
        notes.scheme = AuthScheme.KUBE_RBAC_PROXY;
        if (refusal.status() == UNAUTHORIZED) {
          unknownToProxy(cluster);
        } else {
          deniedByProxy(cluster);
        }
      }
      case RAY -> refusedByRay(cluster, declared);
      case UNKNOWN ->
          notes.conclude(
              "Something in front of the cluster refused; it answers neither like Ray nor like a kube-rbac-proxy.",
              "Look at the ingress, gateway or mesh that the address leads to: it may want a token of its own in Authorization, and Ray's in X-Ray-Authorization.");
    }
    return notes.explanation();
  }

  private @Nullable CustomResource cluster() {
    var found =
        look(
            "RayCluster " + ref,
            () ->
                RayResources.rayClusters(client)
                    .inNamespace(ref.namespace())
                    .withName(ref.name())
                    .get());
    if (found.isPresent()) {
      CustomResource cluster = CustomResource.of(found.get());
      notes.findings.add(
          "RayCluster %s declares %s: %s"
              .formatted(
                  ref, DeclaredScheme.of(cluster).scheme(), DeclaredScheme.of(cluster).why()));
      return cluster;
    }
    return null;
  }

  /** A kube-rbac-proxy that answers 401. */
  private void unknownToProxy(@Nullable CustomResource cluster) {
    AccessToken token = token();
    if (token != null) {
      inspect(token);
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
    checkReviewer(cluster, "The kube-rbac-proxy");
    notes.conclude(
        "The kube-rbac-proxy does not know the token: no token reached it, or one that the API server does not accept (ended, deleted, of another Kubernetes cluster).",
        "Get a new token and try again; a token that was refused is remembered as unknown for up to 2 minutes.");
  }

  /** A kube-rbac-proxy that answers 403. */
  private void deniedByProxy(@Nullable CustomResource cluster) {
    Matcher denial = DENIAL.matcher(refusal.bodyExcerpt());
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
    checkTarget(cluster, asked);
    Optional<Boolean> allowed = allowed(subject(user), right);
    if (allowed.isEmpty()) {
      suggest(user, verb, AuthScheme.KUBE_RBAC_PROXY, asked);
      notes.conclude(
          "%s was denied the verb '%s' on RayCluster %s by the kube-rbac-proxy."
              .formatted(user, verb, ref),
          grantIt(user, verb) + ". A new grant can take 30 seconds to be seen.");
    } else if (allowed.get()) {
      notes.conclude(
          "RBAC allows %s to %s by now; the kube-rbac-proxy remembers its denial for up to 30 seconds."
              .formatted(user, right),
          "Try again in 30 seconds.");
    } else {
      lacks(user, verb, AuthScheme.KUBE_RBAC_PROXY, asked);
    }
    if (!subresource.isEmpty() && !subresource.equals(asked)) {
      notes.findings.add(
          "the proxy asks for subresource '%s', not for '%s'".formatted(asked, subresource));
    }
  }

  private void refusedByRay(@Nullable CustomResource cluster, @Nullable DeclaredScheme declared) {
    if (refusal.status() == UNAUTHORIZED) {
      notes.conclude(
          "Ray got no token.",
          "Give the client a tokenProvider; if it has one, something in between took the Authorization header away (the API server's service proxy does), so send the token as rayTokenProvider too.");
      return;
    }
    AccessToken token = token();
    AuthScheme scheme =
        declared == null
            ? guess(token)
            : declared.scheme() == AuthScheme.KUBERNETES_TOKEN
                ? AuthScheme.KUBERNETES_TOKEN
                : AuthScheme.RAY_TOKEN;
    notes.scheme = scheme;
    if (scheme == AuthScheme.KUBERNETES_TOKEN) {
      refusedByKubernetes(cluster, token);
    } else {
      refusedBySecret(cluster, declared, token);
    }
  }

  /** On the wire the two cannot be told apart, but a JWT is rarely a shared secret. */
  private static AuthScheme guess(@Nullable AccessToken token) {
    return token != null && TokenClaims.of(token).isJwt()
        ? AuthScheme.KUBERNETES_TOKEN
        : AuthScheme.RAY_TOKEN;
  }

  /** A Ray that asks Kubernetes answers 403 for whatever is wrong. */
  private void refusedByKubernetes(@Nullable CustomResource cluster, @Nullable AccessToken token) {
    Right write =
        new Right(
            RoleRights.RAY_WRITE,
            RoleRights.GROUP,
            RoleRights.RESOURCE,
            "",
            ref.namespace(),
            ref.name());
    Optional<Boolean> allowed = Optional.empty();
    if (token != null) {
      inspect(token);
      if (!TokenClaims.of(token).isJwt()) {
        notes.findings.add("the token is no JWT, so it does not say who was refused");
      }
    }
    if (notes.user != null) {
      allowed = allowed(subject(notes.user), write);
      if (allowed.isPresent() && !allowed.get()) {
        lacks(notes.user, RoleRights.RAY_WRITE, AuthScheme.KUBERNETES_TOKEN, "");
      }
    } else {
      allowed = look("the rights of the caller", () -> reviews.allowsMe(write));
      allowed.ifPresent(yes ->
          notes.findings.add("whoever asks here %s %s".formatted(yes ? "may" : "may not", write)));
      if (allowed.isPresent() && !allowed.get()) {
        notes.missingVerb = RoleRights.RAY_WRITE;
        notes.conclude(
            "The caller lacks the verb 'ray:write' on RayCluster " + ref + ".",
            "Grant it: RayAccess.grant(ref, subject, RayRole.SUBMITTER).");
      }
    }
    checkReviewer(cluster, "Ray's head");
    notes.conclude(
        allowed.orElse(false)
            ? "RBAC allows the verb 'ray:write', so it is not the right that is missing: the token is not accepted, or the head cannot ask Kubernetes."
            : "Ray asked Kubernetes and refused: the token is not accepted, or its owner lacks the verb 'ray:write' on RayCluster "
                + ref
                + ".",
        allowed.orElse(false)
            ? "Get a new token of this Kubernetes cluster without an audience; if that is refused too, see that the head pod has RAY_CLUSTER_NAMESPACE, which KubeRay sets from 1.6 on: without it Ray refuses every token."
            : "Get a new token, and grant the right: RayAccess.grant(ref, subject, RayRole.SUBMITTER).");
  }

  /** A Ray with one token answers 403 for every other. */
  private void refusedBySecret(
      @Nullable CustomResource cluster,
      @Nullable DeclaredScheme declared,
      @Nullable AccessToken token) {
    String secretName =
        declared == null ? DeclaredScheme.operatorsName(ref.name()) : declared.secretName();
    if (secretName == null) {
      notes.conclude(
          "Ray wants another token; the RayCluster does not say where that stands.",
          "Take the token from RAY_AUTH_TOKEN of the head container.");
      return;
    }
    String key = declared == null ? DeclaredScheme.AUTH_TOKEN : declared.secretKey();
    String named = "Secret " + ref.namespace() + "/" + secretName;
    Optional<Secret> secret =
        look(named, () -> client.secrets().inNamespace(ref.namespace()).withName(secretName).get());
    Optional<byte[]> value =
        secret
            .map(Secret::getData)
            .map(data -> data.get(key))
            .map(text -> Base64.getDecoder().decode(text));
    if (secret.isPresent() && value.isEmpty()) {
      notes.conclude(
          named + " has no key '" + key + "'.",
          "Write the token into it under that key, and restart the pods.");
    }
    value.ifPresent(inSecret -> compare(named, inSecret, token, cluster));
    notes.conclude(
        "Ray has another token than the one that was sent.",
        "Take the token from key '%s' of %s; if it is the one that was sent, the pods run with an older one and must be restarted."
            .formatted(key, named));
  }

  private void compare(
      String named,
      byte[] inSecret,
      @Nullable AccessToken token,
      @Nullable CustomResource cluster) {
    if (SAMPLE_TOKENS.contains(new String(inSecret, StandardCharsets.UTF_8))) {
      notes.findings.add(named + " holds the token of KubeRay's samples, which everybody knows");
    }
    if (token == null) {
      return;
    }
    boolean same =
        MessageDigest.isEqual(inSecret, token.value().getBytes(StandardCharsets.US_ASCII));
    if (!same) {
      notes.conclude(
          "The token that was sent is not the one in " + named + ".",
          "Use the token in the Secret; where it is still refused, the pods run with an older one and must be restarted.");
      return;
    }
    notes.findings.add("the token that was sent is the one in " + named);
    notes.conclude(
        "The pods run with another token than "
            + named
            + " holds now: they got theirs when they started, and the Secret was changed or made anew since.",
        "Restart the pods of RayCluster "
            + ref
            + ", or go back to the old token."
            + (cluster == null
                ? ""
                : " A RayService makes a new cluster with a new Secret for each upgrade."));
  }

  /** Looks at what the token says of itself; a plain reason there ends the search. */
  private void inspect(AccessToken token) {
    TokenClaims claims = TokenClaims.of(token);
    Instant now = time.instant();
    claims
        .subject()
        .filter(subject -> subject.startsWith(SERVICE_ACCOUNT)) // others may be called otherwise
        .ifPresent(subject -> notes.user = subject);
    claims.subject().ifPresent(subject -> notes.findings.add("the token is that of " + subject));
    claims
        .end()
        .or(token::expiresAt)
        .filter(end -> !end.isAfter(now))
        .ifPresent(end ->
            notes.conclude(
                "The token ended at " + end + ", and it is " + now + " now.",
                "Get a new token; if its source gave this one just now, the source or a clock is wrong."));
    claims
        .begin()
        .filter(begin -> begin.isAfter(now))
        .ifPresent(begin ->
            notes.conclude(
                "The token is not good before " + begin + ", and it is " + now + " now.",
                "Set the clock of this machine or of the API server."));
  }

  private @Nullable AccessToken token() {
    if (tokens == null) {
      notes.unseen.add("the token that was refused, as it was not given: its end, its owner");
      return null;
    }
    try {
      return tokens.token();
    } catch (TokenUnavailableException e) {
      notes.unseen.add("the token that was refused: " + e.getMessage());
      return null;
    }
  }

  private Optional<Boolean> allowed(Subject subject, Right right) {
    Optional<Boolean> allowed =
        look("the rights of " + subject, () -> reviews.allows(subject, subject.groups(), right));
    allowed.ifPresent(yes ->
        notes.findings.add(
            "RBAC %s %s to %s".formatted(yes ? "allows" : "does not allow", subject, right)));
    return allowed;
  }

  private void lacks(String user, String verb, AuthScheme scheme, String asked) {
    notes.missingVerb = verb;
    suggest(user, verb, scheme, asked);
    notes.conclude(
        "%s lacks the verb '%s' on RayCluster %s%s."
            .formatted(user, verb, ref, asked.isEmpty() ? "" : " (subresource " + asked + ")"),
        grantIt(user, verb) + ", or apply the manifest below.");
  }

  private void suggest(String user, String verb, AuthScheme scheme, String asked) {
    RayRole role = roleWith(verb);
    notes.suggestedManifest =
        RoleObjects.of(RoleRights.of(ref, role, scheme, asked, null), subject(user), role, asked)
            .yaml();
  }

  private static String grantIt(String user, String verb) {
    return "Grant it: RayAccess.grant(ref, Subject.user(\"%s\"), RayRole.%s)"
        .formatted(user, roleWith(verb));
  }

  /** A name that only looks like that of a ServiceAccount is some user's. */
  private static Subject subject(String user) {
    try {
      return Subject.user(user);
    } catch (IllegalArgumentException e) {
      return new Subject(Subject.Kind.USER, "", user);
    }
  }

  /** The smallest role that has a verb. */
  private static RayRole roleWith(String verb) {
    return switch (verb) {
      case "get" -> RayRole.OBSERVER;
      case "create", RoleRights.RAY_WRITE -> RayRole.SUBMITTER;
      case "update" -> RayRole.UPLOADING_SUBMITTER;
      case "delete" -> RayRole.OPERATOR;
      default -> RayRole.UNLIMITED;
    };
  }

  /** Who refuses must be allowed to ask Kubernetes about others, in all namespaces. */
  private void checkReviewer(@Nullable CustomResource cluster, String who) {
    if (cluster == null) {
      return;
    }
    String account =
        cluster
            .text("spec", "headGroupSpec", "template", "spec", "serviceAccountName")
            .orElse("default");
    Subject reviewer = Subject.serviceAccount(ref.namespace(), account);
    for (Right right :
        List.of(
            Right.clusterWide("create", "authentication.k8s.io", "tokenreviews"),
            Right.clusterWide("create", "authorization.k8s.io", "subjectaccessreviews"))) {
      if (!allowed(reviewer, right).orElse(true)) {
        notes.conclude(
            "%s cannot ask Kubernetes who its callers are: %s lacks the verb 'create' on %s.%s."
                .formatted(who, reviewer, right.resource(), right.group()),
            "Bind the ServiceAccount to a ClusterRole with that verb by a ClusterRoleBinding; a RoleBinding gives nothing here, because reviews belong to no namespace.");
      }
    }
  }

  /**
   * The proxy asks about the object that its ConfigMap names, whatever cluster it stands before.
   */
  private void checkTarget(@Nullable CustomResource cluster, String asked) {
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
        look(
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

  /**
   * Looks at something, which may be absent (null); what may not be looked at is noted, and never
   * ends the diagnosis.
   */
  private <T> Optional<T> look(String what, Supplier<T> at) {
    try {
      Optional<T> seen = Optional.ofNullable(ApiServer.ask("reading " + what, at));
      if (seen.isEmpty()) {
        notes.findings.add("there is no " + what);
      }
      return seen;
    } catch (RayKubernetesException e) {
      notes.unseen.add(what + ": " + e.getMessage());
      return Optional.empty();
    }
  }
}
