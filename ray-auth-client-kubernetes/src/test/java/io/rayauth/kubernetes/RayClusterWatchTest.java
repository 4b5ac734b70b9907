package io.rayauth.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.cluster.RayResources;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Timeout(180)
@Execution(ExecutionMode.SAME_THREAD) // the mock server is a field of the class
@EnableKubernetesMockClient(crud = true)
class RayClusterWatchTest {
  KubernetesMockServer server;

  KubernetesClient client;

  private final List<String> events = new CopyOnWriteArrayList<>();

  @BeforeEach
  void knowRayClusters() {
    server.expectCustomResource(
        new CustomResourceDefinitionContext.Builder()
            .withGroup("ray.io")
            .withVersion("v1")
            .withKind("RayCluster")
            .withPlural("rayclusters")
            .withScope("Namespaced")
            .build());
  }

  private static GenericKubernetesResource cluster(String name, String rayVersion) {
    GenericKubernetesResource cluster = new GenericKubernetesResource();
    cluster.setApiVersion("ray.io/v1");
    cluster.setKind("RayCluster");
    cluster.setMetadata(new ObjectMetaBuilder().withNamespace("default").withName(name).build());
    cluster.setAdditionalProperty("spec", Map.of("rayVersion", rayVersion));
    return cluster;
  }

  private void create(String name) {
    RayResources.rayClusters(client)
        .inNamespace("default")
        .resource(cluster(name, "2.55.0"))
        .create();
  }

  private void note(RayClusterEvent event) {
    events.add(
        "%s %s %s"
            .formatted(
                event.type(),
                event.cluster().ref().name(),
                event.cluster().rayVersion().orElse("")));
  }

  private static ConditionFactory patiently() {
    return await().atMost(Duration.ofSeconds(40));
  }

  private void seen(String... expected) {
    patiently().untilAsserted(() -> assertThat(events).containsExactly(expected));
  }

  @Test
  void watch_reportsWhatIsThereAndWhatHappens() {
    create("old");
    RayClusters clusters = RayClusters.using(client);
    try (RayClusterWatch watch = clusters.watch("default", this::note)) {
      seen("ADDED old 2.55.0");
      create("new");
      seen("ADDED old 2.55.0", "ADDED new 2.55.0");
      RayResources.rayClusters(client)
          .inNamespace("default")
          .resource(cluster("new", "2.56.0"))
          .update();
      seen("ADDED old 2.55.0", "ADDED new 2.55.0", "CHANGED new 2.56.0");
      RayResources.rayClusters(client).inNamespace("default").withName("new").delete();
      seen("ADDED old 2.55.0", "ADDED new 2.55.0", "CHANGED new 2.56.0", "DELETED new 2.56.0");
      patiently().until(watch::isConnected);
    }
  }

  @Test
  void watch_whenOneClusterIsMeant_reportsNoOther() {
    RayClusters clusters = RayClusters.using(client);
    try (RayClusterWatch watch = clusters.watch(RayClusterRef.of("default", "mine"), this::note)) {
      create("other");
      create("mine");
      seen("ADDED mine 2.55.0");
      patiently().until(watch::isConnected);
    }
  }

  @Test
  void watch_whenTheConsumerFails_goesOn() {
    RayClusters clusters = RayClusters.using(client);
    try (RayClusterWatch watch =
        clusters.watch(
            "default",
            event -> {
              note(event);
              throw new IllegalStateException("on purpose");
            })) {
      create("a");
      create("b");
      seen("ADDED a 2.55.0", "ADDED b 2.55.0");
      patiently().until(watch::isConnected);
    }
  }

  @Test
  void close_endsTheReports() {
    RayClusterWatch watch = RayClusters.using(client).watch("default", this::note);
    watch.close();
    watch.close();
    create("late");

    assertThat(watch.isConnected()).isFalse();
    assertThat(events).isEmpty();
  }

  @Test
  void watch_whenTheCallerMayNot_failsAtOnce() {
    try (FakeApiServer refusing = new FakeApiServer()) {
      refusing.refuse(call -> true, 403, "rayclusters is forbidden");

      assertThatExceptionOfType(RayKubernetesException.class)
          .isThrownBy(() -> RayClusters.using(refusing.client()).watch("default", this::note))
          .withMessageContaining("watching the RayClusters of namespace default failed")
          .returns(Reason.FORBIDDEN, RayKubernetesException::reason);
    }
  }
}
