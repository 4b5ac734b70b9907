package io.rayauth.internal.pack;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.internal.pack.FolderWalk.GitignoreFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Containers often set no LANG, and a JVM then takes names for ASCII. */
@Timeout(120)
class PlainLocaleTest {

  @Test
  void uri_inAJvmThatTakesNamesForAscii_isTheSame(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("é-数据-🚀"), "a");
    Files.writeString(Files.createDirectory(folder.resolve("ü")).resolve("ascii"), "b");

    assertThat(uriIn("C", folder)).isEqualTo(uriIn("C.UTF-8", folder)).isEqualTo(uri(folder));
  }

  private static String uriIn(String locale, Path folder) throws Exception {
    ProcessBuilder command =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                PlainLocaleTest.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    command.environment().put("LC_ALL", locale);
    Process jvm = command.start();
    String uri = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(jvm.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return uri.strip();
  }

  /** Runs in a JVM of its own. */
  public static void main(String[] arguments) throws IOException {
    System.out.println(uri(Path.of(arguments[0])));
  }

  private static String uri(Path folder) throws IOException {
    FolderWalk walk = new FolderWalk(folder, List.of("*.none"), GitignoreFiles.HEEDED);
    return FolderPackage.read(walk, "").uri().value();
  }
}
