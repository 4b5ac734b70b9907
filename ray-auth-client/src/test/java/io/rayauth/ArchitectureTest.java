package io.rayauth;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import io.rayauth.error.RayException;
import io.rayauth.testsupport.ArchitectureRules;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The walls between the rooms of the core. */
@Timeout(60)
class ArchitectureTest implements ArchitectureRules {
  private static final JavaClasses CORE = ArchitectureRules.compiledWith(RayException.class);

  @Override
  public JavaClasses module() {
    return CORE;
  }

  @Test
  void json_isTheOnlyRoomThatKnowsJackson() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.rayauth.internal.json..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("tools.jackson..")
        .check(CORE);
  }

  @Test
  void json_seesNoHttp() {
    noClasses()
        .that()
        .resideInAPackage("io.rayauth.internal.json..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.rayauth.internal.http..", "java.net.http..")
        .check(CORE);
  }

  @Test
  void engineAndTransport_seeNoJson() {
    noClasses()
        .that()
        .resideInAnyPackage("io.rayauth.internal.call..", "io.rayauth.internal.http..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.rayauth.internal.json..")
        .check(CORE);
  }

  @Test
  void transport_keepsNoToken() {
    noClasses()
        .that()
        .resideInAPackage("io.rayauth.internal.http..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.rayauth.token..", "io.rayauth.internal.token..")
        .check(CORE);
  }

  @Test
  void tokens_seeNoRequests() {
    noClasses()
        .that()
        .resideInAnyPackage("io.rayauth.token..", "io.rayauth.internal.token..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.rayauth.internal.call..", "io.rayauth.internal.http..", "java.net.http..")
        .check(CORE);
  }

  @Test
  void onlyTheClock_letsTimePass() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.rayauth.time..")
        .should()
        .callMethod(TimeUnit.class, "sleep", long.class)
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .check(CORE);
  }

  @Test
  void optional_isAReturnTypeOnly() {
    fields().should().notHaveRawType(Optional.class).check(CORE);
  }

  @Test
  void methods_areNotSynchronized() {
    methods().should().notHaveModifier(JavaModifier.SYNCHRONIZED).check(CORE);
  }

  @Test
  void fields_areFinalOutsideOfBuildersAndInternalRooms() {
    fields()
        .that()
        .areDeclaredInClassesThat(
            are(
                not(
                    resideInAPackage("io.rayauth.internal..")
                        .or(nameMatching(".*Builder"))
                        .or(nameMatching(".*JobClient.*")))))
        .and()
        .doNotHaveModifier(JavaModifier.VOLATILE)
        .should()
        .beFinal()
        .check(CORE);
  }

  @Test
  void utilityDrawers_doNotExist() {
    noClasses()
        .should()
        .haveSimpleNameEndingWith("Utils")
        .orShould()
        .haveSimpleNameEndingWith("Util")
        .orShould()
        .haveSimpleNameEndingWith("Helper")
        .check(CORE);
  }
}
