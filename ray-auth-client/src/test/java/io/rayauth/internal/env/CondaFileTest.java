package io.rayauth.internal.env;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What conda files hold; that PyYAML reads the same is for {@code e2e} to show. */
@Timeout(30)
class CondaFileTest {
  @TempDir private Path folder;

  @Test
  void read_ofWhatPeopleWrite_isWhatItSays() throws IOException {
    Map<String, @Nullable Object> read =
        read(
            """
            # made by hand
            ---
            name: trainer   # the name
            channels: [conda-forge, 'nodefaults', "x" ]
            dependencies:
              - python=3.11
              - conda-forge::numpy >=1.26,<2

              - pip
              - pip:
                - ray[default]==2.60.0
                - -e .
                - git+https://github.com/a/b.git#egg=b
                - "with: colon # and hash"
              -   nested:
                    deep: ''
            variables:
              A: "tab\\t and \\u00e9"
              B: 'it''s'
              C: 3.10
              D: -12
              E: yes
              F:
            prefix: /opt/conda/envs/trainer
            ...
            """);

    Map<String, @Nullable Object> variables = new LinkedHashMap<>();
    variables.put("A", "tab\t and é");
    variables.put("B", "it's");
    variables.put("C", 3.1);
    variables.put("D", -12L);
    variables.put("E", true);
    variables.put("F", null);
    assertThat(read)
        .containsExactly(
            Map.entry("name", "trainer"),
            Map.entry("channels", List.of("conda-forge", "nodefaults", "x")),
            Map.entry(
                "dependencies",
                List.of(
                    "python=3.11",
                    "conda-forge::numpy >=1.26,<2",
                    "pip",
                    Map.of(
                        "pip",
                        List.of(
                            "ray[default]==2.60.0",
                            "-e .",
                            "git+https://github.com/a/b.git#egg=b",
                            "with: colon # and hash")),
                    Map.of("nested", Map.of("deep", "")))),
            Map.entry("variables", variables),
            Map.entry("prefix", "/opt/conda/envs/trainer"));
  }

  @Test
  void read_withListsRightBelowTheirKeys_isTheSame() throws IOException {
    assertThat(read("a:\n- x\n- pip:\n  - y\n-\nb: []\r\nc:\n"))
        .containsEntry("a", Arrays.asList("x", Map.of("pip", List.of("y")), null))
        .containsEntry("b", List.of())
        .containsEntry("c", null);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "a: &x b ~ 1 ~ '&' at the beginning",
        "a: *x ~ 1 ~ '*' at the beginning",
        "a: !!str 1 ~ 1 ~ '!' at the beginning",
        "a: |\\n  text ~ 2 ~ goes on with the value of the line before",
        "a: > ~ 1 ~ '>' at the beginning",
        "a: {b: c} ~ 1 ~ '{' at the beginning",
        "a: b\\n  c ~ 2 ~ goes on with the value of the line before",
        "a: [b,\\n c] ~ 2 ~ goes on",
        "a: [b ~ 1 ~ does not end on the same line",
        "a: [b, [c]] ~ 1 ~ more in brackets than words",
        "a: [b: c] ~ 1 ~ more in brackets than words",
        "a: [,] ~ 1 ~ nothing between two commas",
        "a: [b] c ~ 1 ~ goes on after a bracket",
        "a: 'b ~ 1 ~ does not end on the same line",
        "a: 'b' c ~ 1 ~ goes on after a quote",
        "a: \"\\q\" ~ 1 ~ escape",
        "a: 0o17\\nb: 017 ~ 2 ~ put it into quotes",
        "a: 12:30 ~ 1 ~ put it into quotes",
        "a: 2026-01-01 ~ 1 ~ put it into quotes",
        "a: 1_000 ~ 1 ~ put it into quotes",
        "a: .inf ~ 1 ~ put it into quotes",
        "a: 1.5e+3 ~ 1 ~ put it into quotes",
        "a: b: c ~ 1 ~ a key within a value",
        "a: b\\na: c ~ 2 ~ for the second time",
        "1: b ~ 1 ~ not read as text",
        "<<: b ~ 1 ~ put it into quotes",
        "? a ~ 1 ~ is no key",
        "a:\\n\\tb: c ~ 2 ~ has a tab",
        "a:\\n  b: c\\n d: e ~ 3 ~ indented",
        "- a ~ 1 ~ is no key",
        "text ~ 1 ~ is no key",
        "a: b\\n---\\nc: d ~ 2 ~ a document within the file",
        "a: b\\n...\\nc: d ~ 3 ~ after the end",
        "%YAML 1.1 ~ 1 ~ directive",
        "a:\\n  b ~ 2 ~ a line of its own",
        "a: @b ~ 1 ~ '@' at the beginning",
        "a: - b ~ 1 ~ '-' at the beginning",
        "a: \\u0085 ~ 1 ~ character 0x85",
      })
  void read_ofWhatIsNotUnderstood_isRefusedWithItsLine(String text, int line, String why)
      throws IOException {
    String file = text.replace("\\n", "\n").replace("\\t", "\t").replace("\\u0085", "\u0085x");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(file))
        .withMessageContaining("environment.yml, line " + line + ": ")
        .withMessageContaining(why)
        .withMessageContaining("conda(…) as a map");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing\n", "---\n"})
  void read_ofAnEmptyFile_isRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(text))
        .withMessageContaining("is empty");
  }

  @Test
  void read_ofManyLevels_isRefusedAndNeedsNoStack() {
    StringBuilder deep = new StringBuilder("a:\n");
    for (int i = 1; i < 1000; i++) {
      deep.append(" ".repeat(i)).append("a:\n");
    }

    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(deep.toString()))
        .withMessageContaining("levels deep");
  }

  private Map<String, @Nullable Object> read(String text) throws IOException {
    return CondaFile.read(Files.writeString(folder.resolve("environment.yml"), text));
  }
}
