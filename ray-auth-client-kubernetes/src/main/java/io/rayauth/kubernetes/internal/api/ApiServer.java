package io.rayauth.kubernetes.internal.api;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.rayauth.error.RayException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs calls to the Kubernetes API and says what failed in this library's own terms. */
public final class ApiServer {
  /**
   * A 401 over HTTP/2 comes with a GOAWAY (Kubernetes' feature UnauthenticatedHTTP2DOSMitigation),
   * at which the HTTP client of JDK 17 forgets the answer.
   */
  private static final String HUNG_UP =
      "; it hangs up on callers that it does not know: see whether the credentials are good, or set http2Disable in the Kubernetes client's Config to hear its answer on JDK 17";

  private static final Pattern MESSAGE =
      Pattern.compile("\"message\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");

  private ApiServer() {}

  /**
   * Runs one call.
   *
   * @param doing what the caller is about, such as {@code "reading RayCluster default/trainer"}
   * @param call the call
   * @throws RayKubernetesException if the API server refuses or does not answer
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public static <T> T ask(String doing, Supplier<T> call) {
    try {
      return call.get();
    } catch (KubernetesClientException e) {
      throw failure(doing, e);
    }
  }

  /** Returns what the API server says, out of its {@code Status} where it sent one. */
  public static String message(String answer) {
    Matcher message = MESSAGE.matcher(answer);
    return message.find() ? message.group(1).replace("\\\"", "\"") : answer.strip();
  }

  /** Says what a refusal means. */
  public static RayException failure(String doing, KubernetesClientException e) {
    if (isInterrupt(e)) {
      Thread.currentThread().interrupt();
      return new RayInterruptedException("interrupted while " + doing, e);
    }
    Reason reason = reason(e);
    String todo =
        reason == Reason.CRD_MISSING
            ? "; the API server does not know that resource: install the KubeRay operator first"
            : "";
    return new RayKubernetesException(reason, doing + " failed: " + words(e) + todo, e);
  }

  /**
   * Tells whether a call that failed may have been carried out nevertheless, because its answer was
   * lost or the API server failed on the way.
   */
  public static boolean isUnanswered(RuntimeException failure) {
    return !(failure instanceof RayKubernetesException known)
        || known.reason() == Reason.UNREACHABLE
        || known.reason() == Reason.OTHER;
  }

  /** Says more about a failure, which stays what it is to a program that looks at it. */
  public static RayException adding(RuntimeException failure, String more) {
    String message = failure.getMessage() + more;
    if (failure instanceof RayInterruptedException) {
      return new RayInterruptedException(message, failure);
    }
    return new RayKubernetesException(
        failure instanceof RayKubernetesException known ? known.reason() : Reason.OTHER,
        message,
        failure);
  }

  /** Runs what has to be done even by a thread that was interrupted, and stays so. */
  public static <T> T uninterrupted(Supplier<T> action) {
    boolean interrupted = Thread.interrupted();
    try {
      return action.get();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static Reason reason(KubernetesClientException e) {
    return switch (e.getCode()) {
      case -1, 0 -> Reason.UNREACHABLE; // no answer; the client uses both
      case 401 -> Reason.UNAUTHENTICATED;
      case 403 -> namespaceMissing(e) ? Reason.NAMESPACE_MISSING : Reason.FORBIDDEN;
      case 404 -> namespaceMissing(e) ? Reason.NAMESPACE_MISSING : missing(e);
      case 409 -> Reason.CONFLICT;
      case 400, 422 -> Reason.INVALID;
      case 502, 503, 504 -> Reason.UNREACHABLE;
      default -> Reason.OTHER;
    };
  }

  private static boolean namespaceMissing(KubernetesClientException e) {
    Status status = e.getStatus();
    return status != null
        && status.getDetails() != null
        && "namespaces".equals(status.getDetails().getKind())
        && "NotFound".equals(status.getReason());
  }

  /** The API server has no object in its answer when it does not know the resource at all. */
  private static Reason missing(KubernetesClientException e) {
    Status status = e.getStatus();
    boolean resourceUnknown =
        status == null
            || status.getDetails() == null
            || status.getDetails().getName() == null
            || status.getDetails().getName().isEmpty();
    return resourceUnknown ? Reason.CRD_MISSING : Reason.NOT_FOUND;
  }

  private static String words(KubernetesClientException e) {
    Status status = e.getStatus();
    if (status != null && status.getMessage() != null && !status.getMessage().isBlank()) {
      return status.getMessage();
    }
    Throwable deepest = e;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    String words = deepest.getMessage();
    return e.getCode() <= 0
        ? "the API server did not answer ("
            + deepest.getClass().getSimpleName()
            + (words == null ? "" : ": " + words)
            + ")"
            + (words != null && words.contains("GOAWAY") ? HUNG_UP : "")
        : "the API server answered with status " + e.getCode();
  }

  private static boolean isInterrupt(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof InterruptedException
          || (cause instanceof java.io.InterruptedIOException
              && !(cause instanceof java.net.SocketTimeoutException))) {
        return true;
      }
    }
    return false;
  }
}
