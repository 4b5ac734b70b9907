package io.rayauth.internal.pack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that are sent as they are. */
@Timeout(60)
class ArchiveTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "demo-1.0-py3-none-any.whl, demo-1.0-0_aaf4c61ddcc5e8a2-py3-none-any.whl",
    "demo-1.0-7b-cp311-cp311-linux_x86_64.whl, demo-1.0-7b_aaf4c61ddcc5e8a2-cp311-cp311-linux_x86_64.whl",
    "odd.whl, odd.whl",
    "some.tgz, _ray_pkg_aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d.tar.gz"
  })
  void nameInStore_always_changesWithTheContentAndIsOneRayCanUse(String given, String inStore)
      throws IOException {
    Path file = Files.writeString(folder.resolve(given), "hello");

    assertThat(Archive.of(file).nameInStore()).isEqualTo(inStore);
  }

  @Test
  void names_ofAZipWithManyEntriesAndAComment_areAllRead() throws IOException {
    Path file = folder.resolve("many.zip");
    try (ZipOutputStream zip =
        new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      for (int i = 0; i < 70_000; i++) {
        zip.putNextEntry(new ZipEntry("d/é" + i));
      }
      zip.setComment("PK\5\6 and more");
    }
    List<String> names = new ArrayList<>();

    ZipNames.read(file, names::add);

    assertThat(names).hasSize(70_000).startsWith("d/é0").endsWith("d/é69999");
    assertThat(Archive.of(file).contents().onlyFolder()).isEqualTo("d");
  }

  @ParameterizedTest
  @CsvSource({"a/x b/y,", "a/x y,", "a/x a/,a", "__MACOSX/x a/x,a", "__MACOSX/x,", "x,"})
  void onlyFolder_isTheOneANodeTakesAway(String names, String expected) throws IOException {
    Path file = folder.resolve("some.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (String name : names.split(" ")) {
        zip.putNextEntry(new ZipEntry(name));
      }
    }

    assertThat(Archive.of(file).contents().onlyFolder()).isEqualTo(expected);
  }
}
