package io.rayauth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.JobClient;
import io.rayauth.examples.HttpsFront;
import io.rayauth.examples.gke.FakeGoogle;
import io.rayauth.examples.guide.FakeKubernetes;
import io.rayauth.gke.GcsPackageStore;
import io.rayauth.gke.GkeClusterRef;
import io.rayauth.gke.GkeClusterSpec;
import io.rayauth.gke.GkeClusters;
import io.rayauth.gke.GkeOperation;
import io.rayauth.gke.GoogleTokenProvider;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.kubernetes.RayAccess;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.RayRole;
import io.rayauth.kubernetes.Route;
import io.rayauth.kubernetes.Subject;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.FakeUser;
import io.rayauth.testkit.Gate;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class GkeSnippets {
  private static final String TOKEN = "canary-ya29.ray-user";
  private static final FakeUser USER =
      FakeUser.named(FakeGoogle.ACCOUNT).token(TOKEN).verbs("get", "create");

  private final FakeGoogle google = new FakeGoogle(() -> TOKEN);
  private final FakeKubernetes fake = new FakeKubernetes();
  private final KubernetesClient kubernetes = fake.client();
  private final RayClusterRef cluster = RayClusterRef.of("default", "ray-cluster-with-auth");

  @AfterEach
  void close() {
    kubernetes.close();
    fake.close();
    google.close();
  }

  @Test
  void connect_fromNothingButNames_runsAJob(@TempDir Path folder) throws Exception {
    RayClusters.using(kubernetes)
        .deploy(RayClusterSpec.of(cluster).image("rayproject/ray:2.46.0").kubeRbacProxy().build());
    try (HttpsFront apiServer = HttpsFront.start(folder, "/", fake.url());
        FakeRay ray = FakeRay.builder().gate(Gate.kubeRbacProxy(USER)).start()) {
      google.putCluster(
          GkeClusterRef.of("my-project", "us-west1-b", "kuberay-cluster"),
          apiServer.url(),
          apiServer.certificate());
      GkeClusters clusters = google.clusters();
      Route route = Route.to(ray.url().toString());

      // @start region=connect
      GkeClusterRef ref = GkeClusterRef.of("my-project", "us-west1-b", "kuberay-cluster");
      try (RayConnection connection =
          RayClusters.using(clusters.get(ref).kubernetesClient())
              .connecting(RayClusterRef.of("default", "ray-cluster-with-auth"))
              .route(route)
              .closesClient() // the Kubernetes client is closed with the connection
              .connect()) {
        JobId id = connection.jobs().submit(JobSpec.running("echo hello").build()).id();
        connection.jobs().follow(id, System.out::println);
      }
      // @end
    }
    assertThat(google.given()).isEqualTo(1);
  }

  @Test
  void tokens_ofTheApplicationDefault_areNotFetchedYet() {
    // @start region=tokens
    GoogleTokenProvider tokens = GoogleTokenProvider.applicationDefault();
    // @end

    assertThat(tokens).hasToString("Google's application default credentials");
  }

  @Test
  void grant_toThePrincipal_letsThisIdentityIn() {
    RayClusters.using(kubernetes)
        .deploy(RayClusterSpec.of(cluster).image("rayproject/ray:2.46.0").kubeRbacProxy().build());
    GoogleTokenProvider tokens = google.tokens();

    // @start region=grant
    Subject me = Subject.user(tokens.principal());
    RayAccess.using(kubernetes).grant(cluster, me, RayRole.SUBMITTER);
    // @end

    assertThat(RayAccess.using(kubernetes).canI("create", cluster, FakeGoogle.ACCOUNT)).isTrue();
  }

  @Test
  void jobClient_inAPod_needsNoKubernetesClient() {
    GoogleTokenProvider tokens = google.tokens();
    try (FakeRay ray = FakeRay.builder().gate(Gate.kubeRbacProxy(USER)).start()) {
      String url = ray.url().toString();

      // @start region=in-a-pod
      JobClient jobs = // such as http://ray-cluster-with-auth-head-svc.default.svc:8265
          JobClient.builder(url).tokenProvider(tokens).build();
      // @end

      assertThat(jobs.jobs()).isEmpty();
      jobs.close();
    }
  }

  @Test
  void packageStore_ofABucket_givesAClient() {
    GoogleTokenProvider tokens = google.tokens();
    URI url = URI.create("http://localhost:8265");

    // @start region=packages
    JobClient client =
        JobClient.builder(url)
            .tokenProvider(tokens)
            .packageStore(GcsPackageStore.of("my-bucket").prefix("ray/packages").using(tokens))
            .build();
    // @end

    client.close();
  }

  @Test
  void create_withTheGuidesParameters_waitsForGke() {
    String operations = "projects/my-project/locations/us-west1-b/operations/operation-1";
    google.put(
        "POST",
        "projects/my-project/locations/us-west1-b/clusters",
        "{\"name\":\"operation-1\",\"status\":\"RUNNING\"}");
    google.put("GET", operations, "{\"name\":\"operation-1\",\"status\":\"DONE\"}");
    GkeClusters clusters = google.clusters();

    // @start region=create
    GkeClusterRef ref = GkeClusterRef.of("my-project", "us-west1-b", "kuberay-cluster");
    GkeOperation operation =
        clusters.create(GkeClusterSpec.of(ref).nodes(2).machineType("e2-standard-4"));
    operation.await(
        Duration.ofMinutes(15),
        progress -> System.out.println(progress.state() + " " + progress.detail()));
    // @end

    assertThat(operation.progress().state()).isEqualTo(GkeOperation.State.DONE);
  }
}
