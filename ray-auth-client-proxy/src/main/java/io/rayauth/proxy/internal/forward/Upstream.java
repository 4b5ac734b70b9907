package io.rayauth.proxy.internal.forward;

import io.rayauth.RayEndpoint;
import io.rayauth.time.TimeSource;
import io.undertow.UndertowOptions;
import io.undertow.client.ClientCallback;
import io.undertow.client.ClientConnection;
import io.undertow.client.UndertowClient;
import io.undertow.connector.ByteBufferPool;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.XnioExecutor;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;
import org.xnio.ssl.XnioSsl;

/**
 * Makes connections to the one dashboard and keeps those that are idle.
 *
 * <p>Thread-safe. A connection belongs to the I/O thread it was made for and is handed out to
 * requests of that thread only, so that both ends of a transfer are on one thread.
 */
final class Upstream implements AutoCloseable {
  /** Begins the message {@code connectionClosed} of {@code UndertowClientMessages}. */
  private static final String CONNECTION_CLOSED = "UT001000";

  private static final System.Logger LOG = System.getLogger(Upstream.class.getName());
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  /** Less than what servers wait for, as a connection that they close meanwhile costs a repeat. */
  private static final Duration LONGEST_IDLE = Duration.ofSeconds(30);

  private static final int MOST_IDLE_OF_A_THREAD = 32;

  private final URI address;
  private final @Nullable SSLContext tls;
  private final @Nullable XnioSsl ssl;
  private final XnioWorker worker;
  private final ByteBufferPool buffers;
  private final TimeSource time;
  private final Map<XnioIoThread, Deque<Idle>> idle = new ConcurrentHashMap<>();
  private volatile boolean closed;

  Upstream(
      RayEndpoint endpoint,
      @Nullable SSLContext tls,
      XnioWorker worker,
      ByteBufferPool buffers,
      TimeSource time) {
    this.address = endpoint.url();
    this.tls = address.getScheme().equals("https") ? defaulted(tls) : null;
    this.ssl =
        this.tls == null ? null : new UndertowXnioSsl(worker.getXnio(), OptionMap.EMPTY, this.tls);
    this.worker = worker;
    this.buffers = buffers;
    this.time = time;
  }

  /** Is told of a connection, or that there is none, on the I/O thread that it was asked for. */
  interface Lease {
    /**
     * Gets a connection that nobody else uses.
     *
     * @param used whether it had been used before, and may have died since
     */
    void ready(ClientConnection connection, boolean used);

    /** Is told why there is no connection. */
    void failed(IOException cause);
  }

  /** Hands out an idle connection or a new one; called on its I/O thread. */
  void lease(XnioIoThread thread, Lease lease) {
    ClientConnection connection = idleOne(thread);
    if (connection == null) {
      leaseNew(thread, lease);
    } else {
      lease.ready(connection, true);
    }
  }

  /** Hands out a new connection. */
  void leaseNew(XnioIoThread thread, Lease lease) {
    try {
      // A name is looked up, which may block.
      worker.execute(() -> unlessClosing(() -> connect(thread, lease)));
    } catch (RejectedExecutionException e) {
      lease.failed(new IOException("the proxy is closing", e));
    }
  }

  /** Takes a connection back whose exchange is over; called on its I/O thread. */
  void giveBack(ClientConnection connection) {
    Deque<Idle> mine = idle.computeIfAbsent(connection.getIoThread(), any -> new ArrayDeque<>());
    if (closed || !connection.isOpen() || mine.size() >= MOST_IDLE_OF_A_THREAD) {
      IoUtils.safeClose(connection);
    } else {
      mine.addFirst(new Idle(connection, time.nanoTime()));
    }
  }

  /**
   * Returns why a new connection failed, where Undertow tells no more than that it was closed, as
   * it does whenever TLS fails. Nothing but a handshake is sent. Blocks.
   */
  IOException reason(IOException cause) {
    if (tls == null || !(cause instanceof ClosedChannelException)) {
      return cause;
    }
    int patience = (int) CONNECT_TIMEOUT.toMillis();
    try (Socket plain = new Socket()) {
      plain.connect(new InetSocketAddress(address.getHost(), Redirect.port(address)), patience);
      plain.setSoTimeout(patience);
      try (SSLSocket secure =
          (SSLSocket)
              tls.getSocketFactory()
                  .createSocket(plain, address.getHost(), Redirect.port(address), true)) {
        SSLParameters parameters = secure.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secure.setSSLParameters(parameters);
        secure.startHandshake();
      }
      return cause;
    } catch (SSLException e) {
      return e;
    } catch (IOException e) {
      return cause;
    }
  }

  /** Returns the same in the JDK's terms, where Undertow has but a number and words of its own. */
  static IOException plain(IOException cause) {
    return String.valueOf(cause.getMessage()).startsWith(CONNECTION_CLOSED)
        ? (IOException) new ClosedChannelException().initCause(cause)
        : cause;
  }

  @Override
  public void close() {
    closed = true; // the end of the I/O threads closes what is open
  }

  /** Cuts a connection, whatever it is at; called on its I/O thread. */
  static void cut(ClientConnection connection) {
    try {
      // A mere close() would wait for an answer to the request that is under way.
      IoUtils.safeClose(connection.performUpgrade());
    } catch (IOException e) {
      IoUtils.safeClose(connection);
    }
  }

  private @Nullable ClientConnection idleOne(XnioIoThread thread) {
    Deque<Idle> mine = idle.computeIfAbsent(thread, any -> new ArrayDeque<>());
    for (Idle next = mine.pollFirst(); next != null; next = mine.pollFirst()) {
      if (next.connection.isOpen() && time.nanoTime() - next.sinceNanos < LONGEST_IDLE.toNanos()) {
        return next.connection;
      }
      IoUtils.safeClose(next.connection);
    }
    return null;
  }

  private void connect(XnioIoThread thread, Lease lease) {
    AtomicBoolean settled = new AtomicBoolean();
    XnioExecutor.Key timeout =
        thread.executeAfter(
            () -> {
              if (settled.compareAndSet(false, true)) {
                lease.failed(new HttpConnectTimeoutException("no connection"));
              }
            },
            CONNECT_TIMEOUT.toMillis(),
            TimeUnit.MILLISECONDS);
    ClientCallback<ClientConnection> callback =
        new ClientCallback<>() {
          @Override
          public void completed(ClientConnection connection) {
            if (!settled.compareAndSet(false, true)) {
              IoUtils.safeClose(connection);
              return;
            }
            timeout.remove();
            if (!unlessClosing(() -> thread.execute(() -> lease.ready(connection, false)))) {
              IoUtils.safeClose(connection);
            }
          }

          @Override
          public void failed(IOException cause) {
            if (settled.compareAndSet(false, true)) {
              timeout.remove();
              unlessClosing(() -> thread.execute(() -> lease.failed(cause)));
            }
          }
        };
    if (closed) {
      callback.failed(new IOException("the proxy is closing"));
      return;
    }
    if (new InetSocketAddress(address.getHost(), 0).isUnresolved()) {
      ConnectException unknown = new ConnectException();
      unknown.initCause(new UnresolvedAddressException());
      callback.failed(unknown);
      return;
    }
    try {
      UndertowClient.getInstance()
          .connect(
              callback,
              address,
              thread,
              ssl,
              buffers,
              OptionMap.builder()
                  .set(UndertowOptions.ENABLE_HTTP2, false)
                  .set(UndertowOptions.ENDPOINT_IDENTIFICATION_ALGORITHM, "HTTPS")
                  .set(Options.TCP_NODELAY, true)
                  .set(Options.KEEP_ALIVE, true)
                  .getMap());
    } catch (RuntimeException e) { // an address that no connection can be made to
      callback.failed(new IOException(e));
    }
  }

  /** Does what needs the I/O threads; when they end, there is nobody left to be told of it. */
  private static boolean unlessClosing(Runnable step) {
    try {
      step.run();
      return true;
    } catch (RejectedExecutionException e) {
      LOG.log(System.Logger.Level.DEBUG, "the proxy is closing", e);
      return false;
    }
  }

  private static SSLContext defaulted(@Nullable SSLContext tls) {
    try {
      return tls == null ? SSLContext.getDefault() : tls;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the JVM has no default for TLS", e);
    }
  }

  private record Idle(ClientConnection connection, long sinceNanos) {}
}
