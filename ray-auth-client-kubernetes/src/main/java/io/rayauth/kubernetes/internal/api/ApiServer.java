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
    return new RayKubernetesException(reason(e), doing + " failed: " + words(e), e);
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
