package io.rayauth.kubernetes.internal.tunnel;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.WebSocket;
import io.fabric8.kubernetes.client.http.WebSocketHandshakeException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.time.TimeSource;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Opens streams into the current head pod; where that fails it looks for the head anew and tries
 * again, so that a replaced pod or a restarted API server costs time and no connection.
 */
final class Dialer {
  private static final Duration HANDSHAKE = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(200);


  /** An API server that has just started refuses what it will allow once it has read its RBAC. */
  private static final Duration WARM_UP = Duration.ofSeconds(3);

  private final HttpClient http;
  private final String apiServer;
  private final int port;
  private final HeadTarget target;
  private final TimeSource time;
  private volatile boolean reachedBefore;

  Dialer(KubernetesClient client, int port, HeadTarget target, TimeSource time) {
    // fabric8 would try again ten times by itself, at the same pod, and cannot be stopped then.
    this.http =
        client
            .getHttpClient()
            .newBuilder()
            .tag(
                new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
                    .withRequestRetryBackoffLimit(0)
                    .build())
            .build();
    this.apiServer = client.getConfiguration().getMasterUrl().replaceAll("/+$", "");
    this.port = port;
    this.target = target;
    this.time = time;
  }

  /**
   * Opens a stream.
   *
   * @param until when to give up, as a {@link TimeSource#nanoTime()}
   * @throws RayKubernetesException if there is no way by then, or no right to go it
   */
  PodStream dial(long until) {
    long start = time.nanoTime();
    while (true) {
      try {
        HeadPod pod = target.await(until);
        try {
          PodStream stream = open(pod);
          reachedBefore = true;
          return stream;
        } catch (RayKubernetesException refused) {
          target.lost(pod);
          throw refused;
        }
      } catch (RayKubernetesException refused) {
        boolean inVain = isFinal(refused, time.nanoTime() - start);
        if (inVain || time.nanoTime() + PAUSE.toNanos() >= until) {
          throw refused;
        }
        pause();
      }
    }
  }

  private boolean isFinal(RayKubernetesException refused, long tried) {
    return switch (refused.reason()) {
      case UNREACHABLE, NOT_FOUND, OTHER -> false;
      case FORBIDDEN, UNAUTHENTICATED -> !reachedBefore || tried > WARM_UP.toNanos();
      default -> true;
    };
  }

  /** Has the next stream look for the head anew. */
  void lost(HeadPod pod) {
    target.lost(pod);
  }

  /** Lets some time pass before a port is tried again that nobody listened on. */
  void pause() {
    try {
      time.sleep(PAUSE);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private PodStream open(HeadPod pod) {
    PodStream stream = new PodStream(pod);
    CompletableFuture<WebSocket> opening =
        http.newWebSocketBuilder()
            .uri(
                URI.create(
                    "%s/api/v1/namespaces/%s/pods/%s/portforward?ports=%d"
                        .formatted(apiServer, pod.namespace(), pod.name(), port)))
            .subprotocol(PodStream.PROTOCOL)
            .connectTimeout(HANDSHAKE.toMillis(), TimeUnit.MILLISECONDS)
            .buildAsync(stream);
    try {
      opening.get(HANDSHAKE.toNanos() * 2, TimeUnit.NANOSECONDS);
      return stream;
    } catch (InterruptedException e) {
      stream.close();
      throw interrupted(e);
    } catch (TimeoutException e) {
      stream.close();
      throw failed(Reason.UNREACHABLE, pod, "no answer within " + HANDSHAKE, e);
    } catch (ExecutionException e) {
      throw refused(pod, e.getCause() == null ? e : e.getCause());
    }
  }

  private static RayKubernetesException refused(HeadPod pod, Throwable cause) {
    if (!(cause instanceof WebSocketHandshakeException handshake)) {
      return failed(Reason.UNREACHABLE, pod, "the API server did not answer: " + cause, cause);
    }
    int status = handshake.getResponse().code();
    return switch (status) {
      case 401 ->
          failed(
              Reason.UNAUTHENTICATED,
              pod,
              "the API server does not know the caller (status 401); are the kubeconfig's credentials expired?",
              cause);
      case 403 ->
          new RayKubernetesException(
              Reason.FORBIDDEN,
              "no right to portforward: create on pods/portforward in namespace %s (and get, which is what is asked for before Kubernetes 1.35), for pod %s. Grant both to the caller, or take another route"
                  .formatted(pod.namespace(), pod.name()),
              cause);
      case 404 -> failed(Reason.NOT_FOUND, pod, "the pod is gone (status 404)", cause);
      default ->
          failed(Reason.OTHER, pod, "the API server answered with status " + status, cause);
    };
  }

  private static RayKubernetesException failed(
      Reason reason, HeadPod pod, String why, Throwable cause) {
    return new RayKubernetesException(
        reason, "the port-forward to head pod " + pod + " failed: " + why, cause);
  }

  private static RayInterruptedException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new RayInterruptedException("interrupted while opening a port-forward", e);
  }
}
