package io.rayauth.gke;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.google.auth.oauth2.GoogleCredentials;
import com.tngtech.archunit.core.domain.JavaClasses;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.testsupport.ArchitectureRules;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The walls between the rooms of this module. */
@Timeout(120)
class ArchitectureTest implements ArchitectureRules {
  private static final JavaClasses MODULE = ArchitectureRules.compiledWith(GkeClusters.class);

  @Override
  public JavaClasses module() {
    return MODULE;
  }

  /** The two types that this module exists to bring together. */
  @Override
  public Set<Class<?>> foreignTypes() {
    return Set.of(GoogleCredentials.class, KubernetesClient.class);
  }

  @Test
  void sisters_areUsedByTheirDoorsAndTheCoresTokensOnly() {
    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.rayauth.internal..")
                .and(resideInAPackage("io.rayauth.internal.token..").negate())
                .or(resideInAPackage("io.rayauth.kubernetes.internal..")))
        .check(MODULE);
  }

  @Test
  void identity_knowsNeitherGkesApiNorKubernetes() {
    noClasses()
        .that()
        .resideInAPackage("io.rayauth.gke.internal.identity..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.google.api.services..", "io.fabric8..", "io.rayauth.kubernetes..")
        .check(MODULE);
  }
}
