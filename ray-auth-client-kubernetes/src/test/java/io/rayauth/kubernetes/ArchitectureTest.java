package io.rayauth.kubernetes;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The walls between the rooms of this module. */
@Timeout(120)
class ArchitectureTest {
  private static final JavaClasses MODULE =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.rayauth.kubernetes");

  @Test
  void internalRooms_haveNoCycles() {
    slices()
        .matching("io.rayauth.kubernetes.internal.(*)..")
        .should()
        .beFreeOfCycles()
        .check(MODULE);
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

  @Test
  void publicMethods_showNothingOfFabric8ButTheClient() {
    classes()
        .that()
        .resideInAPackage("io.rayauth.kubernetes")
        .and()
        .arePublic()
        .should(showNothingOfFabric8ButTheClient())
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
        .and()
        .resideInAPackage("io.rayauth.kubernetes")
        .should()
        .beAssignableTo(RayException.class)
        .check(MODULE);
  }

  private static ArchCondition<JavaClass> showNothingOfFabric8ButTheClient() {
    return new ArchCondition<>("show nothing of fabric8 but the client") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        for (JavaMethod method : type.getMethods()) {
          if (isSeenOutside(method)) {
            Stream.concat(
                    method.getRawParameterTypes().stream(), Stream.of(method.getRawReturnType()))
                .filter(shown -> shown.getPackageName().startsWith("io.fabric8"))
                .filter(shown -> !shown.isEquivalentTo(KubernetesClient.class))
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
