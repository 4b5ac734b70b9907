package io.rayauth.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Gives orders to the Kubernetes that {@code e2e/kube/up.sh} has brought up. */
final class KubeStack {
  private static final Path STATE = Path.of("e2e", ".cache", "running", "kube");

  /**
   * Finds it.
   *
   * @throws IllegalStateException if it is not up
   */
  KubeStack() {
    if (!Files.exists(STATE.resolve("orders"))) {
      throw new IllegalStateException("no Kubernetes is up; e2e/kube/up.sh brings one up");
    }
  }

  Path kubeconfig() {
    return STATE.resolve("kubeconfig");
  }

  /** Leads the dashboards of a namespace's head pods to a port of this machine. */
  void route(String namespace, int containerPort, int port) {
    tell("route", "namespace=" + namespace, "container_port=" + containerPort, "port=" + port);
  }

  /** Breaks the connections of a namespace's pods, as they break with a pod. */
  void cut(String namespace) {
    tell("cut", "namespace=" + namespace);
  }

  private static void tell(String... order) {
    List<String> command = new ArrayList<>(List.of("e2e/kube/tell.py"));
    command.addAll(Arrays.asList(order));
    Command.run(command);
  }
}
