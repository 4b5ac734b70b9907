package io.rayauth.benchmarks;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.Route;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Connects once, in a JVM that has done nothing else, and prints the nanoseconds. */
public final class ColdConnect {
  private ColdConnect() {}

  /** Connects; takes kubeconfig, namespace and name. */
  public static void main(String[] args) {
    long start = System.nanoTime();
    try (KubernetesClient kubernetes = KubernetesSideBySide.client(Path.of(args[0]));
        RayConnection connection =
            RayClusters.using(kubernetes)
                .connecting(RayClusterRef.of(args[1], args[2]))
                .route(Route.portForward())
                .connect()) {
      long connected = System.nanoTime() - start;
      connection.jobs(); // open until here
      System.out.println(connected);
    }
  }

  /** Has another JVM connect, and returns how long that took it, its own start left out. */
  static long nanos(Path kubeconfig, RayClusterRef cluster) {
    try (ServerProcess other =
        ServerProcess.start(
            ColdConnect.class, kubeconfig.toString(), cluster.namespace(), cluster.name())) {
      return Long.parseLong(other.line());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
