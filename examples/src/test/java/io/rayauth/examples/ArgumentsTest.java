package io.rayauth.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ArgumentsTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --adress http://localhost    | --adress is not an option
          --address                    | --address needs a value
          --token-file some/file       | go with --address
          --                           | -- needs a command
          --token canary-argument      | a token as an argument, which everybody
          --token=canary-argument      | a token as an argument, which everybody
          --adress=canary-argument     | --adress is not an option
          canary-argument              | a word before -- is not an option
          """)
  void parse_whenAnArgumentIsWrong_saysSoWithUsageAndWithoutRepeatingIt(
      String line, String expected) {
    String[] args = line.split(" ");

    assertThatThrownBy(() -> Arguments.parse(args))
        .isInstanceOf(ExampleFailedException.class)
        .hasMessageContaining(expected)
        .hasMessageEndingWith(Arguments.USAGE)
        .hasMessageNotContaining("canary");
  }

  @Test
  void parse_whenNothingIsGiven_leavesEverythingToTheExample() {
    Arguments arguments = Arguments.parse();

    assertThat(arguments.address()).isEmpty();
    assertThat(arguments.entrypoint()).isEmpty();
  }
}
