package io.rayauth.proxy.internal.forward;

import io.rayauth.error.RayException;
import io.rayauth.internal.call.CallEngine.Tokens;
import io.rayauth.internal.call.Gateway;
import io.rayauth.proxy.ProxiedRequest.End;
import io.rayauth.proxy.internal.listen.Incoming;
import io.rayauth.proxy.internal.log.ProxyEvents;
import io.rayauth.proxy.internal.log.RequestEntry;
import io.rayauth.proxy.internal.log.RequestLog;
import io.rayauth.proxy.internal.page.Pages;
import io.rayauth.proxy.internal.page.Refusal;
import io.rayauth.token.TokenUnavailableException;
import io.undertow.client.ClientCallback;
import io.undertow.client.ClientConnection;
import io.undertow.client.ClientExchange;
import io.undertow.client.ClientRequest;
import io.undertow.client.ClientResponse;
import io.undertow.conduits.BytesReceivedStreamSourceConduit;
import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RequestTooBigException;
import io.undertow.server.protocol.http.HttpAttachments;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.Protocols;
import io.undertow.util.SameThreadExecutor;
import io.undertow.util.StatusCodes;
import io.undertow.util.Transfer;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.Options;
import org.xnio.channels.StreamSinkChannel;

/**
 * Passes one request on and its answer back.
 *
 * <p>What may block is done on a worker thread, everything else on the I/O thread of the browser's
 * connection; one after the other, never both at once.
 */
final class Forwarding {
  private static final System.Logger LOG = System.getLogger(Forwarding.class.getName());
  private static final Refusal TOO_LARGE =
      new Refusal(
          StatusCodes.REQUEST_ENTITY_TOO_LARGE,
          "body too large",
          "The request is too large",
          "What was sent is longer than this proxy passes on.");

  /** For an answer that was sent before a connection died of what else was sent to it. */
  private static final int LAST_ANSWER_SECONDS = 2;

  private final Gateway gateway;
  private final Upstream upstream;
  private final ProxyEvents events;
  private final Pages pages;
  private final HttpServerExchange exchange;
  private final RequestEntry entry;
  private byte @Nullable [] body;
  private int attempts;
  private boolean tokensReplaced;

  /** Whether the body went straight through, and so is not there for a second try. */
  private boolean streamed;

  private boolean reconnected;

  /** The connection to the cluster that works for this request; of the I/O thread. */
  private @Nullable ClientConnection connection;

  /** Whether the answer is complete, or nobody waits for it. */
  private volatile boolean over;

  Forwarding(
      Gateway gateway,
      Upstream upstream,
      ProxyEvents events,
      Pages pages,
      HttpServerExchange exchange) {
    this.gateway = gateway;
    this.upstream = upstream;
    this.events = events;
    this.pages = pages;
    this.exchange = exchange;
    this.entry = RequestLog.of(exchange);
  }

  /** Keeps the body, to be sent as often as need be. */
  void keep(byte[] body) {
    this.body = body;
    entry.received(body.length);
  }

  /** Is told that the browser has got the answer, or is gone. */
  void browserIsDone() {
    if (!over) {
      over = true;
      entry.end(End.ABANDONED, null);
      onIoThread(this::letGo);
    }
  }

  /**
   * Sends the request; called on the I/O thread. It stays there if it need not wait for tokens, as
   * going to another thread and back takes longer than all the rest of a small request.
   */
  void start() {
    Tokens fresh = gateway.freshTokens();
    if (fresh == null) {
      exchange.dispatch(this::begin);
    } else {
      attempts++;
      exchange.dispatch(SameThreadExecutor.INSTANCE, () -> run(() -> lease(fresh)));
    }
  }

  private void lease(Tokens tokens) {
    upstream.lease(exchange.getIoThread(), new Attempt(tokens));
  }

  /** Sends the request with tokens that it may wait for; called on a worker thread. */
  private void begin() {
    attempts++;
    try {
      Tokens tokens = gateway.tokens();
      onIoThread(() -> lease(tokens));
    } catch (RuntimeException e) {
      fail(asRayException(e));
    }
  }

  /** A provider is anybody's code. */
  private static RayException asRayException(RuntimeException failure) {
    return failure instanceof RayException known
        ? known
        : TokenUnavailableException.broken(
            "the token provider failed with a " + failure.getClass().getName(), failure);
  }

  /** Shows a page that says why the cluster gave no answer; called on a worker thread. */
  private void fail(RayException failure) {
    events.tell(listener -> listener.onUpstreamFailed(failure));
    onIoThread(() -> {
      if (!over) {
        over = true;
        entry.end(End.FAILED, reason(failure));
        pages.failed(exchange, failure);
      }
    });
  }

  private static String reason(RayException failure) {
    return failure.getClass().getSimpleName();
  }

  private boolean isRead() {
    return exchange.getRequestMethod().equals(Methods.GET) || isHead();
  }

  private boolean isHead() {
    return exchange.getRequestMethod().equals(Methods.HEAD);
  }

  private boolean isWebSocket() {
    return exchange.getRequestMethod().equals(Methods.GET)
        && "websocket".equalsIgnoreCase(exchange.getRequestHeaders().getFirst(Headers.UPGRADE));
  }

  /** Whether somebody looks at the answer, rather than a script. */
  private boolean isNavigation() {
    return isRead() && Incoming.isWatched(exchange);
  }

  private String method() {
    return clusterMethod().toString();
  }

  /**
   * Returns with what the cluster is asked. It gets no HEAD, with which the dashboard asks whether
   * there are platform events: kube-rbac-proxy lets that through for those only who may do all
   * (verb *).
   */
  private HttpString clusterMethod() {
    return isHead() ? Methods.GET : exchange.getRequestMethod();
  }

  private String path() {
    return exchange.getRequestURI();
  }

  /** Cuts the connection to the cluster, if there is one; an upload or an answer ends with it. */
  private void letGo() {
    ClientConnection ours = connection;
    connection = null;
    if (ours != null) {
      Upstream.cut(ours);
    }
  }

  /**
   * Cuts the connection to the browser, so that it sees that the answer is not complete. In HTTP
   * 1.0 the end of a connection can be the end of an answer, so there it is reset.
   */
  private void cutBrowser() {
    if (!exchange.getProtocol().equals(Protocols.HTTP_1_1)) {
      try {
        exchange.getConnection().setOption(Options.CLOSE_ABORT, true);
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "the connection is gone already", e);
      }
    }
    IoUtils.safeClose(exchange.getConnection());
  }

  private void onIoThread(Runnable step) {
    try {
      exchange.getIoThread().execute(() -> run(step));
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "the proxy is closing", e);
    }
  }

  private void onWorker(Runnable step) {
    try {
      exchange.getConnection().getWorker().execute(() -> run(step));
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "the proxy is closing", e);
    }
  }

  /** A step that fails by itself must not leave a browser waiting. */
  private void run(Runnable step) {
    try {
      step.run();
    } catch (RejectedExecutionException e) {
      LOG.log(Level.DEBUG, "the proxy is closing", e);
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "forwarding " + method() + " " + path() + " failed", e);
      entry.end(End.FAILED, e.getClass().getSimpleName());
      IoUtils.safeClose(exchange.getConnection());
    }
  }

  /** Is the request, sent once. All of it runs on the I/O thread, unless it says otherwise. */
  private final class Attempt implements Upstream.Lease {
    private final Tokens tokens;
    private boolean usedBefore;
    private boolean answered;
    private boolean sent;

    Attempt(Tokens tokens) {
      this.tokens = tokens;
    }

    @Override
    public void ready(ClientConnection leased, boolean used) {
      if (over) {
        upstream.giveBack(leased);
        return;
      }
      connection = leased;
      usedBefore = used;
      leased.sendRequest(request(), callback(this::send));
    }

    @Override
    public void failed(IOException cause) {
      if (over || answered) {
        return; // the connection that dies now is not needed any more
      }
      answered = true;
      letGo();
      if (usedBefore && isRead() && !reconnected) {
        reconnected = true; // it may have been closed while it was idle
        upstream.leaseNew(exchange.getIoThread(), new Attempt(tokens));
      } else {
        onWorker(() -> {
          IOException reason = Upstream.plain(usedBefore ? cause : upstream.reason(cause));
          fail(gateway.failure(method(), path(), reason, attempts, tokens));
        });
      }
    }

    private ClientRequest request() {
      ClientRequest request = new ClientRequest();
      request.setMethod(clusterMethod());
      request.setPath(gateway.endpoint().url().getRawPath() + Incoming.pathAndQuery(exchange));
      HeaderMap headers = request.getRequestHeaders();
      HeaderRules.request(
          exchange.getRequestHeaders(),
          headers,
          isRead(),
          gateway.endpoint().url().getRawAuthority(),
          tokens.headers());
      if (isWebSocket()) {
        headers.put(Headers.CONNECTION, Headers.UPGRADE_STRING);
        headers.put(Headers.UPGRADE, "websocket");
      }
      if (body != null) {
        headers.put(Headers.CONTENT_LENGTH, body.length);
      } else if (!exchange.isRequestComplete() && !headers.contains(Headers.CONTENT_LENGTH)) {
        headers.put(Headers.TRANSFER_ENCODING, Headers.CHUNKED.toString());
      }
      return request;
    }

    private void send(ClientExchange sending) {
      sending.setResponseListener(callback(this::receive));
      if (body != null && body.length > 0) {
        write(ByteBuffer.wrap(body), sending.getRequestChannel());
      } else if (body != null || exchange.isRequestComplete()) {
        sent = true;
      } else {
        upload(sending);
      }
    }

    private void write(ByteBuffer rest, StreamSinkChannel sink) {
      try {
        while (rest.hasRemaining() && sink.write(rest) > 0) {}
        if (rest.hasRemaining()) {
          sink.getWriteSetter().set(writable -> write(rest, writable));
          sink.resumeWrites();
        } else {
          finish(sink);
          sent = true;
        }
      } catch (IOException e) {
        uploadBroke();
      }
    }

    private void upload(ClientExchange sending) {
      streamed = true;
      exchange.addRequestWrapper((factory, same) ->
          new BytesReceivedStreamSourceConduit(factory.create(), entry::received));
      Transfer.initiateTransfer(
          exchange.getRequestChannel(),
          sending.getRequestChannel(),
          null,
          sink -> {
            finish(sink);
            sent = true;
          },
          (channel, cause) -> browserBroke(cause),
          (channel, cause) -> uploadBroke(),
          exchange.getConnection().getByteBufferPool());
    }

    private void browserBroke(IOException cause) {
      if (over) {
        return;
      }
      over = true;
      letGo();
      if (cause instanceof RequestTooBigException && !exchange.isResponseStarted()) {
        RequestLog.refused(exchange, TOO_LARGE.reason());
        pages.refuse(exchange, TOO_LARGE);
      } else {
        entry.end(End.ABANDONED, null);
        IoUtils.safeClose(exchange.getConnection());
      }
    }

    /** The cluster may have answered before it stopped to read, and that answer counts. */
    private void uploadBroke() {
      Runnable giveUp =
          () -> {
            if (!answered) {
              letGo();
            }
          };
      try {
        exchange.getIoThread().executeAfter(giveUp, LAST_ANSWER_SECONDS, TimeUnit.SECONDS);
      } catch (RejectedExecutionException e) {
        LOG.log(Level.DEBUG, "the proxy is closing", e);
      }
    }

    private void receive(ClientExchange answer) {
      if (over || answered) {
        return;
      }
      answered = true;
      ClientResponse response = answer.getResponse();
      int status = response.getResponseCode();
      String location = response.getResponseHeaders().getFirst(Headers.LOCATION);
      if (status == StatusCodes.UNAUTHORIZED || status == StatusCodes.FORBIDDEN) {
        excerpt(answer, said -> onWorker(() -> refused(response, said)));
      } else if (status == StatusCodes.SWITCHING_PROTOCOLS && isWebSocket()) {
        tunnel(answer);
      } else if (status < StatusCodes.OK
          || isCodedUnreadably(response)
          || (Pages.isOfGateway(status) && isNavigation())) {
        excerpt(answer, said -> onWorker(() -> fail(explained(response, said))));
      } else if (location == null) {
        pass(answer);
      } else {
        Optional<String> place =
            Redirect.within(gateway.endpoint(), Incoming.pathAndQuery(exchange), location);
        if (place.isPresent()) {
          exchange.getResponseHeaders().put(Headers.LOCATION, place.get());
          pass(answer);
        } else if (status < 300 || status >= 400) {
          pass(answer);
        } else {
          excerpt(answer, said -> onWorker(() -> fail(explained(response, said))));
        }
      }
    }

    /** Tries once more if there are other tokens; called on a worker thread. */
    private void refused(ClientResponse response, byte[] said) {
      boolean others;
      try {
        others = !tokensReplaced && gateway.replaced(tokens);
      } catch (RuntimeException e) {
        fail(asRayException(e));
        return;
      }
      if (others) {
        tokensReplaced = true;
        events.tell(listener -> listener.onTokenReplaced(method(), path()));
      }
      if (others && !streamed) {
        begin();
      } else {
        fail(explained(response, said));
      }
    }

    private RayException explained(ClientResponse response, byte[] said) {
      Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      for (HeaderValues values : response.getResponseHeaders()) {
        headers.put(values.getHeaderName().toString(), new ArrayList<>(values));
      }
      boolean readable = !headers.containsKey(Headers.CONTENT_ENCODING_STRING);
      return gateway.failure(
          method(),
          path(),
          response.getResponseCode(),
          headers,
          readable ? said : new byte[0],
          attempts,
          tokens);
    }

    private void pass(ClientExchange answer) {
      entry.end(End.FORWARDED, null);
      ClientResponse response = answer.getResponse();
      exchange.setStatusCode(response.getResponseCode());
      exchange.setReasonPhrase(response.getStatus());
      HeaderMap headers = exchange.getResponseHeaders();
      HeaderRules.response(response.getResponseHeaders(), headers);
      if (isHead() || !Connectors.isEntityBodyAllowed(response.getResponseCode())) {
        over = true;
        letGo(); // for what a 304 tells the length of, Undertow would wait
        exchange.endExchange();
        return;
      }
      if (!headers.contains(Headers.CONTENT_LENGTH)
          && exchange.getProtocol().equals(Protocols.HTTP_1_1)) {
        // Else Undertow would end some answers with the connection, as if that were no accident.
        headers.put(Headers.TRANSFER_ENCODING, Headers.CHUNKED.toString());
      }
      Transfer.initiateTransfer(
          answer.getResponseChannel(),
          exchange.getResponseChannel(),
          null,
          sink -> passed(answer, sink),
          (channel, cause) -> answerBroke(cause),
          (channel, cause) -> browserBroke(cause),
          exchange.getConnection().getByteBufferPool());
    }

    private void passed(ClientExchange answer, StreamSinkChannel sink) {
      over = true;
      if (sent) {
        connection = null;
        upstream.giveBack(answer.getConnection());
      } else {
        letGo(); // it said all it had to say before it had read all
      }
      HeaderMap trailers = answer.getAttachment(HttpAttachments.REQUEST_TRAILERS);
      if (trailers != null) {
        HeaderMap passing = new HeaderMap();
        HeaderRules.response(trailers, passing);
        exchange.putAttachment(HttpAttachments.RESPONSE_TRAILERS, passing);
      }
      finish(sink);
      if (!exchange.isRequestComplete()) {
        exchange.endExchange(); // reads the rest, so that the answer is not lost in a reset
      }
    }

    private void answerBroke(IOException cause) {
      if (over) {
        return;
      }
      over = true;
      letGo();
      entry.end(End.FAILED, "the answer broke off");
      cutBrowser();
      onWorker(() -> {
        RayException failure = gateway.failure(method(), path(), cause, attempts, tokens);
        events.tell(listener -> listener.onUpstreamFailed(failure));
      });
    }

    private void tunnel(ClientExchange answer) {
      over = true;
      connection = null;
      entry.end(End.WEBSOCKET, null);
      HeaderRules.response(
          answer.getResponse().getResponseHeaders(), exchange.getResponseHeaders());
      exchange.getResponseHeaders().put(Headers.UPGRADE, "websocket");
      WebSocketTunnel.prepare(answer);
      exchange.upgradeChannel((browser, upgraded) ->
          WebSocketTunnel.open(browser, exchange.getConnection(), answer.getConnection(), entry));
      exchange.endExchange();
    }

    /** Reads what the cluster said instead of an answer, and gives the connection back. */
    private void excerpt(ClientExchange answer, Consumer<byte[]> then) {
      Excerpt.of(
          answer.getResponseChannel(),
          (said, whole) -> {
            if (whole && sent) {
              connection = null;
              upstream.giveBack(answer.getConnection());
            } else {
              letGo();
            }
            if (!over) {
              then.accept(said);
            }
          });
    }

    private ClientCallback<ClientExchange> callback(Consumer<ClientExchange> completed) {
      return new ClientCallback<>() {
        @Override
        public void completed(ClientExchange client) {
          Forwarding.this.run(() -> completed.accept(client));
        }

        @Override
        public void failed(IOException cause) {
          Forwarding.this.run(() -> Attempt.this.failed(cause));
        }
      };
    }
  }

  /** Undertow knows no way to tell where an answer ends but chunks, a length and the end. */
  private static boolean isCodedUnreadably(ClientResponse response) {
    String coding = response.getResponseHeaders().getLast(Headers.TRANSFER_ENCODING);
    return coding != null && !coding.equalsIgnoreCase(Headers.CHUNKED.toString());
  }

  private static void finish(StreamSinkChannel sink) {
    try {
      sink.shutdownWrites();
      if (!sink.flush()) {
        sink.getWriteSetter()
            .set(
                ChannelListeners.flushingChannelListener(
                    StreamSinkChannel::suspendWrites,
                    ChannelListeners.closingChannelExceptionHandler()));
        sink.resumeWrites();
      }
    } catch (IOException e) {
      IoUtils.safeClose(sink);
    }
  }
}
