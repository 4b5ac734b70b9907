package io.rayauth.error;

import java.io.Serial;

/**
 * Says that the cluster, or something in front of it, refused the caller even with a fresh token;
 * the message says which hop refused and what is missing.
 */
public class RayAuthException extends RayApiException {
  @Serial private static final long serialVersionUID = 1L;

  /** Names the hop that refused, as far as its answer tells. */
  public enum RefusedBy {
    /**
     * Ray's own token check; the meaning of 401 and 403 is that of Ray's {@code
     * http_token_authentication.py}.
     */
    RAY,
    /** A kube-rbac-proxy in front of the dashboard. */
    KUBE_RBAC_PROXY,
    /** Something else: an ingress, an identity-aware proxy, a service mesh. */
    UNKNOWN
  }

  private final RefusedBy refusedBy;

  /**
   * Creates an exception for a refusal.
   *
   * @param message request, hop, reason and next step, without any secret
   * @param answer what the server said
   * @param refusedBy which hop refused
   */
  public RayAuthException(String message, ServerAnswer answer, RefusedBy refusedBy) {
    super(message, answer);
    this.refusedBy = refusedBy;
  }

  /**
   * Returns the hop that refused.
   *
   * @return the hop, {@link RefusedBy#UNKNOWN} if its answer is that of neither Ray nor
   *     kube-rbac-proxy
   */
  public RefusedBy refusedBy() {
    return refusedBy;
  }
}
