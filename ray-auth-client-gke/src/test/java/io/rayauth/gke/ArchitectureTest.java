package io.rayauth.gke;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.google.auth.oauth2.GoogleCredentials;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.error.RayException;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The walls between the rooms of this module. */
@Timeout(120)
class ArchitectureTest {
  private static final JavaClasses MODULE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.rayauth.gke");

  /** The two types that this module exists to bring together. */
  private static final Set<String> BRIDGE =
      Set.of(GoogleCredentials.class.getName(), KubernetesClient.class.getName());

  @Test
  void internalRooms_haveNoCycles() {
    slices().matching("io.rayauth.gke.internal.(*)..").should().beFreeOfCycles().check(MODULE);
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

  @Test
  void publicMethods_showNothingOfOthersButTheBridge() {
    classes()
        .that()
        .resideInAPackage("io.rayauth.gke")
        .and()
        .arePublic()
        .should(showNothingOfOthersButTheBridge())
        .check(MODULE);
  }

  @Test
  void nothing_sleepsOnTheThreadPrintsOrExits() {
    noClasses()
        .should()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .check(MODULE);
  }

  @Test
  void everyException_hasTheOneRoot() {
    classes()
        .that()
        .areAssignableTo(Throwable.class)
        .should()
        .beAssignableTo(RayException.class)
        .check(MODULE);
  }

  private static ArchCondition<JavaClass> showNothingOfOthersButTheBridge() {
    return new ArchCondition<>("show nothing of Google or fabric8 but the bridge") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        for (JavaMethod method : type.getMethods()) {
          if (isSeenOutside(method)) {
            Stream.concat(
                    method.getRawParameterTypes().stream(), Stream.of(method.getRawReturnType()))
                .filter(shown -> shown.getPackageName().matches("(io\\.fabric8|com\\.google)\\..*"))
                .filter(shown -> !BRIDGE.contains(shown.getName()))
                .forEach(shown ->
                    events.add(
                        SimpleConditionEvent.violated(
                            method, method.getFullName() + " shows " + shown.getName())));
          }
        }
      }
    };
  }

  private static boolean isSeenOutside(JavaMethod method) {
    return method.getModifiers().contains(JavaModifier.PUBLIC)
        || method.getModifiers().contains(JavaModifier.PROTECTED);
  }
}
