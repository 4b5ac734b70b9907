package io.rayauth.proxy.internal.forward;

import io.rayauth.error.RayException;
import io.rayauth.internal.call.CallEngine.Tokens;
import io.rayauth.proxy.ProxiedRequest.End;
import io.rayauth.proxy.internal.log.RequestEntry;
import io.rayauth.proxy.internal.log.RequestLog;
import io.undertow.client.ClientCallback;
import io.undertow.client.ClientConnection;
import io.undertow.client.ClientExchange;
import io.undertow.client.ClientRequest;
import io.undertow.client.ClientResponse;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import io.undertow.util.Transfer;
import java.io.IOException;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;

/**
 * Passes one request on and its answer back.
 *
 * <p>What may block is done on a worker thread, everything else on the I/O thread of the browser's
 * connection, never both at once.
 */
final class Forwarding {
  private final Forwarder way;
  private final HttpServerExchange exchange;
  private final RequestEntry entry;
  private int attempts;

  Forwarding(Forwarder way, HttpServerExchange exchange) {
    this.way = way;
    this.exchange = exchange;
    this.entry = RequestLog.of(exchange);
  }

  /** Sends the request with fresh tokens; called on a worker thread. */
  void begin() {
    attempts++;
    Tokens tokens;
    try {
      tokens = way.gateway.tokens();
    } catch (RayException e) {
      fail(e);
      return;
    }
    exchange
        .getIoThread()
        .execute(() -> way.upstream.lease(exchange.getIoThread(), new Attempt(tokens)));
  }

  private void fail(RayException failure) {
    entry.end(End.FAILED, failure.getClass().getSimpleName());
    way.events.tell(listener -> listener.onUpstreamFailed(failure));
    way.pages.failed(exchange, failure);
  }

  private boolean isWebSocket() {
    return exchange.getRequestMethod().equals(Methods.GET)
        && "websocket".equalsIgnoreCase(exchange.getRequestHeaders().getFirst(Headers.UPGRADE));
  }

  /** Sends the request once. All of it runs on the I/O thread. */
  private final class Attempt implements Upstream.Lease, ClientCallback<ClientExchange> {
    private final Tokens tokens;

    Attempt(Tokens tokens) {
      this.tokens = tokens;
    }

    @Override
    public void ready(ClientConnection connection, boolean used) {
      connection.sendRequest(request(), this);
    }

    @Override
    public void completed(ClientExchange sent) {
      sent.setResponseListener(
          new ClientCallback<>() {
            @Override
            public void completed(ClientExchange answered) {
              pass(answered);
            }

            @Override
            public void failed(IOException cause) {
              Attempt.this.failed(cause);
            }
          });
      if (!exchange.isRequestComplete()) {
        Transfer.initiateTransfer(
            exchange.getRequestChannel(),
            sent.getRequestChannel(),
            null,
            Forwarding::finish,
            (channel, cause) -> IoUtils.safeClose(sent.getConnection(), exchange.getConnection()),
            (channel, cause) -> IoUtils.safeClose(sent.getConnection()),
            exchange.getConnection().getByteBufferPool());
      } else if (!exchange.getRequestMethod().equals(Methods.GET)) {
        finish(sent.getRequestChannel());
      }
    }

    @Override
    public void failed(IOException cause) {
      exchange.dispatch(
          () ->
              fail(
                  way.gateway.failure(
                      exchange.getRequestMethod().toString(),
                      exchange.getRequestURI(),
                      cause,
                      attempts,
                      tokens)));
    }

    private ClientRequest request() {
      ClientRequest request = new ClientRequest();
      String query = exchange.getQueryString();
      request.setMethod(exchange.getRequestMethod());
      request.setPath(
          way.gateway.endpoint().url().getRawPath()
              + exchange.getRequestURI()
              + (query.isEmpty() ? "" : "?" + query));
      HeaderRules.request(
          exchange.getRequestHeaders(),
          request.getRequestHeaders(),
          exchange.getRequestMethod(),
          way.gateway.endpoint().url().getRawAuthority(),
          tokens.headers());
      if (isWebSocket()) {
        request.getRequestHeaders().put(Headers.CONNECTION, "Upgrade");
        request.getRequestHeaders().put(Headers.UPGRADE, "websocket");
      } else if (!exchange.isRequestComplete()
          && !request.getRequestHeaders().contains(Headers.CONTENT_LENGTH)) {
        request.getRequestHeaders().put(Headers.TRANSFER_ENCODING, "chunked");
      }
      return request;
    }

    private void pass(ClientExchange answered) {
      ClientResponse response = answered.getResponse();
      exchange.setStatusCode(response.getResponseCode());
      HeaderRules.response(response.getResponseHeaders(), exchange.getResponseHeaders());
      if (response.getResponseCode() == StatusCodes.SWITCHING_PROTOCOLS && isWebSocket()) {
        tunnel(answered);
        return;
      }
      entry.end(End.FORWARDED, null);
      Transfer.initiateTransfer(
          answered.getResponseChannel(),
          exchange.getResponseChannel(),
          null,
          sink -> {
            finish(sink);
            way.upstream.giveBack(answered.getConnection());
          },
          (channel, cause) -> cut(answered),
          (channel, cause) -> cut(answered),
          exchange.getConnection().getByteBufferPool());
    }

    private void cut(ClientExchange answered) {
      IoUtils.safeClose(answered.getConnection(), exchange.getConnection());
    }

    private void tunnel(ClientExchange answered) {
      entry.end(End.WEBSOCKET, null);
      exchange.getResponseHeaders().put(Headers.UPGRADE, "websocket");
      try {
        answered.getResponseChannel().read(java.nio.ByteBuffer.allocate(1)); // it has no body
      } catch (IOException e) {
        cut(answered);
        return;
      }
      exchange.upgradeChannel(
          (browser, ended) -> {
            try {
              new WebSocketTunnel(browser, answered.getConnection().performUpgrade(), entry)
                  .start(exchange.getConnection().getByteBufferPool());
            } catch (IOException e) {
              cut(answered);
            }
          });
      exchange.endExchange();
    }
  }

  private static void finish(StreamSinkChannel sink) {
    try {
      sink.shutdownWrites();
      if (!sink.flush()) {
        sink.getWriteSetter()
            .set(
                ChannelListeners.flushingChannelListener(
                    flushed -> flushed.suspendWrites(),
                    ChannelListeners.closingChannelExceptionHandler()));
        sink.resumeWrites();
      }
    } catch (IOException e) {
      IoUtils.safeClose(sink);
    }
  }
}
