package io.rayauth.testsupport;

import static com.tngtech.archunit.base.DescribedPredicate.allElements;
import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Tests the walls that stand in every module; a module's architecture test implements it and adds
 * the walls that only this module has.
 */
public interface ArchitectureRules {
  /** Returns the classes of the module, without its tests: see {@link #compiledWith(Class)}. */
  JavaClasses module();

  /** Returns the types of other projects that the module may show to its users; none by default. */
  default Set<Class<?>> foreignTypes() {
    return Set.of();
  }

  /** Reads all classes from the folder or jar that holds this one. */
  static JavaClasses compiledWith(Class<?> type) {
    return new ClassFileImporter()
        .importUrl(type.getProtectionDomain().getCodeSource().getLocation());
  }

  @Test
  default void internalRooms_haveNoCycles() {
    slices().matching("..internal.(*)..").should().beFreeOfCycles().check(module());
  }

  @Test
  default void publicTypes_showNothingForeign() {
    DescribedPredicate<JavaClass> ownOrOfTheJdk =
        describe(
            "of this project, of the JDK or one of " + foreignTypes(),
            type -> {
              JavaClass shown = type.getBaseComponentType();
              return shown.isPrimitive()
                  || shown.getPackageName().matches("(java|javax|io\\.rayauth)(\\..*)?")
                  || foreignTypes().stream().anyMatch(shown::isEquivalentTo);
            });
    codeUnits()
        .that()
        .areNotPrivate()
        .and()
        .areNotPackagePrivate()
        .and()
        .areDeclaredInClassesThat()
        .arePublic()
        .and()
        .areDeclaredInClassesThat()
        .resideOutsideOfPackage("..internal..")
        .should()
        .haveRawReturnType(ownOrOfTheJdk)
        .andShould()
        .haveRawParameterTypes(allElements(ownOrOfTheJdk))
        .check(module());
  }

  @Test
  default void nothing_sleepsOnTheThreadPrintsOrExits() {
    noClasses()
        .should()
        .callMethod(Thread.class, "sleep", long.class)
        .orShould()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .callMethod(System.class, "exit", int.class)
        .check(module());
  }

  @Test
  default void everyException_hasTheOneRoot() {
    classes()
        .that()
        .areAssignableTo(Throwable.class)
        .and()
        .resideOutsideOfPackage("..internal..")
        .should()
        .beAssignableTo("io.rayauth.error.RayException")
        .check(module());
  }
}
