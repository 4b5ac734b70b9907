package io.rayauth.kubernetes.internal.tunnel;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.error.RayTransportException;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.time.TimeSource;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Listens on a port of loopback and forwards every connection to the dashboard of the cluster's
 * current head pod, through the Kubernetes API.
 *
 * <p>Thread-safe. Two daemon threads for each connection, one that accepts. Heals by itself: a new
 * connection waits for a new head pod, or for an API server that is back, before anything is lost.
 */
public final class Tunnel implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Tunnel.class.getName());
  private static final Duration LAST_THREADS = Duration.ofSeconds(5);

  /** A process that may open no more files at the moment is not to spin until it may. */
  private static final Duration AFTER_FAILURE = Duration.ofMillis(100);

  private final ServerSocket listener;
  private final Dialer dialer;
  private final TimeSource time;
  private final Set<TunnelConnection> connections = ConcurrentHashMap.newKeySet();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();

  private Tunnel(
      ServerSocket listener,
      KubernetesClient client,
      Supplier<RayClusterRef> cluster,
      int port,
      Duration patience,
      TimeSource time) {
    this.listener = listener;
    HeadTarget target =
        new HeadTarget(() -> HeadPodFinder.find(client, cluster), time, this::resetOthers);
    this.dialer = new Dialer(client, port, target, patience, time);
    this.time = time;
  }

  /**
   * Opens a tunnel; asks the API server for nothing yet.
   *
   * @param client stays the caller's
   * @param cluster which cluster's head, asked whenever one is looked for
   * @param port where the dashboard listens in the pod
   * @param patience how long a new connection waits for a head pod
   * @param time the clock
   */
  public static Tunnel open(
      KubernetesClient client,
      Supplier<RayClusterRef> cluster,
      int port,
      Duration patience,
      TimeSource time) {
    try {
      return open(new ServerSocket(), client, cluster, port, patience, time);
    } catch (IOException e) {
      throw RayTransportException.notSent("no port of loopback could be listened on", e, 0);
    }
  }

  /** Takes the socket that listens, for tests. */
  static Tunnel open(
      ServerSocket listener,
      KubernetesClient client,
      Supplier<RayClusterRef> cluster,
      int port,
      Duration patience,
      TimeSource time)
      throws IOException {
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Tunnel tunnel = new Tunnel(listener, client, cluster, port, patience, time);
    tunnel.start("accept", tunnel::accept);
    return tunnel;
  }

  /** Returns the port on loopback. */
  public int port() {
    return listener.getLocalPort();
  }

  /**
   * Tries the way once, so that what is missing is said in Kubernetes' terms.
   *
   * @return the head pod that was reached, such as {@code default/trainer-head-x2x9p}
   * @throws RayKubernetesException if there is no way, or no right to go it
   */
  public String probe() {
    PodStream stream = dialer.dial(dialer.deadline());
    stream.close();
    return stream.pod().toString();
  }

  /**
   * Says why a connection was cut last.
   *
   * @return empty if there was none, or one has been answered since
   */
  public Optional<String> lastFailure() {
    return Optional.ofNullable(dialer.lastFailure());
  }

  /** Closes the port and all connections, and waits until their threads have ended. */
  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "already closed", e);
    }
    dialer.close();
    connections.forEach(TunnelConnection::reset);
    boolean interrupted = false;
    for (Thread thread : threads) {
      thread.interrupt();
      try {
        thread.join(TimeUnit.NANOSECONDS.toMillis(LAST_THREADS.toNanos()));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void accept() {
    try {
      while (!listener.isClosed()) {
        try {
          carry(listener.accept());
        } catch (IOException e) {
          LOG.log(Level.DEBUG, "no connection was accepted", e);
          if (!listener.isClosed()) {
            time.sleep(AFTER_FAILURE);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed meanwhile
    }
  }

  private void carry(Socket local) {
    TunnelConnection connection = new TunnelConnection(local, dialer, time);
    connections.add(connection);
    int number = accepted.incrementAndGet();
    start(
        number + "-down",
        () -> {
          try {
            connection.runDown();
          } finally {
            connections.remove(connection);
          }
        });
    start(number + "-up", connection::runUp);
    if (listener.isClosed()) {
      connection.reset();
    }
  }

  /** A connection to a pod that is the head no longer leads nowhere, though it may stay open. */
  private void resetOthers(HeadPod head) {
    for (TunnelConnection connection : connections) {
      HeadPod pod = connection.pod();
      if (pod != null && !pod.equals(head)) {
        connection.reset();
      }
    }
  }

  private void start(String name, Runnable work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } finally {
                if (!listener.isClosed()) { // else close() waits for it
                  threads.remove(Thread.currentThread());
                }
              }
            },
            "ray-tunnel-" + port() + "-" + name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }
}
