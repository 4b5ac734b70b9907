package io.rayauth.internal.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rayauth.internal.token.FileTokenProvider.Content;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class FileTokenProviderTest {
  @TempDir Path directory;

  @ParameterizedTest(name = "[{index}]")
  @ValueSource(strings = {"t0ken", "t0ken\n", "t0ken\r\n", " \t t0ken \n\n", "t0ken\f\u000b"})
  void token_cutsBlanksOffAtBothEnds(String content) throws Exception {
    assertThat(provider(write(content)).token().value()).isEqualTo("t0ken");
  }

  @Test
  void token_whenItIsAJwt_knowsItsEnd() throws Exception {
    Path file = write(JwtTest.jwt("{\"exp\":1764000000}") + "\n");

    assertThat(provider(file).token().expiresAt()).contains(Instant.ofEpochSecond(1_764_000_000));
  }

  @Test
  void token_whenTheFileIsOverwrittenWithinTheSameTick_readsTheNewOne() throws Exception {
    Path file = write("token-1");
    FileTime time = Files.getLastModifiedTime(file);
    TokenProvider provider = provider(file);
    provider.token();

    Files.writeString(file, "token-2");
    Files.setLastModifiedTime(file, time);

    assertThat(provider.token().value()).isEqualTo("token-2");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void token_whenAProjectedVolumeIsRotated_followsTheSwappedSymlink() throws Exception {
    Path token = project("..v1", "token-1");
    TokenProvider provider = provider(token);
    assertThat(provider.token().value()).isEqualTo("token-1");

    project("..v2", "token-2");

    assertThat(provider.token().value()).isEqualTo("token-2");
  }

  @Test
  void token_whenThereIsNoFile_isAbsent() {
    Path missing = directory.resolve("missing");

    assertAbsent(provider(missing), "the token file " + missing + " does not exist");
    assertAbsent(provider(Path.of("~", ".ray", "none")), "(~ is not expanded)");
  }

  @ParameterizedTest(name = "[{index}]")
  @ValueSource(strings = {"", "\n", " \r\n\t "})
  void token_whenTheFileIsEmpty_isBroken(String content) throws Exception {
    assertBroken(provider(write(content)), "is empty");
  }

  @Test
  void token_whenThereAreTwoLines_isBrokenWithoutShowingThem() throws Exception {
    assertThatThrownBy(provider(write("first-secret\nsecond-secret\n"))::token)
        .hasMessageContaining("a line break at index 12")
        .hasMessageNotContaining("secret\n")
        .hasMessageNotContaining("first-secret")
        .hasMessageNotContaining("second-secret");
  }

  @Test
  void token_whenOnlyTheFirstLineCounts_ignoresTheRest() throws Exception {
    assertThat(firstLine(write(" t0ken \r\nsomething else\n")).token().value()).isEqualTo("t0ken");
    assertBroken(firstLine(write("\nt0ken")), "no token in its first line");
  }

  @Test
  void token_whenItIsADirectory_isBroken() {
    assertBroken(provider(directory), "is a directory");
  }

  @Test
  void token_whenTheFileIsHuge_isBrokenWithoutReadingItAll() throws Exception {
    assertBroken(provider(write("a".repeat(70_000))), "more than 65,536 bytes");
  }

  @Test
  void token_whenThereIsAByteOrderMark_isBrokenAndNamesIt() throws Exception {
    assertBroken(provider(write("\ufefft0ken")), "U+FEFF at index 0");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void token_whenOthersCanReadTheFile_warnsOnceWithoutTheToken() throws Exception {
    Path file = write("s3cret");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    TokenProvider provider = provider(file);

    List<String> warnings = warningsOf(provider, provider);

    assertThat(warnings)
        .singleElement()
        .asString()
        .contains(file.toString(), "chmod 600")
        .doesNotContain("s3cret");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void token_whenOnlyTheOwnerCanReadTheFile_doesNotWarn() throws Exception {
    Path file = write("s3cret");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

    assertThat(warningsOf(provider(file))).isEmpty();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void token_whenTheKubeletProjectedTheFile_doesNotWarn() throws Exception {
    Path token = project("..v1", "s3cret");
    Files.setPosixFilePermissions(token.toRealPath(), PosixFilePermissions.fromString("rw-r--r--"));

    assertThat(warningsOf(provider(token))).isEmpty();
  }

  private List<String> warningsOf(TokenProvider... providers) {
    List<String> warnings = new CopyOnWriteArrayList<>();
    Logger logger = Logger.getLogger(FileTokenProvider.class.getName());
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            String message = new SimpleFormatter().formatMessage(record);
            if (record.getLevel() == Level.WARNING && message.contains(directory.toString())) {
              warnings.add(message);
            }
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    try {
      for (TokenProvider provider : providers) {
        provider.token();
      }
    } finally {
      logger.removeHandler(handler);
    }
    return warnings;
  }

  /** Lays the files out as the kubelet's AtomicWriter does and swaps {@code ..data} atomically. */
  private Path project(String version, String content) throws Exception {
    Path real = Files.createDirectory(directory.resolve(version));
    Files.writeString(real.resolve("token"), content);
    Path fresh = Files.createSymbolicLink(directory.resolve("..data_tmp"), real.getFileName());
    Files.move(
        fresh,
        directory.resolve("..data"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    Path token = directory.resolve("token");
    if (Files.notExists(token)) {
      Files.createSymbolicLink(token, Path.of("..data", "token"));
    }
    return token;
  }

  private Path write(String content) throws Exception {
    return Files.writeString(directory.resolve("file"), content);
  }

  private static TokenProvider provider(Path file) {
    return new FileTokenProvider(file, Content.WHOLE_FILE);
  }

  private static TokenProvider firstLine(Path file) {
    return new FileTokenProvider(file, Content.FIRST_LINE);
  }

  private static void assertAbsent(TokenProvider provider, String message) {
    assertUnavailable(provider, true, message);
  }

  private static void assertBroken(TokenProvider provider, String message) {
    assertUnavailable(provider, false, message);
  }

  private static void assertUnavailable(TokenProvider provider, boolean absent, String message) {
    assertThatThrownBy(provider::token)
        .hasMessageContaining(message)
        .isInstanceOfSatisfying(
            TokenUnavailableException.class, e -> assertThat(e.isAbsent()).isEqualTo(absent));
  }
}
