package io.rayauth.proxy;

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
          .importPackages("io.rayauth.proxy");

  @Test
  void internalRooms_haveNoCycles() {
    slices().matching("io.rayauth.proxy.internal.(*)..").should().beFreeOfCycles().check(MODULE);
  }

  @Test
  void guardAndPages_knowNothingOfTheWayToTheCluster() {
    noClasses()
        .that()
        .resideInAnyPackage(
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

  @Test
  void publicMethods_showNothingOfUndertow() {
    classes()
        .that()
        .resideOutsideOfPackage("io.rayauth.proxy.internal..")
        .and()
        .arePublic()
        .should(showNothingOfUndertow())
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
        .resideOutsideOfPackage("io.rayauth.proxy.internal..")
        .should()
        .beAssignableTo(RayException.class)
        .check(MODULE);
  }

  private static ArchCondition<JavaClass> showNothingOfUndertow() {
    return new ArchCondition<>("show nothing of Undertow, XNIO or bucket4j") {
      @Override
      public void check(JavaClass type, ConditionEvents events) {
        for (JavaMethod method : type.getMethods()) {
          if (isSeenOutside(method)) {
            Stream.concat(
                    method.getRawParameterTypes().stream(), Stream.of(method.getRawReturnType()))
                .filter(shown ->
                    shown
                        .getPackageName()
                        .matches("(io\\.undertow|org\\.xnio|io\\.github\\.bucket4j)\\b.*"))
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
