package io.rayauth.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.JobClient;
import io.rayauth.examples.guide.FakeKubernetes;
import io.rayauth.gke.GkeClusterRef;
import io.rayauth.gke.GkeClusters;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.RuntimeEnv;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.Route;
import io.rayauth.kubernetes.ServiceAccountTokenProvider;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.FakeUser;
import io.rayauth.testkit.Gate;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ReadmeSnippets {
  @Test
  void submit_onTheFake_runsTheJob(@TempDir Path folder) throws Exception {
    Path tokenFile = Files.writeString(folder.resolve("token"), "canary-readme\n");
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken("canary-readme")).start()) {
      String url = ray.url().toString();

      // @start region=submit
      try (JobClient client =
          JobClient.builder(url).tokenProvider(TokenProvider.ofFile(tokenFile)).build()) {
        JobSpec spec =
            JobSpec.running("echo Hello from $WHO")
                .runtimeEnv(RuntimeEnv.builder().envVar("WHO", "Ray").build())
                .build();
        JobId id = client.submit(spec).id();
        JobDetails job = client.follow(id, System.out::println);
        System.out.println(job.id() + " " + job.status());
      }
      // @end

      assertThat(ray.jobs())
          .singleElement()
          .returns("echo Hello from $WHO", FakeRay.Job::entrypoint)
          .returns("SUCCEEDED", FakeRay.Job::status);
    }
  }

  @Test
  void kubernetes_onTheFake_runsTheJob() {
    RayClusterRef ref = RayClusterRef.of("default", "trainer");
    String account = FakeKubernetes.tokenOf("default", "ray-user");
    FakeUser user =
        FakeUser.named("system:serviceaccount:default:ray-user").token(account).verbs("*");
    try (FakeKubernetes fake = new FakeKubernetes();
        KubernetesClient kubernetes = fake.client();
        FakeRay ray = FakeRay.builder().gate(Gate.kubeRbacProxy(user)).start()) {
      RayClusters.using(kubernetes)
          .deploy(RayClusterSpec.of(ref).rayVersion("2.46.0").kubeRbacProxy().build());
      // The fake forwards no ports, so the connection of the README is given an address.
      connect(kubernetes, ref, Route.to(ray.url().toString()));

      assertThat(ray.jobs()).hasSize(1);
    }
  }

  /** On this machine there is nobody to be, which the build sees to. */
  @Test
  void gke_withoutCredentials_listsEveryPlace() {
    assertThatThrownBy(ReadmeSnippets::connectOnGke)
        .isInstanceOf(TokenUnavailableException.class)
        .hasMessageContaining("GOOGLE_APPLICATION_CREDENTIALS is not set")
        .hasMessageContaining("gcloud auth application-default login");
  }

  private static void connectOnGke() {
    // @start region=gke
    GkeClusterRef gke = GkeClusterRef.of("my-project", "us-west1-b", "kuberay-cluster");
    RayClusterRef ray = RayClusterRef.of("default", "ray-cluster-with-auth");
    try (RayConnection connection = GkeClusters.connect(gke, ray)) {
      JobId id = connection.jobs().submit(JobSpec.running("echo hello").build()).id();
      connection.jobs().follow(id, System.out::println);
    }
    // @end
  }

  private static void connect(KubernetesClient kubernetes, RayClusterRef cluster, Route route) {
    // @start region=kubernetes
    try (RayConnection connection =
        RayClusters.using(kubernetes)
            .connecting(cluster)
            .route(route) // Route.automatic(): a port-forward, or DNS inside Kubernetes
            .tokenProvider(ServiceAccountTokenProvider.of(kubernetes, "default", "ray-user"))
            .connect()) {
      JobId id = connection.jobs().submit(JobSpec.running("echo hello").build()).id();
      connection.jobs().follow(id, System.out::println);
    }
    // @end
  }
}
