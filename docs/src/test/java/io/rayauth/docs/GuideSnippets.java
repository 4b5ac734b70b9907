package io.rayauth.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.JobClient;
import io.rayauth.error.RayAuthException;
import io.rayauth.examples.guide.FakeKubernetes;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.kubernetes.HelmChart;
import io.rayauth.kubernetes.KubeRayOperator;
import io.rayauth.kubernetes.NodeResources;
import io.rayauth.kubernetes.OperatorInstallation;
import io.rayauth.kubernetes.OperatorStatus;
import io.rayauth.kubernetes.RayAccess;
import io.rayauth.kubernetes.RayCluster;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayConnection;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayNode;
import io.rayauth.kubernetes.RayRole;
import io.rayauth.kubernetes.Route;
import io.rayauth.kubernetes.ServiceAccountTokenProvider;
import io.rayauth.kubernetes.ServiceAccounts;
import io.rayauth.kubernetes.Subject;
import io.rayauth.kubernetes.WorkerGroup;
import io.rayauth.proxy.DashboardProxy;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.FakeUser;
import io.rayauth.testkit.Gate;
import io.rayauth.token.TokenProvider;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class GuideSnippets {
  private static final RayClusterRef CLUSTER = RayClusterRef.of("default", "ray-cluster-with-auth");
  private static final String RAY_USER = "system:serviceaccount:default:ray-user";

  private final FakeKubernetes fake = new FakeKubernetes();
  private final KubernetesClient kubernetes = fake.client();

  @AfterEach
  void close() {
    kubernetes.close();
    fake.close();
  }

  @Test
  void install_withoutHelmJava_saysSo() {
    assertThatThrownBy(this::install)
        .isInstanceOf(RayKubernetesException.class)
        .hasMessageContaining("helm-java");
  }

  private void install() {
    // @start region=operator
    OperatorStatus status =
        KubeRayOperator.using(kubernetes)
            .install(OperatorInstallation.of(HelmChart.kubeRayOperator("1.6.0")).build());
    System.out.println(status.isHealthy());
    // @end
  }

  @Test
  void deploy_asTheGuideDoes_getsReady() {
    // @start region=deploy
    RayClusterRef cluster = RayClusterRef.of("default", "ray-cluster-with-auth");
    RayClusters clusters = RayClusters.using(kubernetes);
    clusters.deploy(
        RayClusterSpec.of(cluster)
            .image("rayproject/ray:2.46.0")
            .kubeRbacProxy()
            .workers(
                WorkerGroup.of("worker-group", RayNode.of(NodeResources.of("1", "4Gi")))
                    .replicas(2)
                    .between(1, 5)
                    .build())
            .build());
    RayCluster ready = clusters.awaitReady(cluster, Duration.ofMinutes(10));
    // @end

    assertThat(ready.headServiceName()).contains("ray-cluster-with-auth-head-svc");
  }

  @Test
  void grant_whenNobodyMay_letsTheServiceAccountIn() {
    deployed();
    RayClusterRef cluster = CLUSTER;

    // @start region=service-account
    ServiceAccounts.using(kubernetes).create("default", "ray-user");

    RayAccess access = RayAccess.using(kubernetes);
    boolean before = access.canI("get", cluster, "system:serviceaccount:default:ray-user");
    // @end
    // @start region=grant
    access.grant(cluster, Subject.serviceAccount("default", "ray-user"), RayRole.UNLIMITED);

    boolean after = access.canI("get", cluster, "system:serviceaccount:default:ray-user");
    // @end

    assertThat(before).isFalse();
    assertThat(after).isTrue();
  }

  @Test
  void submit_withATokenOfAnHour_followsTheJob() {
    deployed();
    RayClusters clusters = RayClusters.using(kubernetes);
    RayClusterRef cluster = CLUSTER;
    FakeUser user =
        FakeUser.named(RAY_USER).token(FakeKubernetes.tokenOf("default", "ray-user")).verbs("*");
    try (FakeRay ray = FakeRay.builder().gate(Gate.kubeRbacProxy(user)).start()) {
      Route route = Route.to(ray.url().toString());
      JobSpec job = JobSpec.running("echo \"{'CPU': 4.0}\"").build();

      // @start region=submit
      TokenProvider tokens =
          ServiceAccountTokenProvider.of(kubernetes, "default", "ray-user")
              .lifetime(Duration.ofHours(1));
      try (RayConnection connection =
          clusters.connecting(cluster).route(route).tokenProvider(tokens).connect()) {
        JobClient jobs = connection.jobs();
        System.out.println("Job submission server address: " + connection.endpoint());
        JobId id = jobs.submit(job).id();
        JobDetails ended = jobs.follow(id, System.out::println);
        System.out.println("Job '" + id + "' " + ended.status().inWords());
      }
      // @end

      try (RayConnection connection =
          clusters.connecting(cluster).route(route).tokenProvider(tokens).connect()) {
        JobClient jobs = connection.jobs();
        JobId id = jobs.jobs().get(0).id();
        // @start region=look
        String log = jobs.logs(id);
        JobStatus status = jobs.job(id).status();
        jobs.stop(id);
        // @end

        // @start region=dashboard
        DashboardProxy dashboard = DashboardProxy.to(connection.jobs()).start();
        System.out.println("Open this in your browser: " + dashboard.url());
        // @end
        dashboard.close();

        assertThat(log).contains("{'CPU': 4.0}");
        assertThat(status).isEqualTo(JobStatus.SUCCEEDED);
      }
    }
  }

  @Test
  void submit_whenRefused_isExplained() {
    deployed();
    RayClusterRef cluster = CLUSTER;
    TokenProvider tokens = ServiceAccountTokenProvider.of(kubernetes, "default", "ray-user");
    FakeUser user = FakeUser.named(RAY_USER).token(FakeKubernetes.tokenOf("default", "ray-user"));
    try (FakeRay ray = FakeRay.builder().gate(Gate.kubeRbacProxy(user)).start();
        JobClient jobs = JobClient.builder(ray.url()).tokenProvider(tokens).build()) {
      String explanation = "";
      // @start region=explain
      try {
        jobs.submit(JobSpec.running("true").build());
      } catch (RayAuthException refusal) {
        explanation = RayAccess.using(kubernetes).explain(cluster, refusal, tokens).toString();
      }
      // @end
      assertThat(explanation).contains(RAY_USER).contains("create");
    }
  }

  @Test
  void cloudToken_ofACommand_namesTheProgramOnly() {
    // @start region=cloud
    TokenProvider tokens = TokenProvider.ofCommand(List.of("gcloud", "auth", "print-access-token"));
    // @end

    assertThat(tokens.toString()).contains("gcloud").doesNotContain("print-access-token");
  }

  private void deployed() {
    RayClusters.using(kubernetes)
        .deploy(RayClusterSpec.of(CLUSTER).image("rayproject/ray:2.46.0").kubeRbacProxy().build());
  }
}
