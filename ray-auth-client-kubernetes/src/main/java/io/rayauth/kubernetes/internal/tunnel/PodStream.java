package io.rayauth.kubernetes.internal.tunnel;

import io.rayauth.internal.websocket.Upgraded;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Is one connection into a pod: a data channel, and one on which the kubelet says what failed. One
 * thread may send while another one receives.
 *
 * <p>Whoever is done closes it, without a farewell, for which it might have to wait; of half-closes
 * no use is made.
 */
abstract class PodStream {
  /** Where the data of a frame begins, see {@link #send}: there is room for a head before it. */
  static final int DATA_OFFSET = 16;

  static final int LONGEST_ERROR = 16 * 1024;

  private final HeadPod pod;
  private final Upgraded connection;
  private volatile boolean closed;
  private volatile @Nullable String failure;

  PodStream(HeadPod pod, Upgraded connection) {
    this.pod = pod;
    this.connection = connection;
  }

  static String path(HeadPod pod) {
    return "/api/v1/namespaces/%s/pods/%s/portforward".formatted(pod.namespace(), pod.name());
  }

  /** Returns where this stream ends. */
  HeadPod pod() {
    return pod;
  }

  /**
   * Sends data, and blocks while the pod does not take it.
   *
   * @param frame the data from {@link #DATA_OFFSET} on; all of it may be changed
   * @param length how much data
   * @throws IOException if the stream has ended
   */
  abstract void send(byte[] frame, int length) throws IOException;

  /**
   * Waits for data.
   *
   * @return how much was read; -1 at the end, after {@link #fail} if that was not in peace
   */
  abstract int read(byte[] into) throws IOException;

  /**
   * Waits for data.
   *
   * @return how much was read; -1 once the stream has ended, see {@link #failure()}
   */
  int receive(byte[] into) {
    try {
      return read(into);
    } catch (IOException e) {
      if (!closed) {
        String words = e.getMessage();
        fail("the connection to the API server was lost" + (words == null ? "" : ": " + words));
      }
      return -1;
    }
  }

  /** Notes what broke the stream. */
  void fail(String why) {
    failure = why;
  }

  /** Returns what broke the stream; null if it has not ended, or in peace. */
  @Nullable String failure() {
    return failure;
  }

  /** Ends the stream; does nothing the second time. */
  void close() {
    closed = true;
    connection.close();
  }
}
