package io.rayauth.kubernetes;

import io.rayauth.error.RayException;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * Says that something in Kubernetes is missing, refused or not as it must be; the message names the
 * object, the missing right or the next step.
 */
public final class RayKubernetesException extends RayException {
  @Serial private static final long serialVersionUID = 1L;

  /** Names what was wrong. */
  public enum Reason {
    /** The object does not exist. */
    NOT_FOUND,
    /** The namespace does not exist. */
    NAMESPACE_MISSING,
    /** KubeRay's custom resources are not installed. */
    CRD_MISSING,
    /** KubeRay's operator does not run, or does not look after this object. */
    OPERATOR_MISSING,
    /** The caller lacks a right; the message names verb and resource. */
    FORBIDDEN,
    /** The API server knows the caller not at all: no credentials, or expired ones. */
    UNAUTHENTICATED,
    /** Somebody else owns or changed the object. */
    CONFLICT,
    /** The API server or the operator found the object wrong. */
    INVALID,
    /** The object is there and did not become ready in time, or cannot become ready. */
    NOT_READY,
    /** The API server did not answer. */
    UNREACHABLE,
    /** Something else; the message has the API server's words. */
    OTHER
  }

  private final Reason reason;

  /**
   * Creates an exception.
   *
   * @param reason what was wrong
   * @param message object, what is wrong and what to do, without any secret
   * @param cause what caused it
   */
  public RayKubernetesException(Reason reason, String message, @Nullable Throwable cause) {
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
