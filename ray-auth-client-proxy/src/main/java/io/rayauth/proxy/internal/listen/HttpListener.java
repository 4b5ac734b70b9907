package io.rayauth.proxy.internal.listen;

import io.undertow.UndertowOptions;
import io.undertow.connector.ByteBufferPool;
import io.undertow.protocols.ssl.UndertowXnioSsl;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/**
 * Listens for HTTP on one address, with threads of its own.
 *
 * <p>Thread-safe. It is put together from Undertow's parts because {@code Undertow.start()} prints
 * who it is.
 */
public final class HttpListener implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(HttpListener.class.getName());
  private static final AtomicInteger LISTENERS = new AtomicInteger();
  private static final int IO_THREADS = 2;
  private static final int MOST_TASK_THREADS = 16;

  /** Half of it costs more calls for a large body, twice of it no longer fits into the cache. */
  private static final int BUFFER_SIZE = 32 * 1024;

  private static final int UNLIMITED = -1;
  private static final int BUFFERS_KEPT_BY_A_THREAD = 4;
  private static final int TASK_END_SECONDS = 2;

  private final XnioWorker worker;
  private final ByteBufferPool buffers;
  private final HttpOpenListener connections;
  private final AcceptingChannel<? extends StreamConnection> socket;

  private HttpListener(
      XnioWorker worker,
      ByteBufferPool buffers,
      HttpOpenListener connections,
      AcceptingChannel<? extends StreamConnection> socket) {
    this.worker = worker;
    this.buffers = buffers;
    this.connections = connections;
    this.socket = socket;
  }

  /**
   * Binds an address; nothing is accepted before {@link #serve(HttpHandler)}.
   *
   * @param tls null for plain HTTP
   * @param options of Undertow, for every connection
   * @throws IOException if the address is not to be had
   */
  public static HttpListener bind(
      InetSocketAddress address, @Nullable SSLContext tls, OptionMap options) throws IOException {
    Xnio xnio = QuietXnio.INSTANCE;
    XnioWorker worker =
        xnio.createWorker(
            OptionMap.builder()
                .set(Options.WORKER_NAME, "ray-auth-proxy-" + LISTENERS.incrementAndGet())
                .set(Options.THREAD_DAEMON, true)
                .set(Options.WORKER_IO_THREADS, IO_THREADS)
                .set(Options.WORKER_TASK_CORE_THREADS, 1)
                .set(Options.WORKER_TASK_MAX_THREADS, MOST_TASK_THREADS)
                .getMap());
    ByteBufferPool buffers =
        new DefaultByteBufferPool(true, BUFFER_SIZE, UNLIMITED, BUFFERS_KEPT_BY_A_THREAD);
    try {
      HttpOpenListener connections =
          new HttpOpenListener(
              buffers,
              OptionMap.builder()
                  .set(UndertowOptions.MAX_ENTITY_SIZE, (long) UNLIMITED)
                  .addAll(options)
                  .set(UndertowOptions.ENABLE_HTTP2, false)
                  .getMap());
      OptionMap ofSocket =
          OptionMap.builder()
              .set(Options.TCP_NODELAY, true)
              .set(Options.KEEP_ALIVE, true)
              .addAll(options)
              .getMap();
      ChannelListener<AcceptingChannel<StreamConnection>> accepting =
          socket -> accept(socket, connections);
      AcceptingChannel<? extends StreamConnection> socket =
          tls == null
              ? worker.createStreamConnectionServer(address, accepting, ofSocket)
              : new UndertowXnioSsl(xnio, OptionMap.EMPTY, tls)
                  .createSslConnectionServer(worker, address, widened(accepting), ofSocket);
      return new HttpListener(worker, buffers, connections, socket);
    } catch (IOException | RuntimeException e) {
      worker.shutdownNow();
      buffers.close();
      throw e;
    }
  }

  /** Returns 127.0.0.1, which links name, also where the machine's loopback is ::1 by default. */
  public static InetSocketAddress onLoopback(int port) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("four bytes are an address", e);
    }
  }

  /** Begins to accept connections and gives their requests to a handler. */
  public void serve(HttpHandler root) {
    connections.setRootHandler(root);
    socket.resumeAccepts();
  }

  /** Returns what the names of the threads begin with, such as {@code ray-auth-proxy-1}. */
  public String name() {
    return worker.getName();
  }

  /** Returns the threads that work for this listener. */
  public XnioWorker worker() {
    return worker;
  }

  /** Returns where bytes are kept while they pass. */
  public ByteBufferPool buffers() {
    return buffers;
  }

  /** Returns where it listens. */
  public InetSocketAddress address() {
    return socket.getLocalAddress(InetSocketAddress.class);
  }

  /** Closes all connections and ends the threads; blocks until they have ended. */
  @Override
  public void close() {
    IoUtils.safeClose(socket);
    worker.shutdown(); // which closes whatever its threads know of
    try {
      if (!isOwnThread() && !worker.awaitTermination(TASK_END_SECONDS, TimeUnit.SECONDS)) {
        worker.shutdownNow();
        worker.awaitTermination(TASK_END_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      worker.shutdownNow();
      Thread.currentThread().interrupt();
    }
    buffers.close();
  }

  /**
   * Loads XNIO without its two lines on INFO that say which version it is. Whoever has set a level
   * for it keeps it.
   */
  private static final class QuietXnio {
    private static final Xnio INSTANCE = load();

    private static Xnio load() {
      Logger greeter = Logger.getLogger("org.xnio");
      Level own = greeter.getLevel();
      if (own == null) {
        greeter.setLevel(Level.WARNING);
      }
      try {
        return Xnio.getInstance(HttpListener.class.getClassLoader());
      } finally {
        greeter.setLevel(own);
      }
    }
  }

  /** XNIO's own adapter would log, on ERROR and with a stack trace, that a socket was closed. */
  private static void accept(
      AcceptingChannel<StreamConnection> socket, ChannelListener<StreamConnection> listener) {
    try {
      for (StreamConnection next = socket.accept(); next != null; next = socket.accept()) {
        ChannelListeners.invokeChannelListener(next, listener);
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "no connection was made of one that came", e);
    }
  }

  /** A thread that closes its own listener cannot wait for its own end. */
  private boolean isOwnThread() {
    return Thread.currentThread().getName().startsWith(worker.getName() + " ");
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // Undertow does the same
  private static ChannelListener<? super AcceptingChannel<org.xnio.ssl.SslConnection>> widened(
      ChannelListener<AcceptingChannel<StreamConnection>> accepting) {
    return (ChannelListener) accepting;
  }
}
