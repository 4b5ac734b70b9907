package io.rayauth.internal.pack;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where Ray reads patterns unlike git, and where Java would read a regular expression unlike
 * Python.
 */
@Timeout(30)
class IgnoreRulesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "* . true",
        ".* . true",
        "? . true",
        "[.] . true",
        "dir/ dir false",
        "dir/ dir/a true",
        "dir/ sub/dir/a true",
        "dir sub/dir/a true",
        "sub/dir x/sub/dir false",
        "/top top true",
        "/top sub/top false",
        "./a a false",
        "/ a false",
        "a/** a false",
        "a/** a/b/c true",
        "a/**/c a/c true",
        "a/**/c a/b/b/c true",
        "**/c a/b/c true",
        "a/*/c a/b/c true",
        "a/*/c a/b/b/c false",
        "\\#a #a true",
        "\\!a !a true",
        "\\* * true",
        "\\* a true",
        "x\\* xa false",
        "x\\* x* true",
        "[!a] b true",
        "[!a] a false",
        "[^a] ^ true",
        "[^a] b false",
        "[]a] ] true",
        "[]-] - true",
        "[a-c] b true",
        "[a&&b] & true",
        "[a&&b] a true",
        "[[a] [ true",
        "[a [a true",
        "[\\] \\ true",
        "a.c abc false",
        "(a|b) a false",
        "é é true",
        "? 🚀 true"
      })
  void match_asRayDoes(String patternPathAndResult) {
    String[] row = patternPathAndResult.split(" ");

    assertThat(matches(row[1], row[0])).isEqualTo(Boolean.parseBoolean(row[2]));
  }

  @Test
  void match_withWhiteSpace_takesItOffAsPythonDoes() {
    assertThat(matches("a", "\u00a0a\t ")).isTrue();
    assertThat(matches("a ", "a\\ ")).isFalse();
    assertThat(matches("a b", "a b")).isTrue();
  }

  @Test
  void match_withALineFeedInTheName_endsAndDotsAsInPython() {
    assertThat(matches("a\n", "a")).isTrue();
    assertThat(matches("a\nb", "a")).isFalse();
    assertThat(matches("a\nb/c", "**/c")).isFalse(); // a dot means no line feed
    assertThat(matches("a\u2028b/c", "**/c")).isTrue();
  }

  @Test
  void match_withNegation_lastOneDecidesAndNothingBelowComesBack() {
    assertThat(matches("keep.txt", "*.txt", "!keep.txt")).isFalse();
    assertThat(matches("keep.txt", "!keep.txt", "*.txt")).isTrue();
    assertThat(matches("out", "out", "!out")).isFalse();
    assertThat(matches("out/inner", "out", "!out")).isTrue();
  }

  @Test
  void match_withLinesThatSayNothing_passesOverThem() {
    assertThat(IgnoreRules.ofExcludes(List.of("", " ", "#a", "/", "!", "\\")).patterns()).isEmpty();
  }

  private static boolean matches(String path, String... patterns) {
    return IgnoreRules.ofExcludes(List.of(patterns))
        .match(path.equals(".") ? "" : path)
        .isPresent();
  }
}
