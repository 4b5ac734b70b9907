package io.rayauth.kubernetes.internal.tunnel;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.internal.websocket.HandshakeRefusedException;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.api.ApiServer;
import io.rayauth.time.TimeSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Opens streams into the current head pod; where that fails it looks for the head anew and tries
 * again, so that a replaced pod or a restarted API server costs time and no connection.
 */
final class Dialer implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(200);

  /** An API server that has just started refuses what it will allow once it has read its RBAC. */
  private static final Duration WARM_UP = Duration.ofSeconds(3);

  private final ApiServerSockets sockets;
  private final int port;
  private final HeadTarget target;
  private final Duration patience;
  private final TimeSource time;
  private final long created;
  private volatile boolean reachedBefore;
  private volatile boolean onlyWebSockets;
  private volatile boolean answeredBefore;
  private volatile @Nullable String lastFailure;

  Dialer(KubernetesClient client, int port, HeadTarget target, Duration patience, TimeSource time) {
    this.sockets = new ApiServerSockets(client.getConfiguration());
    this.port = port;
    this.target = target;
    this.patience = patience;
    this.time = time;
    this.created = time.nanoTime();
  }

  /**
   * Says until when a connection that begins now may wait for a head, as a {@link
   * TimeSource#nanoTime()}. Before the first answer all share the time that one may take: whoever
   * opened the tunnel waits no longer for that one.
   */
  long deadline() {
    return (answeredBefore ? time.nanoTime() : created) + patience.toNanos();
  }

  /** Notes that the head has begun to answer. */
  void answered() {
    answeredBefore = true;
    lastFailure = null;
  }

  /** Notes why a connection was cut, which cannot be told on it. */
  void failed(String why) {
    lastFailure = why;
  }

  /** Returns why a connection was cut last, null if one was answered since. */
  @Nullable String lastFailure() {
    return lastFailure;
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

  /** Breaks off what is being opened. */
  @Override
  public void close() {
    sockets.close();
  }

  private PodStream open(HeadPod pod) {
    try {
      return onlyWebSockets ? WebSocketStream.open(sockets, pod, port) : openEither(pod);
    } catch (HandshakeRefusedException e) {
      throw refused(pod, e);
    } catch (IOException e) {
      throw failed(Reason.UNREACHABLE, pod, "the API server did not answer", e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Speaks SPDY, which costs a kubelet less, or else WebSockets, which more gateways know. */
  private PodStream openEither(HeadPod pod) throws IOException, InterruptedException {
    try {
      return SpdyStream.open(sockets, pod, port);
    } catch (IOException e) {
      if (reachedBefore || !isPerhapsForSpdy(e)) {
        throw e;
      }
      PodStream stream = WebSocketStream.open(sockets, pod, port);
      onlyWebSockets = true;
      return stream;
    }
  }

  /** A gateway that does not know SPDY may answer whatever it likes, or hang up. */
  private static boolean isPerhapsForSpdy(IOException e) {
    return e instanceof HandshakeRefusedException refused
        ? refused.status() != 401
        : !(e instanceof ConnectException || e instanceof InterruptedIOException);
  }

  private static RayKubernetesException refused(HeadPod pod, HandshakeRefusedException e) {
    return switch (e.status()) {
      case 401 ->
          failed(
              Reason.UNAUTHENTICATED,
              pod,
              "the API server does not know the caller, whose credentials may be expired",
              e);
      case 403 ->
          new RayKubernetesException(
              Reason.FORBIDDEN,
              "no right to portforward: create on pods/portforward in namespace %s (and get, where only WebSockets get through), for pod %s. Grant both to the caller, or take another route. The API server says: %s"
                  .formatted(pod.namespace(), pod.name(), said(e)),
              e);
      case 404 -> failed(Reason.NOT_FOUND, pod, "the pod is gone", e);
      default -> failed(Reason.OTHER, pod, "the API server refused", e);
    };
  }

  private static RayKubernetesException failed(
      Reason reason, HeadPod pod, String why, IOException cause) {
    return new RayKubernetesException(
        reason,
        "the port-forward to head pod %s failed: %s (%s)".formatted(pod, why, said(cause)),
        cause);
  }

  private static String said(IOException e) {
    String words =
        e instanceof HandshakeRefusedException refused
            ? ApiServer.message(new String(refused.body(), StandardCharsets.UTF_8))
            : "";
    return words.isEmpty() ? String.valueOf(e.getMessage()) : e.getMessage() + ": " + words;
  }

  private static RayInterruptedException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new RayInterruptedException("interrupted while opening a port-forward", e);
  }
}
