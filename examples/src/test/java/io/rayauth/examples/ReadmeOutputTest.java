package io.rayauth.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ReadmeOutputTest {
  private static final Pattern SHOWN =
      Pattern.compile("<!-- output: quickstart -->\\s*```text\\n(.*?)```", Pattern.DOTALL);

  @Test
  void readme_showsWhatTheQuickstartPrints() throws IOException {
    Matcher shown = SHOWN.matcher(Files.readString(Path.of("../README.md")));
    ByteArrayOutputStream printed = new ByteArrayOutputStream();

    Quickstart.run(new PrintStream(printed, true, UTF_8));

    assertThat(shown.find()).as("the README shows the output").isTrue();
    assertThat(withoutChance(shown.group(1))).isEqualTo(withoutChance(printed.toString(UTF_8)));
  }

  /** Ids, ports and times are other ones each time, and as long as before. */
  private static String withoutChance(String output) {
    return output
        .replaceAll("raysubmit_\\w{16}", "ID")
        .replaceAll("127\\.0\\.0\\.1:\\d+", "ADDRESS")
        .replaceAll("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d,\\d{3}", "TIME");
  }
}
