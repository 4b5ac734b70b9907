package io.rayauth.proxy.internal.forward;

import io.rayauth.proxy.internal.log.RequestEntry;
import io.undertow.conduits.BytesReceivedStreamSourceConduit;
import io.undertow.conduits.BytesSentStreamSinkConduit;
import io.undertow.connector.ByteBufferPool;
import io.undertow.util.Transfer;
import java.io.IOException;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.channels.StreamSinkChannel;

/** Passes the bytes of a WebSocket both ways as they are. All of it runs on one I/O thread. */
final class WebSocketTunnel {
  private final StreamConnection browser;
  private final StreamConnection cluster;
  private final RequestEntry entry;

  WebSocketTunnel(StreamConnection browser, StreamConnection cluster, RequestEntry entry) {
    this.browser = browser;
    this.cluster = cluster;
    this.entry = entry;
  }

  void start(ByteBufferPool buffers) {
    browser
        .getSourceChannel()
        .setConduit(
            new BytesReceivedStreamSourceConduit(
                browser.getSourceChannel().getConduit(), entry::received));
    browser
        .getSinkChannel()
        .setConduit(
            new BytesSentStreamSinkConduit(browser.getSinkChannel().getConduit(), entry::sent));
    copy(cluster, browser, buffers);
    copy(browser, cluster, buffers);
  }

  private void copy(StreamConnection from, StreamConnection to, ByteBufferPool buffers) {
    Transfer.initiateTransfer(
        from.getSourceChannel(),
        to.getSinkChannel(),
        null,
        sink -> halfClose(sink),
        (channel, cause) -> close(),
        (channel, cause) -> close(),
        buffers);
  }

  private void halfClose(StreamSinkChannel sink) {
    try {
      sink.shutdownWrites();
      sink.flush();
    } catch (IOException e) {
      close();
    }
  }

  private void close() {
    IoUtils.safeClose(browser, cluster);
    entry.close();
  }
}
