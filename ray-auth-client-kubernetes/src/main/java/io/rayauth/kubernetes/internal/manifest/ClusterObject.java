package io.rayauth.kubernetes.internal.manifest;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.rayauth.kubernetes.AuthScheme;
import io.rayauth.kubernetes.KubeRbacProxyOptions;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayNode;
import io.rayauth.kubernetes.Toleration;
import io.rayauth.kubernetes.WorkerGroup;
import io.rayauth.kubernetes.internal.cluster.CustomResource;
import io.rayauth.kubernetes.internal.cluster.RayResources;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the RayCluster itself. */
final class ClusterObject {
  private static final int DASHBOARD_PORT = 8265;

  /** Where the dashboard hides behind the proxy, as in Ray's guide. */
  private static final int HIDDEN_PORT = 8443;

  private static final String CONFIG_FOLDER = "/etc/kube-rbac-proxy";
  private static final String TLS_FOLDER = "/etc/kube-rbac-proxy-tls";

  /**
   * The guide's; the operator's own probes before KubeRay 1.6 would ask the proxy, without a token.
   */
  private static final String HEALTHY =
      "wget -T 2 -q -O- http://localhost:52365/api/local_raylet_healthz | grep success"
          + " && wget -T 10 -q -O- http://localhost:8443/api/gcs_healthz | grep success";

  private final RayClusterSpec spec;
  private final SchemeObjects beside;

  ClusterObject(RayClusterSpec spec) {
    this.spec = spec;
    this.beside = new SchemeObjects(spec.ref());
  }

  /**
   * Makes the object.
   *
   * @param before what is there already; with autoscaling, its number of replicas stays
   */
  ManifestObject over(@Nullable CustomResource before) {
    Map<String, String> labels = new LinkedHashMap<>(spec.labels());
    labels.putAll(Ownership.labels(spec.ref()));
    return ManifestObject.of(
        RayResources.RAY_CLUSTER,
        new ObjectMetaBuilder()
            .withNamespace(spec.ref().namespace())
            .withName(spec.ref().name())
            .withLabels(labels)
            .withAnnotations(spec.annotations())
            .build(),
        Map.of("spec", content(before)));
  }

  private Map<String, Object> content(@Nullable CustomResource before) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put("rayVersion", spec.rayVersion());
    switch (spec.scheme()) {
      case RAY_TOKEN -> {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("mode", "token");
        spec.secretName().ifPresent(secret -> options.put("secretName", secret));
        content.put("authOptions", options);
      }
      case KUBERNETES_TOKEN ->
          content.put("authOptions", Map.of("mode", "token", "enableK8sTokenAuth", true));
      case KUBE_RBAC_PROXY, OPEN -> {}
    }
    if (spec.autoscaling()) {
      content.put("enableInTreeAutoscaling", true);
    }
    content.put("suspend", spec.suspended());
    content.put("headGroupSpec", head());
    content.put(
        "workerGroupSpecs", spec.workerGroups().stream().map(g -> workers(g, before)).toList());
    return content;
  }

  private boolean hasProxy() {
    return spec.scheme() == AuthScheme.KUBE_RBAC_PROXY;
  }

  private Map<String, Object> head() {
    RayNode node = spec.head();
    Map<String, String> startParams = new LinkedHashMap<>(node.rayStartParams());
    Map<String, Object> container = rayContainer("ray-head", node);
    container.put(
        "ports",
        List.of(
            port(6379, hasProxy() ? "gcs" : "gcs-server"),
            port(DASHBOARD_PORT, "dashboard"),
            port(10001, "client")));
    List<Map<String, Object>> containers = new ArrayList<>(List.of(container));
    Map<String, Object> pod = pod(node, beside.headServiceAccount(spec), containers);
    if (hasProxy()) {
      startParams.put("dashboard-host", "127.0.0.1");
      startParams.put("dashboard-port", Integer.toString(HIDDEN_PORT));
      container.put("readinessProbe", probe(10, 10));
      container.put("livenessProbe", probe(120, 30));
      containers.add(proxyContainer(spec.proxyOptions()));
      pod.put("volumes", proxyVolumes(spec.proxyOptions()));
    }
    // Never empty: where an apply takes the last entry away from a map, null is left and refused.
    // The
    // operator adds this one itself.
    startParams.putIfAbsent("dashboard-host", "0.0.0.0");
    Map<String, Object> head = new LinkedHashMap<>();
    head.put("rayStartParams", startParams);
    head.put("template", template(node, pod));
    return head;
  }

  private Map<String, Object> workers(WorkerGroup group, @Nullable CustomResource before) {
    Map<String, Object> workers = new LinkedHashMap<>();
    workers.put("groupName", group.name());
    workers.put("replicas", replicas(group, before));
    workers.put("minReplicas", group.minReplicas());
    workers.put("maxReplicas", group.maxReplicas());
    if (group.hosts() > 1) {
      workers.put("numOfHosts", group.hosts());
    }
    workers.put("rayStartParams", group.node().rayStartParams());
    workers.put(
        "template",
        template(
            group.node(),
            pod(
                group.node(),
                beside.workerServiceAccount(spec),
                List.of(rayContainer("ray-worker", group.node())))));
    return workers;
  }

  /** The autoscaler writes its decision into the same field, and must not be overruled. */
  private long replicas(WorkerGroup group, @Nullable CustomResource before) {
    if (before == null || !spec.autoscaling()) {
      return group.replicas();
    }
    return before.list("spec", "workerGroupSpecs").stream()
        .filter(found -> group.name().equals(found.get("groupName")))
        .flatMapToLong(found -> CustomResource.whole(found, "replicas").stream())
        .map(found -> Math.max(group.minReplicas(), Math.min(found, group.maxReplicas())))
        .findFirst()
        .orElse(group.replicas());
  }

  private Map<String, Object> rayContainer(String name, RayNode node) {
    Map<String, String> env = new LinkedHashMap<>(node.env());
    boolean rayAsksByItself = spec.isRayAtLeast(2, 61);
    if (rayAsksByItself && (hasProxy() || spec.scheme() == AuthScheme.OPEN)) {
      env.put("RAY_AUTH_MODE", "disabled");
    }
    Map<String, Object> container = new LinkedHashMap<>();
    container.put("name", name);
    container.put("image", node.image().orElse(spec.image()));
    if (!env.isEmpty()) {
      container.put(
          "env",
          env.entrySet().stream()
              .map(entry -> Map.of("name", entry.getKey(), "value", entry.getValue()))
              .toList());
    }
    Map<String, String> quantities = node.resources().quantities();
    container.put("resources", Map.of("limits", quantities, "requests", quantities));
    return container;
  }

  private static Map<String, Object> pod(
      RayNode node, String serviceAccount, List<Map<String, Object>> containers) {
    Map<String, Object> pod = new LinkedHashMap<>();
    if (!serviceAccount.isEmpty()) {
      pod.put("serviceAccountName", serviceAccount);
    }
    pod.put("containers", containers);
    if (!node.nodeSelector().isEmpty()) {
      pod.put("nodeSelector", node.nodeSelector());
    }
    if (!node.tolerations().isEmpty()) {
      pod.put("tolerations", node.tolerations().stream().map(ClusterObject::toleration).toList());
    }
    return pod;
  }

  private static Map<String, Object> toleration(Toleration toleration) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("key", toleration.key());
    if (toleration.value().isEmpty()) {
      entry.put("operator", "Exists");
    } else {
      entry.put("operator", "Equal");
      entry.put("value", toleration.value());
    }
    if (!toleration.effect().isEmpty()) {
      entry.put("effect", toleration.effect());
    }
    return entry;
  }

  private static Map<String, Object> template(RayNode node, Map<String, Object> pod) {
    return node.labels().isEmpty()
        ? Map.of("spec", pod)
        : Map.of("metadata", Map.of("labels", node.labels()), "spec", pod);
  }

  private static Map<String, Object> port(int number, String name) {
    return Map.of("containerPort", number, "name", name);
  }

  private static Map<String, Object> probe(int failures, int delay) {
    Map<String, Object> probe = new LinkedHashMap<>();
    probe.put("exec", Map.of("command", List.of("bash", "-c", HEALTHY)));
    probe.put("failureThreshold", failures);
    probe.put("initialDelaySeconds", delay);
    probe.put("periodSeconds", 5);
    probe.put("successThreshold", 1);
    probe.put("timeoutSeconds", 2);
    return probe;
  }

  private static Map<String, Object> proxyContainer(KubeRbacProxyOptions options) {
    List<String> arguments = new ArrayList<>();
    arguments.add(
        (options.usesTls() ? "--secure-listen-address" : "--insecure-listen-address")
            + "=0.0.0.0:"
            + DASHBOARD_PORT);
    arguments.add("--upstream=http://127.0.0.1:" + HIDDEN_PORT + "/");
    arguments.add("--config-file=" + CONFIG_FOLDER + "/config-file.yaml");
    arguments.add("--logtostderr=true");
    List<Map<String, Object>> mounts = new ArrayList<>();
    mounts.add(Map.of("name", "config", "mountPath", CONFIG_FOLDER));
    if (options.tlsSecret().isPresent()) {
      arguments.add("--tls-cert-file=" + TLS_FOLDER + "/tls.crt");
      arguments.add("--tls-private-key-file=" + TLS_FOLDER + "/tls.key");
      mounts.add(Map.of("name", "tls", "mountPath", TLS_FOLDER, "readOnly", true));
    }
    if (options.isHttp2Disabled()) {
      arguments.add("--http2-disable=true");
    }
    if (!options.openPaths().isEmpty()) {
      arguments.add("--ignore-paths=" + String.join(",", options.openPaths()));
    }
    if (!options.audiences().isEmpty()) {
      arguments.add("--auth-token-audiences=" + String.join(",", options.audiences()));
    }
    Map<String, Object> container = new LinkedHashMap<>();
    container.put("name", "kube-rbac-proxy");
    container.put("image", options.image());
    container.put("args", arguments);
    container.put("volumeMounts", mounts);
    return container;
  }

  private List<Map<String, Object>> proxyVolumes(KubeRbacProxyOptions options) {
    List<Map<String, Object>> volumes = new ArrayList<>();
    volumes.add(Map.of("name", "config", "configMap", Map.of("name", beside.proxyName())));
    options
        .tlsSecret()
        .ifPresent(
            secret -> volumes.add(Map.of("name", "tls", "secret", Map.of("secretName", secret))));
    return volumes;
  }
}
