package io.rayauth.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Runs a Kubernetes of real parts on loopback until it is closed: API server, controllers, KubeRay
 * operator, and kwok as the kubelet.
 *
 * <p>A pod is an entry only, until {@link #runHead} starts what its containers would run. Safe for
 * use by many threads; every method blocks until what it asks for is done. Logs of all parts are in
 * {@code target/kube} after the end.
 */
final class KubeStack implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final PythonProgram program;
  private final JsonNode description;

  private KubeStack(PythonProgram program, JsonNode description) {
    this.program = program;
    this.description = description;
  }

  /**
   * Starts everything and blocks until it is ready, for about 20 seconds.
   *
   * @throws IllegalStateException if a part is not built or does not come up; the message says why
   */
  static KubeStack start() {
    PythonProgram program =
        PythonProgram.start(
            "the Kubernetes of real parts",
            "kube/stack.py",
            List.of("--state", PythonProgram.module().resolve("target/kube").toString()));
    return new KubeStack(program, JSON.readTree(program.firstLine("{")));
  }

  /** Returns the kubeconfig of the admin, who may do everything. */
  Path kubeconfig() {
    return path("kubeconfig");
  }

  /** Returns the address of the API server. */
  URI server() {
    return URI.create(description.path("server").asString());
  }

  /** Returns the certificate to trust when talking to the API server, as PEM. */
  Path ca() {
    return path("ca");
  }

  private Path path(String name) {
    return Path.of(description.path(name).asString());
  }

  /**
   * Runs the processes of a RayCluster's head pod: Ray in the mode that the operator put into the
   * pod and, if the pod has one, kube-rbac-proxy. Then leads the pod's ports there, which takes
   * about ten seconds in all. Ends the processes of an earlier call for the same cluster first.
   *
   * @throws IllegalStateException if the cluster has no head pod within a minute, or a process does
   *     not come up
   */
  Head runHead(String namespace, String cluster) {
    JsonNode head =
        order("run-head", Map.of("namespace", namespace, "cluster", cluster)).path("result");
    Map<Integer, Integer> ports = new TreeMap<>();
    for (Map.Entry<String, JsonNode> port : head.path("ports").properties()) {
      ports.put(Integer.valueOf(port.getKey()), port.getValue().asInt());
    }
    return new Head(head.path("scheme").asString(), Map.copyOf(ports));
  }

  /** Ends the processes of a head, if it has any; its RayCluster and pod stay. */
  void stopHead(String namespace, String cluster) {
    order("stop-head", Map.of("namespace", namespace, "cluster", cluster));
  }

  /** Leads a container port of every pod of a namespace to a port on loopback. */
  void route(String namespace, int containerPort, int port) {
    order("route", Map.of("namespace", namespace, "container_port", containerPort, "port", port));
  }

  /**
   * Breaks all connections to the pods of a namespace, as happens by itself when a head pod is
   * deleted. New ones go through.
   */
  void cutConnections(String namespace) {
    order("cut", Map.of("namespace", namespace));
  }

  /** Makes the API server take a token for a user, as one of a cloud's IAM. */
  void addCloudToken(String token, String user, Collection<String> groups) {
    order("add-cloud-token", Map.of("token", token, "user", user, "groups", List.copyOf(groups)));
  }

  /**
   * Takes a cloud token back; the API server still takes it for a second, kube-rbac-proxy for two
   * minutes.
   */
  void revokeCloudToken(String token) {
    order("revoke-cloud-token", Map.of("token", token));
  }

  /** Kills the API server; all else stays up. */
  void stopApiServer() {
    order("stop-api-server", Map.of());
  }

  /**
   * Kills the API server if it runs, and starts it again with the same port, certificate and data.
   */
  void restartApiServer() {
    order("restart-api-server", Map.of());
  }

  /** Starts another API server, which knows nothing of KubeRay, and returns its kubeconfig. */
  Path startBareApiServer() {
    return Path.of(
        order("start-bare-api-server", Map.of()).path("result").path("kubeconfig").asString());
  }

  /** Kills the other API server. */
  void stopBareApiServer() {
    order("stop-bare-api-server", Map.of());
  }

  private JsonNode order(String name, Map<String, ?> details) {
    ObjectNode order = JSON.valueToTree(details);
    order.put("order", name);
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(path("orders")));
      ByteBuffer line = StandardCharsets.UTF_8.encode(JSON.writeValueAsString(order) + "\n");
      while (line.hasRemaining()) {
        channel.write(line);
      }
      channel.shutdownOutput();
      JsonNode answer = JSON.readTree(Channels.newInputStream(channel).readAllBytes());
      if (answer.has("error")) {
        throw new IllegalStateException(name + ": " + answer.path("error").asString());
      }
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException("the Kubernetes of real parts does not take orders", e);
    }
  }

  /**
   * Ends every process that was started; blocks until they are gone.
   *
   * @throws IllegalStateException if a part ended before, or does not end
   */
  @Override
  public void close() {
    program.close();
  }

  /**
   * Tells what runs for a head pod.
   *
   * @param scheme {@code kube-rbac-proxy}, {@code token}, {@code k8s} or {@code open}
   * @param ports for each container port that is led to a process, the port of that process
   */
  record Head(String scheme, Map<Integer, Integer> ports) {

    /** Returns the address of the process behind the pod's port 8265, without the port-forward. */
    URI dashboard() {
      Integer port = ports.get(8265);
      if (port == null) {
        throw new IllegalStateException(
            "port 8265 leads nowhere; led are " + Set.copyOf(ports.keySet()));
      }
      return URI.create("http://127.0.0.1:" + port);
    }
  }
}
