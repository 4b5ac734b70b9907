package io.rayauth.proxy.internal.forward;

import io.rayauth.proxy.ProxiedRequest.End;
import io.rayauth.proxy.internal.log.RequestEntry;
import io.undertow.client.ClientConnection;
import io.undertow.client.ClientExchange;
import io.undertow.conduits.BytesReceivedStreamSourceConduit;
import io.undertow.conduits.BytesSentStreamSinkConduit;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.ServerConnection;
import io.undertow.util.Transfer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.channels.StreamSinkChannel;

/**
 * Passes the bytes of a WebSocket both ways as they are. All of it runs on one I/O thread.
 *
 * <p>When one side has said its last, the other may still speak for a while, but not for ever: Ray
 * goes on to send the log of a job to somebody who is gone.
 */
final class WebSocketTunnel {
  private static final int LAST_WORDS_SECONDS = 5;

  private final StreamConnection browser;
  private final StreamConnection cluster;
  private final RequestEntry entry;
  private int endedWays;

  private WebSocketTunnel(StreamConnection browser, StreamConnection cluster, RequestEntry entry) {
    this.browser = browser;
    this.cluster = cluster;
    this.entry = entry;
  }

  /** Ends the handshake on the side of the cluster, which knows that only when it is read. */
  static void prepare(ClientExchange handshake) {
    try {
      handshake.getResponseChannel().read(ByteBuffer.allocate(1)); // it has no body
    } catch (IOException e) {
      Upstream.cut(handshake.getConnection());
    }
  }

  /** Begins to pass bytes once both handshakes have ended. */
  static void open(
      StreamConnection browser,
      ServerConnection whole,
      ClientConnection connection,
      RequestEntry entry) {
    try {
      new WebSocketTunnel(browser, connection.performUpgrade(), entry).start(whole);
    } catch (IOException e) {
      IoUtils.safeClose(browser, connection);
      entry.end(End.FAILED, "the cluster was gone after the handshake");
      entry.close();
    }
  }

  private void start(ServerConnection whole) {
    browser
        .getSourceChannel()
        .setConduit(
            new BytesReceivedStreamSourceConduit(
                browser.getSourceChannel().getConduit(), entry::received));
    browser
        .getSinkChannel()
        .setConduit(
            new BytesSentStreamSinkConduit(browser.getSinkChannel().getConduit(), entry::sent));
    whole.addCloseListener(closed -> close()); // beside those of the server and of the limits
    cluster.setCloseListener(closed -> close());
    copy(cluster, browser, whole.getByteBufferPool());
    copy(browser, cluster, whole.getByteBufferPool());
  }

  private void copy(StreamConnection from, StreamConnection to, ByteBufferPool buffers) {
    Transfer.initiateTransfer(
        from.getSourceChannel(),
        to.getSinkChannel(),
        null,
        this::endWay,
        (channel, cause) -> close(),
        (channel, cause) -> close(),
        buffers);
  }

  private void endWay(StreamSinkChannel sink) {
    try {
      sink.shutdownWrites();
      if (sink.flush()) {
        wayEnded();
      } else {
        sink.getWriteSetter()
            .set(
                ChannelListeners.flushingChannelListener(
                    flushed -> wayEnded(), (channel, cause) -> close()));
        sink.resumeWrites();
      }
    } catch (IOException e) {
      close();
    }
  }

  private void wayEnded() {
    endedWays++;
    if (endedWays == 2) {
      close();
      return;
    }
    try {
      browser.getIoThread().executeAfter(this::close, LAST_WORDS_SECONDS, TimeUnit.SECONDS);
    } catch (RejectedExecutionException e) { // the proxy is closing
      close();
    }
  }

  private void close() {
    IoUtils.safeClose(browser, cluster);
    entry.close();
  }
}
