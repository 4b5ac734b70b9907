package io.rayauth.proxy.internal.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rayauth.proxy.DashboardProxyException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
@DisabledOnOs(OS.WINDOWS)
class BrowserTest {
  private static final URI LINK =
      URI.create("http://127.0.0.1:41234/-/open?key=canary-key&x=%22%3E");

  @TempDir Path programs;
  @TempDir Path files;

  /** Puts a program on the PATH that notes what it was started with and what the file holds. */
  private Map<String, String> machine(String program, int exitCode) throws IOException {
    Path script = programs.resolve(program);
    Files.writeString(
        script,
        """
        #!/bin/sh
        for last; do :; done
        printf '%%s\\n' "$@" >"$SEEN/argv"
        cp -p "$last" "$SEEN/file"
        exit %d
        """
            .formatted(exitCode));
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", programs + ":/usr/bin:/bin");
    environment.put("DISPLAY", ":0");
    environment.put("SEEN", programs.toString());
    return environment;
  }

  private List<String> argv() throws IOException {
    return Files.readAllLines(programs.resolve("argv"));
  }

  private List<Path> left() throws IOException {
    try (Stream<Path> list = Files.list(files)) {
      return list.toList();
    }
  }

  @Test
  void open_givesTheBrowserAFileOfThisUserAndNotTheLink() throws Exception {
    try (Browser browser = new Browser("Linux", machine("xdg-open", 0), files)) {
      browser.open(LINK);

      assertThat(argv()).hasSize(1);
      assertThat(argv().get(0)).doesNotContain("canary").endsWith(".html");
      Path seen = programs.resolve("file");
      assertThat(Files.readString(seen))
          .contains(
              "content=\"0; url=http://127.0.0.1:41234/-/open?key=canary-key&amp;x=%22%3E\"",
              "href=\"http://127.0.0.1:41234/-/open?key=canary-key&amp;x=%22%3E\"");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(seen)))
          .isEqualTo("rw-------");
    }
    assertThat(left()).isEmpty();
  }

  @Test
  void open_onAMac_takesItsProgram() throws Exception {
    try (Browser browser = new Browser("Mac OS X", machine("open", 0), files)) {
      browser.open(LINK);

      assertThat(argv()).hasSize(1);
    }
  }

  @Test
  void open_onWindows_takesItsProgram() throws Exception {
    try (Browser browser = new Browser("Windows 11", machine("rundll32.exe", 0), files)) {
      browser.open(LINK);

      assertThat(argv()).hasSize(2).first().isEqualTo("url.dll,FileProtocolHandler");
    }
  }

  @Test
  void open_whenTheProgramFails_saysSoAndLeavesNoFile() throws Exception {
    try (Browser browser = new Browser("Linux", machine("xdg-open", 3), files)) {
      assertThatExceptionOfType(DashboardProxyException.class)
          .isThrownBy(() -> browser.open(LINK))
          .withMessage(
              "no browser was opened: 'xdg-open' failed with exit code 3. Print url() and open that link yourself");
      assertThat(left()).isEmpty();
    }
  }

  @Test
  void open_whenThereIsNoProgram_saysWhatWasLookedFor() throws Exception {
    Map<String, String> environment = machine("something", 0);
    environment.put("PATH", programs.toString());
    try (Browser browser = new Browser("Linux", environment, files)) {
      assertThatExceptionOfType(DashboardProxyException.class)
          .isThrownBy(() -> browser.open(LINK))
          .withMessageContaining("the program 'xdg-open' is not on the PATH");
      assertThat(left()).isEmpty();
    }
  }

  @Test
  void open_whenThereIsNoDisplay_startsNothing() throws Exception {
    Map<String, String> environment = machine("xdg-open", 0);
    environment.remove("DISPLAY");
    try (Browser browser = new Browser("Linux", environment, files)) {
      assertThatExceptionOfType(DashboardProxyException.class)
          .isThrownBy(() -> browser.open(LINK))
          .withMessageContaining("this session has no display")
          .withMessageNotContaining("canary");
      assertThat(programs.resolve("argv")).doesNotExist();
    }
  }
}
