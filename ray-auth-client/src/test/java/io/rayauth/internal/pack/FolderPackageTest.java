package io.rayauth.internal.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rayauth.internal.pack.FolderWalk.GitignoreFiles;
import io.rayauth.job.PackageReport;
import io.rayauth.job.PackageReport.Exclusion;
import io.rayauth.job.PackageReport.SizedPath;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.TimeZone;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is in the zip, and in the report. */
@Timeout(60)
class FolderPackageTest {
  private static final long NO_LIMIT = Long.MAX_VALUE;

  @TempDir private Path folder;

  @Test
  void seal_twice_givesTheSameBytesWhateverTheTimes() throws IOException {
    Files.writeString(folder.resolve("b"), "b");
    Files.writeString(folder.resolve("a"), "a".repeat(100_000));
    Files.createDirectory(folder.resolve("empty"));
    FolderPackage read = read();
    byte[] first = sealed(read);
    Files.setLastModifiedTime(folder.resolve("a"), FileTime.fromMillis(0));
    TimeZone before = TimeZone.getDefault();
    try {
      TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Kiritimati"));

      assertThat(sealed(read)).isEqualTo(first);
    } finally {
      TimeZone.setDefault(before);
    }
  }

  @Test
  void seal_ofTextAndOfNoise_compressesOnlyWhatShrinks() throws IOException {
    byte[] noise = new byte[200_000];
    new Random(1).nextBytes(noise);
    Files.write(folder.resolve("noise"), noise);
    Files.writeString(folder.resolve("text"), "all work and no play ".repeat(10_000));

    try (SealedPackage sealed = read().seal(NO_LIMIT);
        ZipFile zip = new ZipFile(sealed.file().toFile())) {
      assertThat(zip.getEntry("noise").getCompressedSize()).isBetween(200_000L, 200_100L);
      assertThat(zip.getEntry("text").getCompressedSize()).isLessThan(5_000);
      assertThat(zip.getInputStream(zip.getEntry("noise")).readAllBytes()).isEqualTo(noise);
    }
  }

  @Test
  void seal_makesAFileThatOnlyItsOwnerCanRead_andThatIsGoneAfterwards() throws IOException {
    Files.writeString(folder.resolve("a"), "a");

    SealedPackage sealed = read().seal(NO_LIMIT);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(sealed.file())))
        .isEqualTo("rw-------");
    sealed.close();
    assertThat(sealed.file()).doesNotExist();
  }

  @Test
  void seal_whenTheFolderHasChanged_throwsInsteadOfPackingHalf() throws IOException {
    Files.writeString(folder.resolve("a"), "a");
    FolderPackage read = read();
    Files.writeString(folder.resolve("b"), "b");

    assertThatThrownBy(() -> read.seal(NO_LIMIT)).isInstanceOf(FolderChangedException.class);
    assertThat(read.readAgain().uri()).isNotEqualTo(read.uri());
  }

  @Test
  void seal_aboveTheLimit_tellsTheTenLargestAndWhatWasLeftOut() throws IOException {
    for (int i = 1; i <= 12; i++) {
      byte[] noise = new byte[i * 1000];
      new Random(i).nextBytes(noise);
      Files.write(folder.resolve("f" + i), noise);
    }
    Files.writeString(folder.resolve("x.log"), "");
    FolderPackage read = read("*.log");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> read.seal(50_000))
        .withMessageContaining(folder.toString())
        .withMessageContaining("more than the 50,000 bytes")
        .withMessageContaining("f12 (12,000 bytes), f11 (11,000 bytes)")
        .withMessageContaining("f3 (3,000 bytes)")
        .withMessageNotContaining("f2 (")
        .withMessageContaining("'*.log' of excludes: 1, such as x.log")
        .withMessageContaining("packageStore");
  }

  @Test
  void report_tellsWhatIsInAndWhatIsOutAndWhy() throws IOException {
    Files.writeString(folder.resolve(".gitignore"), "*.log\nsub\n");
    Files.writeString(folder.resolve("a.log"), "");
    Files.writeString(folder.resolve("b.log"), "");
    Files.writeString(folder.resolve("main.py"), "print()");
    Files.writeString(folder.resolve(".env"), "A=1");
    Files.writeString(folder.resolve("odd\\name"), "");
    Files.writeString(
        folder.resolve("deploy.yaml"), "apiVersion: v1\nkind: Config\nclusters: []\n");
    Files.writeString(Files.createDirectory(folder.resolve("sub")).resolve("x"), "");

    PackageReport report = read().report().build();

    assertThat(report.outcome()).isEqualTo(PackageReport.Outcome.READ);
    assertThat(report.source()).isEqualTo(folder);
    assertThat(report.files()).isEqualTo(5);
    assertThat(report.bytes()).isEqualTo(10 + 7 + 3 + 41);
    assertThat(report.exclusions())
        .containsExactly(
            new Exclusion("*.log", ".gitignore", 2, List.of("a.log", "b.log")),
            new Exclusion("sub", ".gitignore", 1, List.of("sub")));
    assertThat(report.largest()).startsWith(new SizedPath("deploy.yaml", 41));
    assertThat(report.secretLooking()).containsExactly(".env", "deploy.yaml");
    assertThat(report.notes()).singleElement().asString().contains("backslash");
    assertThat(report.packedBytes()).isEmpty();
    assertThat(report.toString())
        .startsWith(report.uri() + " from " + folder + ": 5 files, 61 bytes (read in ")
        .contains("\n  left out by '*.log' of .gitignore: 2, such as a.log")
        .contains("\n  looks like a secret: .env");
  }

  @Test
  void report_ofALargeFile_saysSoAsRayDoes() throws IOException {
    try (RandomAccessFile sparse =
        new RandomAccessFile(folder.resolve("model.bin").toFile(), "rw")) {
      sparse.setLength(10 << 20);
    }
    Files.writeString(folder.resolve("small"), "s");

    PackageReport report = read().report().build();

    assertThat(report.notes()).containsExactly("model.bin is very large (10,485,760 bytes)");
    assertThat(report.largest())
        .containsExactly(new SizedPath("model.bin", 10 << 20), new SizedPath("small", 1));
  }

  @Test
  void seal_whenTheThreadIsInterrupted_endsAndLeavesNoFile() throws IOException {
    Files.writeString(folder.resolve("a"), "a".repeat(1_000_000));
    FolderPackage read = read();
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> read.seal(NO_LIMIT)).isInstanceOf(ClosedByInterruptException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void forStore_putsAllOneFolderDeeper() throws IOException {
    Files.writeString(folder.resolve("a"), "a");

    try (SealedPackage sealed = read().forStore().seal(NO_LIMIT)) {
      assertThat(ZipListing.of(sealed.file()))
          .extracting(ZipListing.Entry::name)
          .containsExactly("package/a");
    }
  }

  private FolderPackage read(String... excludes) throws IOException {
    return FolderPackage.read(new FolderWalk(folder, List.of(excludes), GitignoreFiles.HEEDED), "");
  }

  private static byte[] sealed(FolderPackage read) throws IOException {
    try (SealedPackage sealed = read.seal(NO_LIMIT)) {
      return Files.readAllBytes(sealed.file());
    }
  }
}
