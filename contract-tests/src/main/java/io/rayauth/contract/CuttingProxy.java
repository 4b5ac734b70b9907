package io.rayauth.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
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
  private final LoopbackServer server = LoopbackServer.serving(this::serve);
  private final ReentrantLock lock = new ReentrantLock();
  private int done;

  private CuttingProxy(URI target, RandomGenerator random, int cuts, int latest) {
    this.target = target;
    this.random = random;
    this.cuts = cuts;
    this.latest = latest;
    server.start();
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
    return server.url();
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
    server.close();
  }

  private void serve(Socket client) throws IOException {
    try (Socket cluster = server.connect(target)) {
      client.setTcpNoDelay(true);
      cluster.setTcpNoDelay(true);
      server.beside(() -> forward(client, cluster));
      backward(cluster, client);
    }
  }

  private static void forward(Socket client, Socket cluster) {
    try (cluster) {
      client.getInputStream().transferTo(cluster.getOutputStream());
    } catch (IOException left) {
      // One of both has closed: the other one is closed by this.
    }
  }

  private void backward(Socket cluster, Socket client) throws IOException {
    long left = allowance();
    InputStream in = cluster.getInputStream();
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
