package io.rayauth.internal.http;

import io.rayauth.RayEndpoint;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.internal.websocket.HandshakeRefusedException;
import io.rayauth.internal.websocket.HttpUpgrade;
import io.rayauth.internal.websocket.WebSocketConnection;
import io.rayauth.internal.websocket.WebSocketHandshake;
import io.rayauth.time.TimeSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Sends one request over the JDK's HTTP client and waits for the whole answer; WebSockets have
 * connections of their own.
 *
 * <p>HTTP/1.1 only: an {@code Upgrade: h2c} offer makes old aiohttp drop bodies and kube-rbac-proxy
 * buffer them before it authenticates. Redirects are never followed: the JDK would send the bearer
 * along.
 */
public final class JdkTransport implements AutoCloseable {
  private static final AtomicInteger CLIENTS = new AtomicInteger();
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final String CLOSED = "the client is closed";
  private static final byte[] NOTHING = {};
  private static final int WEB_SOCKET_BUFFER = 64 * 1024;

  private final RayEndpoint endpoint;
  private final Network network;
  private final ExecutorService threads;
  private final ExchangeWatch watch;
  private final Set<WebSocketConnection> webSockets = ConcurrentHashMap.newKeySet();
  private final Set<ArrivingBody> bodies = ConcurrentHashMap.newKeySet();
  private volatile @Nullable HttpClient client;

  /** Creates a transport to one endpoint; nothing is sent yet. */
  public JdkTransport(RayEndpoint endpoint, Network network) {
    this.endpoint = endpoint;
    this.network = network;
    String name = "ray-auth-client-" + CLIENTS.incrementAndGet() + "-";
    AtomicInteger thread = new AtomicInteger();
    // Our own pool, because the default one keeps its threads for a minute after the last request.
    this.threads =
        Executors.newCachedThreadPool(work -> {
          Thread worker = new Thread(work, name + thread.incrementAndGet());
          worker.setDaemon(true);
          return worker;
        });
    this.watch = new ExchangeWatch(threads);
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT_TIMEOUT)
            .executor(threads);
    network.configure(builder);
    this.client = builder.build();
  }

  /** Returns where this transport goes. */
  public RayEndpoint endpoint() {
    return endpoint;
  }

  /** Returns how this transport gets there. */
  public Network network() {
    return network;
  }

  /**
   * Sends a request and waits for the answer, body included, until the deadline.
   *
   * @throws RayInterruptedException if the thread is interrupted; the connection is dropped
   */
  public Outcome send(ApiRequest request, Map<String, String> headers, Deadline deadline) {
    HttpClient client = this.client;
    if (client == null) {
      return new Outcome.NoAnswer(CLOSED, new IOException(CLOSED), false, false);
    }
    HttpRequest ready = ready(request, headers);
    ExchangeWatch.Exchange exchange = watch.begin(deadline.nanosLeft());
    try {
      ApiResponse response = exchange(client, ready, request);
      exchange.over(false);
      return new Outcome.Answer(response);
    } catch (IOException e) {
      return broken(request, exchange.over(false), deadline, e);
    } catch (UncheckedIOException e) {
      return broken(request, exchange.over(false), deadline, Objects.requireNonNull(e.getCause()));
    } catch (InterruptedException e) {
      ExchangeWatch.End end = exchange.over(true);
      if (end != null) {
        return ended(end, deadline, e);
      }
      Thread.currentThread().interrupt();
      throw interrupted(request, e);
    } catch (RuntimeException | Error e) {
      exchange.over(false);
      throw e;
    }
  }

  private ApiResponse exchange(HttpClient client, HttpRequest ready, ApiRequest request)
      throws IOException, InterruptedException {
    if (request.reader() == null && !request.leftOpen()) {
      HttpResponse<byte[]> whole = client.send(ready, LimitedBody.upTo(request.responseLimit()));
      return new ApiResponse(whole.statusCode(), whole.headers(), whole.body());
    }
    HttpResponse<ArrivingBody> response =
        client.send(ready, ArrivingBody.upTo(request.responseLimit()));
    ApiResponse head = new ApiResponse(response.statusCode(), response.headers(), NOTHING);
    boolean success = head.status() / 100 == 2 && !head.isHtml();
    if (success && request.leftOpen()) {
      return ApiResponse.open(head.status(), response.headers(), leftOpen(response.body()));
    }
    try (ArrivingBody body = response.body()) {
      if (!success || request.reader() == null) {
        return new ApiResponse(head.status(), response.headers(), body.readAllBytes());
      }
      request.reader().accept(body);
      return head;
    }
  }

  private ArrivingBody leftOpen(ArrivingBody body) {
    bodies.add(body);
    body.whenClosed(() -> bodies.remove(body));
    if (isClosed()) {
      body.abort(new IOException(CLOSED)); // close() may have passed before it was added
    }
    return body;
  }

  /** Tells whether this was closed, after which nothing will be answered any more. */
  public boolean isClosed() {
    return client == null;
  }

  private Outcome broken(
      ApiRequest request, ExchangeWatch.@Nullable End end, Deadline deadline, IOException failure) {
    if (end != null) {
      return ended(end, deadline, failure);
    }
    if (failure instanceof InterruptedIOException) {
      throw interrupted(request, failure);
    }
    return noAnswer(failure);
  }

  private static RayInterruptedException interrupted(ApiRequest request, Exception cause) {
    return new RayInterruptedException(
        "interrupted while waiting for " + request.method() + " " + request.plainPath(), cause);
  }

  private HttpRequest ready(ApiRequest request, Map<String, String> headers) {
    HttpRequest.Builder builder = HttpRequest.newBuilder(endpoint.resolve(request.path()));
    if (request.body() != null) {
      builder.method(request.method(), request.body().get());
    } else if (request.method().equals("GET")) {
      builder.GET(); // with an empty body instead, JDK 17 would send a Content-Length
    } else {
      builder.method(request.method(), BodyPublishers.noBody());
    }
    if (request.contentType() != null) {
      builder.setHeader("Content-Type", request.contentType());
    }
    headers.forEach(builder::setHeader);
    return builder.build();
  }

  private static Outcome.NoAnswer ended(ExchangeWatch.End end, Deadline deadline, Exception cause) {
    return switch (end) {
      case DEADLINE ->
          new Outcome.NoAnswer(
              "no complete answer within " + inSeconds(deadline.whole()), cause, true, false);
      case CLOSED -> new Outcome.NoAnswer(CLOSED, cause, true, false);
    };
  }

  /**
   * Limits what the calling thread does from now on, however many requests that takes: it is
   * interrupted when the time is up, or the client closed, unless that is over before.
   */
  public ExchangeWatch.Exchange limit(Duration time) {
    return watch.begin(Deadline.in(time, TimeSource.system()).nanosLeft());
  }

  /**
   * Opens a WebSocket that the caller closes.
   *
   * @param time for all of the handshake
   * @throws HandshakeRefusedException if the server answers with something else
   * @throws IOException if no answer comes in time, or the client was closed
   * @throws InterruptedException if the thread is interrupted; the connection is dropped
   */
  public WebSocketConnection openWebSocket(String path, Map<String, String> headers, Duration time)
      throws IOException, InterruptedException {
    HttpClient client = this.client;
    if (client == null) {
      throw new IOException(CLOSED);
    }
    Deadline deadline = Deadline.in(time, TimeSource.system());
    ExchangeWatch.Exchange exchange = watch.begin(deadline.nanosLeft());
    try {
      WebSocketConnection socket =
          handshake(Network.upgrade(client, endpoint.resolve(path)), headers);
      webSockets.add(socket);
      socket.whenClosed(() -> webSockets.remove(socket));
      if (isClosed()) {
        socket.close(); // close() may have passed before it was added
      }
      exchange.over(false);
      return socket;
    } catch (IOException e) {
      ExchangeWatch.End end = exchange.over(false);
      if (end != null) {
        throw new IOException(ended(end, deadline, e).what(), e);
      }
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted while opening a WebSocket");
      }
      throw e;
    } catch (RuntimeException | Error e) {
      exchange.over(false);
      throw e;
    }
  }

  private static WebSocketConnection handshake(HttpUpgrade upgrade, Map<String, String> headers)
      throws IOException {
    WebSocketHandshake handshake = new WebSocketHandshake(null);
    Map<String, List<String>> all = handshake.headers();
    headers.forEach((name, value) -> all.put(name, List.of(value)));
    return handshake.finish(upgrade.open("GET", all, CONNECT_TIMEOUT), WEB_SOCKET_BUFFER);
  }

  /**
   * Cancels what is under way and ends the threads; on JDK 17 the client's selector thread ends
   * with the next garbage collection.
   */
  @Override
  public void close() {
    HttpClient open = client;
    client = null;
    watch.close();
    webSockets.forEach(WebSocketConnection::close);
    bodies.forEach(body -> body.abort(new IOException(CLOSED)));
    if (open != null) {
      shutdown(open);
    }
    threads.shutdownNow();
  }

  /** Reads the reason out of a failure of the JDK's client, whose own messages are often null. */
  public Outcome.NoAnswer noAnswer(Throwable failure) {
    String where =
        endpoint.url().getHost()
            + (endpoint.url().getPort() < 0 ? "" : ":" + endpoint.url().getPort());
    if (caused(failure, LimitedBody.TooLong.class)) {
      return new Outcome.NoAnswer(String.valueOf(failure.getMessage()), failure, true, false);
    }
    if (failure instanceof SSLException) {
      return new Outcome.NoAnswer(
          "TLS with "
              + where
              + " failed: "
              + failure.getMessage()
              + "; trust its CA with trustCertificates(…) or sslContext(…)",
          failure,
          false,
          false);
    }
    if (failure instanceof HttpConnectTimeoutException) {
      return new Outcome.NoAnswer(
          where + " did not accept a connection within " + inSeconds(CONNECT_TIMEOUT),
          failure,
          false,
          true);
    }
    if (failure instanceof ConnectException) {
      return caused(failure, UnresolvedAddressException.class)
          ? new Outcome.NoAnswer(
              "the host " + endpoint.url().getHost() + " is unknown", failure, false, true)
          : new Outcome.NoAnswer(
              "nothing listens at " + where + "; is the dashboard up, or its port forwarded?",
              failure,
              false,
              true);
    }
    if (client == null) {
      return new Outcome.NoAnswer(CLOSED, failure, true, false);
    }
    String said = failure.getMessage();
    String what =
        caused(failure, ClosedChannelException.class) || said == null
            ? "the connection to " + where + " was closed"
            : "the connection to " + where + " broke: " + said;
    return new Outcome.NoAnswer(what, failure, true, true);
  }

  private static boolean caused(Throwable failure, Class<? extends Throwable> type) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }

  private static String inSeconds(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }

  /** {@code HttpClient.shutdownNow()} is there from JDK 21 on; this is compiled for 17. */
  private static void shutdown(HttpClient open) {
    try {
      MethodHandles.publicLookup()
          .findVirtual(HttpClient.class, "shutdownNow", MethodType.methodType(void.class))
          .invoke(open);
    } catch (NoSuchMethodException e) {
      System.getLogger(JdkTransport.class.getName())
          .log(
              System.Logger.Level.DEBUG,
              "this JDK ends the HTTP client's selector thread with its garbage collection");
    } catch (Throwable e) {
      throw new IllegalStateException("HttpClient.shutdownNow failed", e);
    }
  }
}
