package io.rayauth.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.examples.guide.FakeKubernetes;
import io.rayauth.kubernetes.Grant;
import io.rayauth.kubernetes.KubeRbacProxyOptions;
import io.rayauth.kubernetes.RayAccess;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayClusterSpec;
import io.rayauth.kubernetes.RayClusters;
import io.rayauth.kubernetes.RayRole;
import io.rayauth.kubernetes.Revocation;
import io.rayauth.kubernetes.Route;
import io.rayauth.kubernetes.Subject;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class RbacSnippets {
  private final FakeKubernetes fake = new FakeKubernetes();
  private final KubernetesClient kubernetes = fake.client();
  private final RayClusterRef cluster = RayClusterRef.of("default", "trainer");

  @AfterEach
  void close() {
    kubernetes.close();
    fake.close();
  }

  @Test
  void grant_ofARole_isLimitedToTheClusterAndCanBeTakenBack() {
    deploy(KubeRbacProxyOptions.guide());

    // @start region=grant
    RayAccess access = RayAccess.using(kubernetes);
    Grant grant = access.grant(cluster, Subject.user("jane@example.com"), RayRole.SUBMITTER);
    grant.cautions().forEach(System.out::println);
    System.out.println(grant.manifest()); // the Role and the RoleBinding as YAML

    Revocation revocation = access.revoke(grant);
    // @end

    assertThat(grant.mayStillBeDeniedFor()).isEqualTo(Duration.ofSeconds(30));
    assertThat(grant.manifest()).contains("resourceNames").doesNotContain("portforward");
    assertThat(grant.cautions()).singleElement().asString().contains("RayAccess.route(");
    assertThat(revocation.outcome()).isEqualTo(Revocation.Outcome.REVOKED);
    assertThat(access.canI("create", cluster, "jane@example.com")).isFalse();
  }

  @Test
  void grant_onASubresource_givesNothingOnTheClusterItself() {
    // @start region=subresource
    RayClusterSpec spec =
        RayClusterSpec.of(cluster)
            .image("rayproject/ray:2.46.0")
            .kubeRbacProxy(KubeRbacProxyOptions.hardened())
            .build();
    RayClusters.using(kubernetes).deploy(spec);

    Grant grant =
        RayAccess.using(kubernetes)
            .subresource("dashboard")
            .grant(cluster, Subject.group("data-science"), RayRole.OPERATOR);
    // @end

    assertThat(grant.manifest()).contains("rayclusters/dashboard");
    assertThat(grant.cautions()).singleElement().asString().contains("RayAccess.route(");
  }

  @Test
  void grant_byARoute_alsoGivesTheWay() {
    deploy(KubeRbacProxyOptions.guide());

    // @start region=route
    Grant grant =
        RayAccess.using(kubernetes)
            .route(Route.portForward())
            .grant(cluster, Subject.user("jane@example.com"), RayRole.SUBMITTER);
    // @end

    assertThat(grant.manifest()).contains("pods/portforward");
    assertThat(grant.cautions()).singleElement().asString().contains("every pod in namespace");
  }

  private void deploy(KubeRbacProxyOptions options) {
    RayClusters.using(kubernetes)
        .deploy(
            RayClusterSpec.of(cluster)
                .image("rayproject/ray:2.46.0")
                .kubeRbacProxy(options)
                .build());
  }
}
