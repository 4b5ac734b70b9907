package io.rayauth.kubernetes;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.testsupport.ArchitectureRules;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The walls between the rooms of this module. */
@Timeout(120)
class ArchitectureTest implements ArchitectureRules {
  private static final JavaClasses MODULE = ArchitectureRules.compiledWith(RayClusters.class);

  @Override
  public JavaClasses module() {
    return MODULE;
  }

  @Override
  public Set<Class<?>> foreignTypes() {
    return Set.of(KubernetesClient.class);
  }

  @Test
  void core_isUsedByItsDoorsItsTokensAndItsWebSocketsOnly() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.rayauth.internal..")
                .and(resideInAPackage("io.rayauth.internal.token..").negate())
                .and(resideInAPackage("io.rayauth.internal.websocket..").negate()))
        .check(MODULE);
  }

  @Test
  void helm_isTheOnlyRoomThatKnowsHelm() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.rayauth.kubernetes.internal.helm..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.marcnuri..", "com.sun.jna..")
        .check(MODULE);
  }
}
