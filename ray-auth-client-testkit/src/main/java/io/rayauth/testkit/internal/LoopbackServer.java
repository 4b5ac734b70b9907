package io.rayauth.testkit.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Listens on a random loopback port and gives every connection a thread. */
public final class LoopbackServer implements AutoCloseable {
  /** One or more exchanges that went silent together. */
  static final class Stall {
    private volatile boolean released;

    boolean isReleased() {
      return released;
    }
  }

  private final ServerSocket listener;
  private final Gatekeeper gate;
  private final Routes routes;
  private final CallLog log = new CallLog();
  private final FaultScript faults = new FaultScript();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger exchanges = new AtomicInteger();
  private final ExecutorService threads;
  private volatile Stall currentStall = new Stall();
  private volatile boolean closed;

  /** Starts to listen. */
  public LoopbackServer(Gatekeeper gate, Routes routes, @Nullable SSLContext tls) {
    this.gate = gate;
    this.routes = routes;
    try {
      listener =
          tls == null ? new ServerSocket() : tls.getServerSocketFactory().createServerSocket();
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 512);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on the loopback address", e);
    }
    String name = "fake-ray-" + listener.getLocalPort();
    AtomicInteger count = new AtomicInteger();
    threads =
        Executors.newCachedThreadPool(work -> {
          Thread thread = new Thread(work, name + "-" + count.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
    threads.execute(this::listen);
  }

  private void listen() {
    while (!closed) {
      try {
        Socket socket = listener.accept();
        sockets.add(socket);
        if (closed) {
          socket.close();
          return;
        }
        threads.execute(() -> serve(socket));
      } catch (IOException | RejectedExecutionException closing) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (Socket open = socket) {
      open.setTcpNoDelay(true);
      new Connection(open, this).serve();
    } catch (IOException clientLeft) {
      // nothing to do: the socket is closed and the test looks at what the client saw
    } finally {
      sockets.remove(socket);
    }
  }

  CallLog.Call begin(Request head) {
    exchanges.incrementAndGet();
    return log.begin(head);
  }

  void end() {
    exchanges.decrementAndGet();
  }

  Response handle(Request request) throws IOException {
    return routes.handle(request);
  }

  Stall stall() {
    return currentStall;
  }

  boolean isClosed() {
    return closed;
  }

  /** Lets all stalled exchanges go on. */
  public void releaseStalled() {
    Stall over = currentStall;
    currentStall = new Stall();
    over.released = true;
  }

  public Gatekeeper gate() {
    return gate;
  }

  public CallLog log() {
    return log;
  }

  public FaultScript faults() {
    return faults;
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Connections, idle ones included. */
  public int openSockets() {
    return sockets.size();
  }

  /** Requests without a complete answer, and WebSockets. */
  public int openExchanges() {
    return exchanges.get();
  }

  /** Closes all sockets and waits for their threads. */
  @Override
  public void close() {
    closed = true;
    try {
      listener.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the fake Ray", e);
    }
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a thread of the fake Ray does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
