package io.rayauth.kubernetes;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.kubernetes.Explanation.Notes;
import io.rayauth.kubernetes.internal.access.Right;
import io.rayauth.kubernetes.internal.access.RoleRights;
import io.rayauth.kubernetes.internal.cluster.CustomResource;
import io.rayauth.kubernetes.internal.cluster.DeclaredScheme;
import io.rayauth.token.AccessToken;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds out why Ray refused: it answers 401 when no token came, and 403 for everything else, be the
 * token wrong or a right missing.
 */
final class RayDiagnosis {
  private static final int UNAUTHORIZED = 401;

  /** The tokens of KubeRay's samples, which get copied. */
  private static final List<String> SAMPLE_TOKENS =
      List.of("super-secret-example-token", "raycluster_secret");

  private final Evidence evidence;
  private final KubernetesClient client;
  private final RayClusterRef ref;
  private final Notes notes;
  private final @Nullable CustomResource cluster;

  RayDiagnosis(Evidence evidence, @Nullable CustomResource cluster) {
    this.evidence = evidence;
    this.client = evidence.client;
    this.ref = evidence.ref;
    this.notes = evidence.notes;
    this.cluster = cluster;
  }

  void refused(int status) {
    if (status == UNAUTHORIZED) {
      notes.conclude(
          "Ray got no token.",
          "Give the client a tokenProvider; if it has one, something in between took the Authorization header away (the API server's service proxy does), so send the token as rayTokenProvider too.");
      return;
    }
    DeclaredScheme declared = cluster == null ? null : DeclaredScheme.of(cluster);
    AccessToken token = evidence.token();
    AuthScheme scheme =
        declared == null
            ? guess(token)
            : declared.scheme() == AuthScheme.KUBERNETES_TOKEN
                ? AuthScheme.KUBERNETES_TOKEN
                : AuthScheme.RAY_TOKEN;
    notes.scheme = scheme;
    if (scheme == AuthScheme.KUBERNETES_TOKEN) {
      refusedByKubernetes(token);
    } else {
      refusedBySecret(declared, token);
    }
  }

  /** On the wire the two cannot be told apart, but a JWT is rarely a shared secret. */
  private static AuthScheme guess(@Nullable AccessToken token) {
    return token != null && TokenClaims.of(token).isJwt()
        ? AuthScheme.KUBERNETES_TOKEN
        : AuthScheme.RAY_TOKEN;
  }

  /** A Ray that asks Kubernetes answers 403 for whatever is wrong. */
  private void refusedByKubernetes(@Nullable AccessToken token) {
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
      evidence.inspect(token);
      if (!TokenClaims.of(token).isJwt()) {
        notes.findings.add("the token is no JWT, so it does not say who was refused");
      }
    }
    if (notes.user != null) {
      allowed = evidence.allowed(Evidence.subject(notes.user), write);
      if (allowed.isPresent() && !allowed.get()) {
        evidence.lacks(notes.user, RoleRights.RAY_WRITE, AuthScheme.KUBERNETES_TOKEN, "");
      }
    } else {
      allowed = evidence.look("the rights of the caller", () -> evidence.reviews.allowsMe(write));
      allowed.ifPresent(yes ->
          notes.findings.add("whoever asks here %s %s".formatted(yes ? "may" : "may not", write)));
      if (allowed.isPresent() && !allowed.get()) {
        notes.missingVerb = RoleRights.RAY_WRITE;
        notes.conclude(
            "The caller lacks the verb 'ray:write' on RayCluster " + ref + ".",
            "Grant it: RayAccess.grant(ref, subject, RayRole.SUBMITTER).");
      }
    }
    evidence.checkReviewer(cluster, "Ray's head");
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
  private void refusedBySecret(@Nullable DeclaredScheme declared, @Nullable AccessToken token) {
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
        evidence.look(
            named, () -> client.secrets().inNamespace(ref.namespace()).withName(secretName).get());
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
    value.ifPresent(inSecret -> compare(named, inSecret, token));
    notes.conclude(
        "Ray has another token than the one that was sent.",
        "Take the token from key '%s' of %s; if it is the one that was sent, the pods run with an older one and must be restarted."
            .formatted(key, named));
  }

  private void compare(String named, byte[] inSecret, @Nullable AccessToken token) {
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
            + " A RayService makes a new cluster with a new Secret for each upgrade.");
  }
}
