package io.rayauth.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks for a kilobyte again and again, on connections that stay open as a browser's do, one thread
 * for each.
 *
 * @param port on loopback that leads to a {@link ByteServer}
 * @param headers of each request, each with its line end
 */
record BrowserLoad(int port, String headers) {
  private static final int BODY = 1024;
  private static final int BUFFER = 64 * 1024;
  private static final int PATIENCE_MILLIS = 30_000;

  /**
   * Says what came of it.
   *
   * @param answers how many there were
   * @param nanos how long it went on
   * @param p50 nanoseconds that half of the answers took at most
   * @param p99 nanoseconds that 99 % of the answers took at most
   */
  record Result(int answers, long nanos, double p50, double p99) {
    static Result of(long[] latencies, long nanos) {
      long[] sorted = latencies.clone();
      Arrays.sort(sorted);
      return new Result(sorted.length, nanos, quantile(sorted, 0.5), quantile(sorted, 0.99));
    }

    private static double quantile(long[] sorted, double share) {
      return sorted[(int) Math.min(sorted.length - 1L, (long) (share * sorted.length))];
    }

    double perSecond() {
      return answers * 1e9 / nanos;
    }
  }

  /** Asks as fast as answers come. */
  Result full(int connections, long nanos) {
    return run(
        connections,
        (connection, number) -> {
          Latencies latencies = new Latencies();
          long end = System.nanoTime() + nanos;
          for (long start = System.nanoTime(); start < end; ) {
            connection.ask();
            long now = System.nanoTime();
            latencies.add(now - start);
            start = now;
          }
          return latencies;
        });
  }

  /**
   * Asks at a steady rate, whether answers come or not: what waits behind a slow answer has waited
   * since it was due.
   */
  Result steady(int connections, int perSecond, long nanos) {
    long pause = 1_000_000_000L * connections / perSecond;
    return run(
        connections,
        (connection, number) -> {
          Latencies latencies = new Latencies();
          long begin = System.nanoTime() + pause * number / connections;
          for (long due = begin; due < begin + nanos; due += pause) {
            boolean late = System.nanoTime() >= due;
            while (System.nanoTime() < due) {
              LockSupport.parkNanos(due - System.nanoTime());
            }
            long start = late ? due : System.nanoTime(); // waking up late is not the server's doing
            connection.ask();
            latencies.add(System.nanoTime() - start);
          }
          return latencies;
        });
  }

  private interface Share {
    Latencies run(Connection connection, int number) throws IOException;
  }

  private Result run(int connections, Share share) {
    List<Connection> open = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(connections);
    try {
      List<Callable<Latencies>> shares = new ArrayList<>();
      for (int i = 0; i < connections; i++) {
        Connection connection = new Connection();
        open.add(connection);
        connection.ask(); // opens the way behind it, too
        int number = i;
        shares.add(() -> share.run(connection, number));
      }
      long start = System.nanoTime();
      List<long[]> measured = new ArrayList<>();
      for (Future<Latencies> ended : threads.invokeAll(shares)) {
        measured.add(ended.get().toArray());
      }
      long nanos = System.nanoTime() - start;
      return Result.of(measured.stream().flatMapToLong(Arrays::stream).toArray(), nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException | IOException e) {
      throw new IllegalStateException("a GET failed at port " + port, e);
    } finally {
      threads.shutdownNow();
      open.forEach(Connection::close);
    }
  }

  /** Grows without boxing. */
  private static final class Latencies {
    private long[] nanos = new long[1 << 14];
    private int size;

    void add(long latency) {
      if (size == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * size);
      }
      nanos[size++] = latency;
    }

    long[] toArray() {
      return Arrays.copyOf(nanos, size);
    }
  }

  private final class Connection {
    private final byte[] request =
        ("GET " + ByteServer.BYTES + BODY + " HTTP/1.1\r\n" + headers + "\r\n").getBytes(US_ASCII);
    private final byte[] answer = new byte[BUFFER];
    private final Socket socket;

    Connection() throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE_MILLIS);
    }

    void ask() throws IOException {
      socket.getOutputStream().write(request);
      InputStream in = socket.getInputStream();
      int filled = 0;
      int head = -1;
      while (head < 0 || filled < head + BODY) {
        int n = in.read(answer, filled, answer.length - filled);
        if (n < 0) {
          throw new IOException("the connection ended instead of an answer");
        }
        filled += n;
        head = head < 0 ? endOfHead(filled) : head;
      }
    }

    private int endOfHead(int filled) throws IOException {
      for (int i = 3; i < filled; i++) {
        if (answer[i] == '\n' && answer[i - 2] == '\n') {
          String head = new String(answer, 0, 12, US_ASCII);
          if (!head.equals("HTTP/1.1 200")) {
            throw new IOException("no answer but: " + new String(answer, 0, filled, US_ASCII));
          }
          return i + 1;
        }
      }
      return -1;
    }

    void close() {
      try {
        socket.close();
      } catch (IOException gone) {
        // as wanted
      }
    }
  }
}
