package io.rayauth.proxy;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.rayauth.testsupport.ArchitectureRules;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The walls between the rooms of this module. */
@Timeout(120)
class ArchitectureTest implements ArchitectureRules {
  private static final JavaClasses MODULE = ArchitectureRules.compiledWith(DashboardProxy.class);

  @Override
  public JavaClasses module() {
    return MODULE;
  }

  @Test
  void guardAndPages_knowNothingOfTheWayToTheCluster() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.rayauth.proxy.internal.entrance..",
            "io.rayauth.proxy.internal.guard..",
            "io.rayauth.proxy.internal.page..",
            "io.rayauth.proxy.internal.log..",
            "io.rayauth.proxy.internal.listen..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.rayauth.proxy.internal.forward..")
                .or(resideInAPackage("io.rayauth.internal.."))
                .or(resideInAPackage("io.undertow.client..")))
        .check(MODULE);
  }

  @Test
  void forwarding_knowsNothingOfWhoMayAsk() {
    noClasses()
        .that()
        .resideInAPackage("io.rayauth.proxy.internal.forward..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.rayauth.proxy.internal.entrance..",
            "io.rayauth.proxy.internal.guard..",
            "io.rayauth.proxy.internal.start..",
            "io.github.bucket4j..")
        .check(MODULE);
  }

  @Test
  void sisters_lendTheGatewayAndTheKubeconfigOnly() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.rayauth.internal..")
                .and(resideInAPackage("io.rayauth.internal.call").negate())
                .or(
                    resideInAPackage("io.rayauth.kubernetes.internal..")
                        .and(resideInAPackage("io.rayauth.kubernetes.internal.token").negate())))
        .check(MODULE);
  }

  @Test
  void tokens_areSeenByForwardingOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.rayauth.proxy.internal.forward..")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("io.rayauth.internal.call.CallEngine$Tokens")
        .check(MODULE);
  }

  @Test
  void kubernetes_isKnownInItsOwnPackageOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.rayauth.proxy.kubernetes..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.rayauth.kubernetes..", "io.fabric8..")
        .check(MODULE);
  }
}
