package io.rayauth.proxy.internal.forward;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.conduits.ConduitStreamSourceChannel;

/**
 * Notices that a browser goes away while it waits for an answer, which Undertow itself does not
 * before something is sent; a long poll would go on for nobody. All of it runs on the I/O thread.
 */
final class BrowserWatch implements ChannelListener<ConduitStreamSourceChannel> {
  private final HttpServerConnection connection;

  private BrowserWatch(HttpServerConnection connection) {
    this.connection = connection;
  }

  /** Begins to watch; ends by itself when the connection gets to its next request. */
  static void begin(HttpServerExchange exchange) {
    HttpServerConnection connection = (HttpServerConnection) exchange.getConnection();
    if (connection.getExtraBytes() == null) { // or else the next request is there already
      ConduitStreamSourceChannel source = connection.getChannel().getSourceChannel();
      source.setReadListener(new BrowserWatch(connection));
      source.resumeReads();
    }
  }

  @Override
  public void handleEvent(ConduitStreamSourceChannel source) {
    PooledByteBuffer pooled = connection.getByteBufferPool().allocate();
    boolean kept = false;
    try {
      int read = source.read(pooled.getBuffer());
      if (read > 0) { // the next request, before the answer to this one
        pooled.getBuffer().flip();
        connection.ungetRequestBytes(pooled);
        kept = true;
        source.suspendReads();
      } else if (read < 0) {
        IoUtils.safeClose(connection);
      }
    } catch (IOException e) {
      IoUtils.safeClose(connection);
    } finally {
      if (!kept) {
        pooled.close();
      }
    }
  }
}
