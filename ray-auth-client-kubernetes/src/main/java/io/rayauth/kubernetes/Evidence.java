package io.rayauth.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
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
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at what may explain a refusal, and writes down what is seen and what may not be looked at.
 *
 * <p>Used once, by one thread.
 */
final class Evidence {
  private static final String SERVICE_ACCOUNT = "system:serviceaccount:";

  final KubernetesClient client;
  final AccessReviews reviews;
  final RayClusterRef ref;
  final Notes notes;
  private final TimeSource time;
  private final @Nullable TokenProvider tokens;

  Evidence(
      KubernetesClient client,
      AccessReviews reviews,
      TimeSource time,
      RayClusterRef ref,
      @Nullable TokenProvider tokens,
      Notes notes) {
    this.client = client;
    this.reviews = reviews;
    this.time = time;
    this.ref = ref;
    this.tokens = tokens;
    this.notes = notes;
  }

  @Nullable CustomResource cluster() {
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
      DeclaredScheme declared = DeclaredScheme.of(cluster);
      notes.scheme = declared.scheme();
      notes.findings.add(
          "RayCluster %s declares %s: %s".formatted(ref, declared.scheme(), declared.why()));
      return cluster;
    }
    return null;
  }

  @Nullable AccessToken token() {
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

  /** Looks at what the token says of itself; a plain reason there ends the search. */
  void inspect(AccessToken token) {
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

  Optional<Boolean> allowed(Subject subject, Right right) {
    Optional<Boolean> allowed =
        look("the rights of " + subject, () -> reviews.allows(subject, subject.groups(), right));
    allowed.ifPresent(yes ->
        notes.findings.add(
            "RBAC %s %s to %s".formatted(yes ? "allows" : "does not allow", subject, right)));
    return allowed;
  }

  void lacks(String user, String verb, AuthScheme scheme, String asked) {
    notes.missingVerb = verb;
    suggest(user, verb, scheme, asked);
    notes.conclude(
        "%s lacks the verb '%s' on RayCluster %s%s."
            .formatted(user, verb, ref, asked.isEmpty() ? "" : " (subresource " + asked + ")"),
        grantIt(user, verb, asked) + ", or apply the manifest below.");
  }

  void suggest(String user, String verb, AuthScheme scheme, String asked) {
    RayRole role = roleWith(verb);
    notes.suggestedManifest =
        RoleObjects.of(RoleRights.of(ref, role, scheme, asked, null), subject(user), role, asked)
            .yaml();
  }

  static String grantIt(String user, String verb, String asked) {
    return "Grant it: RayAccess.%sgrant(ref, Subject.user(\"%s\"), RayRole.%s)"
        .formatted(asked.isEmpty() ? "" : "subresource(\"" + asked + "\").", user, roleWith(verb));
  }

  /** A name that only looks like that of a ServiceAccount is some user's. */
  static Subject subject(String user) {
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
  void checkReviewer(@Nullable CustomResource cluster, String who) {
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
   * Looks at something, which may be absent (null); what may not be looked at is noted, and never
   * ends the diagnosis.
   */
  <T> Optional<T> look(String what, Supplier<T> at) {
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
