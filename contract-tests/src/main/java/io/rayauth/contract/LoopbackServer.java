package io.rayauth.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Listens on a free loopback port and serves each connection on a thread of its own, until it is
 * closed; no connection and no thread is left then. Thread-safe.
 */
final class LoopbackServer implements AutoCloseable {
  private final Service service;
  private final ServerSocket listener;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private LoopbackServer(Service service) {
    this.service = service;
    try {
      this.listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Serves one connection, which is closed afterwards. */
  interface Service {
    /**
     * Is called on a thread of its own.
     *
     * @throws IOException if the other side has left, or the server was closed
     */
    void serve(Socket client) throws IOException;
  }

  /** Opens the port; connections wait in its queue until {@link #start()}. */
  static LoopbackServer serving(Service service) {
    return new LoopbackServer(service);
  }

  void start() {
    threads.execute(this::accept);
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /** Runs something beside the service of a connection; it ends when its sockets are closed. */
  void beside(Runnable work) {
    threads.execute(work);
  }

  /** Opens a connection to somewhere else that is closed with this server, if not before. */
  Socket connect(URI target) throws IOException {
    Socket socket = new Socket(target.getHost(), target.getPort());
    keep(socket);
    return socket;
  }

  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
      threads.shutdown();
      if (!threads.awaitTermination(20, TimeUnit.SECONDS)) {
        throw new AssertionError("a thread of the server is left");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        keep(client);
        threads.execute(() -> serve(client));
      } catch (IOException | RejectedExecutionException closed) {
        return;
      }
    }
  }

  /** A socket that is opened while the server is closed may have been missed by it. */
  private void keep(Socket socket) throws IOException {
    open.removeIf(Socket::isClosed);
    open.add(socket);
    if (listener.isClosed()) {
      socket.close();
    }
  }

  private void serve(Socket client) {
    try (client) {
      service.serve(client);
    } catch (IOException | RejectedExecutionException disconnected) {
      // One side has left, or the test is over.
    }
  }
}
