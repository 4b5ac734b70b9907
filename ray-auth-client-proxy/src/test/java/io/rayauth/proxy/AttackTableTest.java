package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** Keeps the attack table of the documentation and the tests of attacks the same. */
class AttackTableTest {
  private static final Path TABLE = Path.of("../docs/dashboard-attacks.md");
  private static final Pattern TEST = Pattern.compile("`(\\w+AttackTest\\.\\w+)`");
  private static final List<Class<?>> ATTACKS =
      List.of(
          BrowserAttackTest.class,
          LeakAttackTest.class,
          LimitAttackTest.class,
          LinkAttackTest.class,
          MessageAttackTest.class,
          NetworkAttackTest.class,
          PathAttackTest.class,
          TokenLogAttackTest.class);

  @Test
  void rows_whereverTheyStand_nameATest() throws Exception {
    List<String> rows = rows();

    assertThat(rows).hasSizeGreaterThan(40);
    assertThat(rows).allMatch(row -> TEST.matcher(row).find());
  }

  @Test
  void tests_ofAttacks_areInTheTableAndNoOthers() throws Exception {
    List<String> named =
        rows().stream()
            .flatMap(row -> TEST.matcher(row).results())
            .map((MatchResult found) -> found.group(1))
            .distinct()
            .toList();
    List<String> existing = ATTACKS.stream().flatMap(AttackTableTest::tests).toList();

    assertThat(named).containsExactlyInAnyOrderElementsOf(existing);
  }

  @Test
  void classes_ofAttacks_areAllLookedAt() throws Exception {
    try (Stream<Path> files = Files.list(Path.of("src/test/java/io/rayauth/proxy"))) {
      List<String> named =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith("AttackTest.java"))
              .map(name -> name.replace(".java", ""))
              .toList();

      assertThat(ATTACKS.stream().map(Class::getSimpleName))
          .containsExactlyInAnyOrderElementsOf(named);
    }
  }

  private static List<String> rows() throws Exception {
    return Files.readAllLines(TABLE).stream()
        .filter(line ->
            line.startsWith("| ") && !line.startsWith("| Attack") && !line.startsWith("| ---"))
        .toList();
  }

  private static Stream<String> tests(Class<?> attacks) {
    return Arrays.stream(attacks.getDeclaredMethods())
        .filter(AttackTableTest::isTest)
        .map(method -> attacks.getSimpleName() + "." + method.getName());
  }

  private static boolean isTest(Method method) {
    return method.isAnnotationPresent(Test.class)
        || method.isAnnotationPresent(ParameterizedTest.class);
  }
}
