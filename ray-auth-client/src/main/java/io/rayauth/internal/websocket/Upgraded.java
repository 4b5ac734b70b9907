package io.rayauth.internal.websocket;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.Socket;
import java.net.http.HttpHeaders;

/**
 * Is a connection that is HTTP no longer.
 *
 * @param plain the socket below TLS: closing it never waits for a writer
 * @param in not buffered: nothing of what follows the answer was read
 * @param headers of the answer
 */
public record Upgraded(Socket plain, InputStream in, OutputStream out, HttpHeaders headers)
    implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Upgraded.class.getName());

  /** Checks what was agreed on; drops the connection if it is something else. */
  public void require(String header, String value) throws IOException {
    require(header, headers.firstValue(header).orElse("").equals(value));
  }

  /** Drops the connection unless a header of the answer is as it has to be. */
  void require(String header, boolean agreed) throws IOException {
    if (!agreed) {
      close();
      throw new IOException(
          "the server answers with another %s than was asked for".formatted(header));
    }
  }

  /** Drops the connection without a farewell. */
  @Override
  public void close() {
    drop(plain);
  }

  static void drop(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "already closed", e);
    }
  }
}
