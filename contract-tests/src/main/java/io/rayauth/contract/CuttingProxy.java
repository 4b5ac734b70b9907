package io.rayauth.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * Stands between a client and a cluster and cuts connections after any number of bytes that came
 * from the cluster: within the answer to a handshake, a header of a frame, a character. Every other
 * cut is a reset.
 *
 * <p>Thread-safe.
 */
public final class CuttingProxy implements AutoCloseable {
  /** Within the heads of answers and the first frames. */
  private static final int SOON = 1500;

  private final URI target;
  private final RandomGenerator random;
  private final int cuts;
  private final int latest;
  private final ServerSocket listener;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private int done;

  private CuttingProxy(URI target, RandomGenerator random, int cuts, int latest) {
    this.target = target;
    this.random = random;
    this.cuts = cuts;
    this.latest = latest;
    try {
      this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    threads.execute(this::accept);
  }

  /**
   * Starts a proxy that makes so many cuts and then none.
   *
   * @param target the address of the dashboard
   * @param random where cuts come from
   * @param cuts how many connections are cut
   * @param latest after how many bytes a cut comes at the latest; half of them come much earlier
   * @return the running proxy; close it
   */
  public static CuttingProxy inFrontOf(URI target, RandomGenerator random, int cuts, int latest) {
    return new CuttingProxy(target, random, cuts, latest);
  }

  /**
   * Returns where it listens.
   *
   * @return an http address
   */
  public URI url() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  /**
   * Returns how many connections were cut so far.
   *
   * @return at most as many as it was to cut
   */
  public int cuts() {
    lock.lock();
    try {
      return done;
    } finally {
      lock.unlock();
    }
  }

  /** Closes all connections and waits for the threads. */
  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
      threads.shutdown();
      if (!threads.awaitTermination(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a thread of the proxy is left");
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
        threads.execute(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket server = new Socket(target.getHost(), target.getPort())) {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      open.add(client);
      open.add(server);
      if (listener.isClosed()) {
        return;
      }
      threads.execute(() -> forward(client, server));
      backward(server, client);
    } catch (IOException left) {
      // One of both has closed: the other one is closed by this.
    } finally {
      open.remove(client);
    }
  }

  private void forward(Socket client, Socket server) {
    try (server) {
      client.getInputStream().transferTo(server.getOutputStream());
    } catch (IOException left) {
      // As above.
    } finally {
      open.remove(server);
    }
  }

  private void backward(Socket server, Socket client) throws IOException {
    long left = allowance();
    InputStream in = server.getInputStream();
    OutputStream out = client.getOutputStream();
    byte[] portion = new byte[1 << 14];
    for (int read = in.read(portion); read >= 0; read = in.read(portion)) {
      boolean cut = read >= left && cuts(client);
      out.write(portion, 0, cut ? (int) left : read);
      if (cut) {
        return;
      }
      left -= read;
    }
  }

  private long allowance() {
    lock.lock();
    try {
      return 1L + random.nextInt(random.nextBoolean() ? SOON : latest);
    } finally {
      lock.unlock();
    }
  }

  /** Counts a cut, unless there were enough of them. */
  private boolean cuts(Socket client) throws IOException {
    lock.lock();
    try {
      if (done == cuts) {
        return false;
      }
      done++;
      client.setSoLinger(done % 2 == 0, 0);
      return true;
    } finally {
      lock.unlock();
    }
  }
}
