package io.rayauth.internal.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.rayauth.error.PackageException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of all sizes in blocks, and what stops the writing. */
@Timeout(60)
class ZipWriterTest {
  private static final int BLOCK = 128 * 1024;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      ints = {0, 1, 4095, 65_535, 65_536, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 3_000_000})
  void file_ofAnySize_isReadAsItWas(int size) throws IOException {
    byte[] text = "step 1234 loss 0.5678\n".repeat(size / 20 + 1).getBytes();
    byte[] shrinking = Arrays.copyOf(text, size);
    byte[] noise = new byte[size];
    new Random(size).nextBytes(noise);
    Path file = folder.resolve("some.zip");

    try (ZipWriter zip = new ZipWriter(file)) {
      add(zip, "text", shrinking);
      add(zip, "noise", noise);
      add(zip, "again", shrinking);
      zip.finish();
      assertThat(zip.size()).isEqualTo(file.toFile().length());
    }

    try (ZipFile zip = new ZipFile(file.toFile())) {
      assertThat(content(zip, "text")).isEqualTo(shrinking);
      assertThat(content(zip, "noise")).isEqualTo(noise);
      assertThat(content(zip, "again")).isEqualTo(shrinking);
    }
  }

  @Test
  void finish_withMoreEntriesThanTwoBytesCount_listsThemAll() throws IOException {
    Path file = folder.resolve("many.zip");

    try (ZipWriter zip = new ZipWriter(file)) {
      for (int i = 0; i < 70_000; i++) {
        zip.folder("d" + i, 0755);
      }
      add(zip, "last", new byte[] {7});
      zip.finish();
    }

    List<String> names = new ArrayList<>();
    ZipNames.read(file, names::add); // by the numbers at the end, which the JDK can do without
    assertThat(names).hasSize(70_001).startsWith("d0/").endsWith("last");
    try (ZipFile zip = new ZipFile(file.toFile())) {
      assertThat(zip.size()).isEqualTo(70_001);
      assertThat(zip.getEntry("d69999/").isDirectory()).isTrue();
      assertThat(content(zip, "last")).containsExactly(7);
    }
  }

  @Test
  void file_withANameNoZipCanHold_isRefusedWithWhatToDo() throws IOException {
    String name = "é".repeat(33_000);

    try (ZipWriter zip = new ZipWriter(folder.resolve("x.zip"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> add(zip, name, new byte[0]))
          .withMessageContaining("more than 65,535 bytes, which no zip can hold; exclude it");
    }
  }

  @Test
  void add_whenTheDiskIsFull_saysWhichFileAndKeepsToTheFirstFailure() {
    byte[] noise = new byte[4_000_000];
    new Random(1).nextBytes(noise);

    assertThatExceptionOfType(PackageException.class)
        .isThrownBy(() -> {
          try (ZipWriter zip = new ZipWriter(Path.of("/dev/full"))) {
            add(zip, "noise", noise);
            throw new AssertionError("there was room on a full disk");
          }
        })
        .withMessageContaining("/dev/full cannot be written: No space left on device")
        .withMessageContaining("java.io.tmpdir");
  }

  @Test
  void add_whenTheThreadIsInterrupted_ends() throws IOException {
    ZipWriter zip = new ZipWriter(folder.resolve("x.zip"));
    Thread.currentThread().interrupt();
    try {
      assertThatExceptionOfType(ClosedByInterruptException.class)
          .isThrownBy(() -> add(zip, "text", new byte[4_000_000]));
    } finally {
      assertThat(Thread.interrupted()).isTrue();
      zip.close();
    }
  }

  @Test
  void close_inTheMiddle_endsTheThreads() throws IOException {
    ThreadGroup group = new ThreadGroup("writer");
    Thread caller =
        new Thread(
            group,
            () -> {
              try (ZipWriter zip = new ZipWriter(folder.resolve("x.zip"))) {
                add(zip, "text", new byte[4_000_000]);
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });

    caller.start();

    await()
        .atMost(Duration.ofSeconds(40))
        .until(() -> !caller.isAlive() && group.activeCount() == 0);
  }

  private static void add(ZipWriter zip, String name, byte[] content) throws IOException {
    ZipWriter.OpenFile file = zip.file(name, 0644, content.length, content, content.length);
    for (int from = 0; from < content.length; from += 50_000) {
      byte[] part = Arrays.copyOfRange(content, from, Math.min(content.length, from + 50_000));
      file.add(part, part.length);
    }
    file.end();
  }

  private static byte[] content(ZipFile zip, String name) throws IOException {
    return zip.getInputStream(zip.getEntry(name)).readAllBytes();
  }
}
