package io.rayauth.examples.gke;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rayauth.JobClient;
import io.rayauth.examples.ExampleFailedException;
import io.rayauth.examples.HttpsFront;
import io.rayauth.examples.guide.FakeKubernetes;
import io.rayauth.gke.GkeClusterRef;
import io.rayauth.job.JobId;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.FakeUser;
import io.rayauth.testkit.Gate;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class GkeProgramsTest {
  private static final String TOKEN = "canary-ya29.ray-user";
  private static final GkeClusterRef GKE =
      GkeClusterRef.of("my-project", "us-west1-b", "kuberay-cluster");

  @TempDir Path folder;
  private final FakeGoogle google = new FakeGoogle(() -> TOKEN);
  private final FakeKubernetes kubernetes = new FakeKubernetes();

  @AfterEach
  void close() {
    kubernetes.close();
    google.close();
  }

  @Test
  void submitJobAsGoogleUser_withTheRights_printsWhoItIsAndTheJobsLog() throws Exception {
    try (FakeRay ray = ray("get", "create")) {
      assertThat(submitJob(ray, "--", "echo", "hello"))
          .startsWith("Google identity: " + FakeGoogle.ACCOUNT)
          .contains("hello")
          .anyMatch(line -> line.matches("Job 'raysubmit_\\w+' succeeded"));
    }
  }

  @Test
  void submitJobAsGoogleUser_withoutTheRights_printsTheRoleBinding() throws Exception {
    try (FakeRay ray = ray("get")) {
      assertThatThrownBy(() -> submitJob(ray))
          .isInstanceOf(ExampleFailedException.class)
          .hasMessageContaining("kind: \"RoleBinding\"")
          .hasMessageContaining(FakeGoogle.ACCOUNT);
    }
  }

  @Test
  void submitJobAsGoogleUser_withoutACluster_saysHowToNameOne() {
    assertThatThrownBy(
            () -> SubmitJobAsGoogleUser.run(System.out, google.tokens(), google.clusters()))
        .isInstanceOf(ExampleFailedException.class)
        .hasMessageContaining("gke_P_L_N");
  }

  @Test
  void jobService_onRequest_submitsAndTellsOfTheJob() throws Exception {
    try (FakeRay ray = ray("get", "create");
        JobService service = service(ray)) {
      HttpResponse<String> submitted = send(service, "POST", "/jobs", "echo hello");
      String id = submitted.body().strip();

      assertThat(submitted.statusCode()).isEqualTo(202);
      try (JobClient client = client(ray)) {
        client.await(new JobId(id), Duration.ofSeconds(60));
      }
      assertThat(send(service, "GET", "/jobs/" + id, "").body()).isEqualTo("SUCCEEDED\n");
      assertThat(send(service, "GET", "/healthz", "").body()).isEqualTo("ok\n");
      assertThat(google.given()).isEqualTo(2); // that of the service, and that of this test
    }
  }

  @Test
  void jobService_onWrongRequests_saysWhatIsWrong() throws Exception {
    try (FakeRay ray = ray("get", "create");
        JobService service = service(ray)) {
      assertThat(send(service, "GET", "/jobs/raysubmit_nobody", "").statusCode()).isEqualTo(404);
      assertThat(send(service, "POST", "/jobs", " ").statusCode()).isEqualTo(400);
      assertThat(send(service, "DELETE", "/jobs", "").statusCode()).isEqualTo(405);
      assertThat(send(service, "POST", "/jobs", "x".repeat(20_000)).statusCode()).isEqualTo(413);
    }
  }

  @Test
  void jobService_whenTheClusterRefuses_saysWhoAndHidesTheToken() throws Exception {
    try (FakeRay ray = ray("get");
        JobService service = service(ray)) {
      HttpResponse<String> refused = send(service, "POST", "/jobs", "echo hello");

      assertThat(refused.statusCode()).isEqualTo(502);
      assertThat(refused.body()).contains(FakeGoogle.ACCOUNT);
      assertThat(refused.body().contains("canary-")).isFalse();
    }
  }

  private static FakeRay ray(String... verbs) {
    FakeUser user = FakeUser.named(FakeGoogle.ACCOUNT).token(TOKEN).verbs(verbs);
    return FakeRay.builder().gate(Gate.kubeRbacProxy(user)).start();
  }

  private List<String> submitJob(FakeRay ray, String... more) throws Exception {
    kubernetes.putCluster(
        "default",
        "ray-cluster-with-auth",
        """
        {"headGroupSpec":{"rayStartParams":{"dashboard-host":"127.0.0.1","dashboard-port":"8443"},
         "template":{"spec":{"containers":[{"name":"ray-head","image":"rayproject/ray:2.46.0"},
          {"name":"kube-rbac-proxy","args":["--upstream=http://127.0.0.1:8443/"]}]}}}}
        """);
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (HttpsFront apiServer = HttpsFront.start(folder, "/", kubernetes.url())) {
      google.putCluster(GKE, apiServer.url(), apiServer.certificate());
      List<String> args =
          new ArrayList<>(List.of("--gke", GKE.context(), "--address", ray.url().toString()));
      args.addAll(List.of(more));
      SubmitJobAsGoogleUser.run(
          new PrintStream(printed, true, UTF_8),
          google.tokens(),
          google.clusters(),
          args.toArray(String[]::new));
    }
    return printed.toString(UTF_8).lines().toList();
  }

  private JobService service(FakeRay ray) {
    return JobService.start(
        client(ray), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  private JobClient client(FakeRay ray) {
    return JobClient.builder(ray.url()).tokenProvider(google.tokens()).build();
  }

  private static HttpResponse<String> send(
      JobService service, String method, String path, String body) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
                .method(method, BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
  }
}
