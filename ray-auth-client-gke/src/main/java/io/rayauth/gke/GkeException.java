package io.rayauth.gke;

import io.rayauth.error.RayException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Says that GKE's API refused something, or that a cluster is not as it must be; the message names
 * the cluster, the missing permission or the next step.
 */
public final class GkeException extends RayException {
  @Serial private static final long serialVersionUID = 1L;

  /** Names what was wrong. */
  public enum Reason {
    /** There is no such cluster or project; the message says where a cluster of that name is. */
    NOT_FOUND,
    /** The caller lacks a permission; the message names it and a role that has it. */
    FORBIDDEN,
    /** The project has not switched on GKE's API. */
    API_DISABLED,
    /** Google does not know the token. */
    UNAUTHENTICATED,
    /** The cluster is there and differs, or something else is being done to it. */
    CONFLICT,
    /** GKE found the request wrong. */
    INVALID,
    /** A quota is used up, of the API or of the project. */
    QUOTA,
    /** The cluster cannot be reached yet, or an operation has not ended in time. */
    NOT_READY,
    /** The operation ended without doing its work; the message has GKE's words. */
    FAILED,
    /** GKE's API did not answer. */
    UNREACHABLE,
    /** Something else; the message has GKE's words. */
    OTHER
  }

  private final Reason reason;

  /**
   * Creates an exception.
   *
   * @param reason what was wrong
   * @param message cluster, what is wrong and what to do, without any secret
   * @param cause what caused it
   */
  public GkeException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /**
   * Returns what was wrong.
   *
   * @return the reason
   */
  public Reason reason() {
    return reason;
  }
}
