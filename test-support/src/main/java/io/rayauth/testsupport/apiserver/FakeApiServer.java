package io.rayauth.testsupport.apiserver;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * Answers reads from a table of objects, forwards ports of pods over SPDY or WebSockets, and
 * forwards {@code services/…/proxy} without the caller's {@code Authorization}, as a kube-apiserver
 * does. Can be restarted on its port.
 */
public final class FakeApiServer implements AutoCloseable {
  private static final Pattern FORWARD =
      Pattern.compile("/api/v1/namespaces/[^/]+/pods/([^/]+)/portforward");
  private static final Pattern PROXY =
      Pattern.compile("(/api/v1/namespaces/[^/]+/services/([^/]+)/proxy)(/.*)");
  private static final Pattern LIST_OF_PODS = Pattern.compile("/api/v1/namespaces/([^/]+)/pods");

  private final Map<String, String> objects = new ConcurrentHashMap<>();
  private final Map<String, String> pods = new ConcurrentHashMap<>();
  private final Map<String, Integer> podPorts = new ConcurrentHashMap<>();
  private final Map<String, Integer> services = new ConcurrentHashMap<>();
  private final Map<String, Refusal> refusals = new ConcurrentHashMap<>();
  private final Set<PortForward> forwards = ConcurrentHashMap.newKeySet();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final int port;
  private volatile @Nullable Integer otherUpgrades;
  private volatile ServerSocket listener;

  private record Refusal(int status, String reason) {}

  /** Starts on a free port of loopback. */
  public FakeApiServer() {
    try {
      listener = listen(0);
      port = listener.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns a client with the token {@code canary-kube}. */
  public KubernetesClient client() {
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl("http://127.0.0.1:" + port)
            .withOauthToken("canary-kube")
            .withNamespace("default")
            .withRequestRetryBackoffLimit(0)
            .withRequestTimeout(5_000)
            .withConnectionTimeout(5_000)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  /** Serves an object at a path. */
  public void put(String path, String json) {
    objects.put(path, json);
  }

  /** Serves an object no longer. */
  public void remove(String path) {
    objects.remove(path);
  }

  /** Adds a ready head pod of cluster {@code trainer} in {@code default}. */
  public void addHead(String name, int dashboardPort) {
    addPod(name, true, "2026-01-01T00:00:%02dZ".formatted(pods.size() % 60));
    podPorts.put(name, dashboardPort);
  }

  /** Adds a head pod that waits for a node. */
  public void addPendingHead(String name) {
    addPod(name, false, "2026-01-02T00:00:00Z");
  }

  private void addPod(String name, boolean ready, String createdAt) {
    pods.put(
        name,
        """
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"%s","namespace":"default","uid":"uid-%s","creationTimestamp":"%s",
        "labels":{"ray.io/cluster":"trainer","ray.io/node-type":"head"}},
        "status":{"phase":"%s","conditions":[{"type":"Ready","status":"%s","message":"0/3 nodes are available: insufficient cpu"}]}}\
        """
            .formatted(
                name, name, createdAt, ready ? "Running" : "Pending", ready ? "True" : "False"));
  }

  /** Kills a pod: its streams are cut and it is listed no longer. */
  public void kill(String pod) {
    pods.remove(pod);
    podPorts.remove(pod);
    forwards.stream().filter(f -> f.pod().equals(pod)).forEach(PortForward::close);
  }

  /** Has the pod forward to another port from now on. */
  public void movePod(String pod, int dashboardPort) {
    podPorts.put(pod, dashboardPort);
  }

  /** Forwards {@code services/NAME/proxy} to a port. */
  public void addService(String segment, int dashboardPort) {
    services.put(segment, dashboardPort);
  }

  /**
   * Lets no other upgrade through than to WebSockets, as some gateways do.
   *
   * @param status what the others are answered; 0 to hang up
   */
  public void onlyWebSockets(int status) {
    otherUpgrades = status;
  }

  /** Refuses requests for a path that ends like this. */
  public void refuse(String pathEnd, int status, String reason) {
    refusals.put(pathEnd, new Refusal(status, reason));
  }

  /** Refuses no longer. */
  public void allow(String pathEnd) {
    refusals.remove(pathEnd);
  }

  /** Returns {@code METHOD path} of every request so far. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  /** Returns how many streams into pods are open. */
  public int openForwards() {
    return forwards.size();
  }

  /** Stops listening and cuts all connections. */
  public void stop() {
    try {
      listener.close();
      for (Socket socket : sockets) {
        socket.close();
      }
      forwards.forEach(PortForward::close);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Listens again on the same port, once no connection that somebody tried meanwhile holds it. */
  public void startAgain() {
    listener =
        Awaitility.await()
            .atMost(Duration.ofSeconds(60))
            .ignoreException(BindException.class)
            .until(() -> listen(port), opened -> true);
  }

  @Override
  public void close() {
    stop();
  }

  private ServerSocket listen(int onPort) throws IOException {
    ServerSocket opened = new ServerSocket();
    opened.setReuseAddress(true);
    opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), onPort));
    thread(
        "accept",
        () -> {
          while (true) {
            Socket socket;
            try {
              socket = opened.accept();
            } catch (IOException closed) {
              return;
            }
            sockets.add(socket);
            thread(
                "serve",
                () -> {
                  try (socket) {
                    serve(socket);
                  } catch (IOException gone) {
                    // the client's or the test's business
                  } finally {
                    sockets.remove(socket);
                  }
                });
          }
        });
    return opened;
  }

  private void serve(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    OutputStream out = socket.getOutputStream();
    for (Head head = Head.read(in); head != null; head = Head.read(in)) {
      requests.add(head.method + " " + head.path);
      Head asked = head;
      Refusal refusal =
          refusals.entrySet().stream()
              .filter(r -> asked.path.endsWith(r.getKey()))
              .map(Map.Entry::getValue)
              .findFirst()
              .orElse(null);
      Matcher forward = FORWARD.matcher(head.path);
      Matcher proxy = PROXY.matcher(head.path);
      if (refusal != null) {
        answer(out, refusal.status, status(refusal.status, refusal.reason, head.path));
      } else if (!"Bearer canary-kube".equals(head.headers.get("authorization"))) {
        answer(out, 401, status(401, "Unauthorized", head.path));
      } else if (forward.matches()) {
        if (!pods.containsKey(forward.group(1))) {
          answer(out, 404, status(404, "NotFound", head.path));
        } else if (otherUpgrades != null && !head.isOf("websocket")) {
          if (otherUpgrades == 0) {
            return;
          }
          answer(out, otherUpgrades, "no such page");
        } else {
          forward(socket, head, forward.group(1));
          return;
        }
      } else if (proxy.matches()) {
        Integer target = services.get(proxy.group(2));
        if (target == null) {
          String name = proxy.group(2).replaceAll(":.*", "");
          answer(out, 404, status(404, "services \\\"" + name + "\\\" not found", head.path));
        } else {
          proxy(socket, head, proxy.group(3), target);
          return;
        }
      } else {
        Matcher list = LIST_OF_PODS.matcher(head.path);
        String name = head.path.substring(head.path.lastIndexOf('/') + 1);
        String found =
            list.matches()
                ? "{\"apiVersion\":\"v1\",\"kind\":\"PodList\",\"metadata\":{},\"items\":["
                    + String.join(",", pods.values())
                    + "]}"
                : head.path.contains("/pods/") ? pods.get(name) : objects.get(head.path);
        answer(
            out,
            found == null ? 404 : 200,
            found == null ? status(404, "NotFound", head.path) : found);
      }
    }
  }

  private void forward(Socket socket, Head head, String pod) throws IOException {
    Integer target = podPorts.get(pod);
    int port = target == null ? 1 : target;
    PortForward forward =
        head.isOf("websocket")
            ? new WebSocketPortForward(socket, pod, port)
            : new SpdyPortForward(socket, pod, port);
    forwards.add(forward);
    try {
      forward.run(head.headers);
    } finally {
      forwards.remove(forward);
    }
  }

  private static void proxy(Socket socket, Head head, String path, int target) throws IOException {
    try (Socket upstream = new Socket(InetAddress.getLoopbackAddress(), target)) {
      StringBuilder request = new StringBuilder(head.method + " " + path + " HTTP/1.1\r\n");
      head.headers.forEach((name, value) -> {
        boolean kept = head.isUpgrade() || !name.equals("connection");
        if (kept && !name.equals("authorization")) {
          request.append(name).append(": ").append(value).append("\r\n");
        }
      });
      if (!head.isUpgrade()) {
        request.append("connection: close\r\n");
      }
      upstream.getOutputStream().write((request + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      Thread up =
          thread(
              "proxy",
              () -> {
                try {
                  socket.getInputStream().transferTo(upstream.getOutputStream());
                } catch (IOException gone) {
                  // the other direction ends it
                }
              });
      upstream.getInputStream().transferTo(socket.getOutputStream());
      socket.close();
      up.interrupt();
    }
  }

  private static void answer(OutputStream out, int status, String json) throws IOException {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    out.write(
        "HTTP/1.1 %d x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            .formatted(status, body.length)
            .getBytes(StandardCharsets.US_ASCII));
    out.write(body);
    out.flush();
  }

  private static String status(int code, String reason, String path) {
    return """
    {"kind":"Status","apiVersion":"v1","status":"Failure","reason":"%s","code":%d,"message":"%s: %s","details":{"name":"%s","kind":"x"}}\
    """
        .formatted(reason, code, reason, path, path.substring(path.lastIndexOf('/') + 1));
  }

  static Thread thread(String name, Runnable work) {
    Thread thread = new Thread(work, "fake-api-server-" + name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** The first line and headers of a request. */
  private record Head(String method, String path, Map<String, String> headers) {
    boolean isOf(String protocol) {
      return protocol.equals(headers.get("upgrade"));
    }

    boolean isUpgrade() {
      return headers.containsKey("upgrade");
    }

    static @Nullable Head read(InputStream in) throws IOException {
      StringBuilder text = new StringBuilder();
      while (text.indexOf("\r\n\r\n") < 0) {
        int b = in.read();
        if (b < 0) {
          return null;
        }
        text.append((char) b);
      }
      String[] lines = text.toString().strip().split("\r\n", -1);
      String[] first = lines[0].split(" ", -1);
      Map<String, String> headers = new LinkedHashMap<>();
      for (int i = 1; i < lines.length; i++) {
        int colon = lines[i].indexOf(':');
        headers.put(
            lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
            lines[i].substring(colon + 1).strip());
      }
      return new Head(first[0], first[1].replaceAll("\\?.*", ""), headers);
    }
  }
}
