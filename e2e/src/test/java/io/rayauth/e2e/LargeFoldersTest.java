package io.rayauth.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import tools.jackson.databind.JsonNode;

/** Folders that do not fit into memory, packed by a JVM that has little of it. */
@Timeout(600)
@ResourceLock("the disk")
class LargeFoldersTest {
  @TempDir private Path parent;

  @Test
  void submit_ofOneGibibyteWithAHeapOf64Mebibytes_uploadsIt() throws Exception {
    Path folder = Files.createDirectory(parent.resolve("large"));
    byte[] mebibyte =
        "step 1234 loss 0.5678, which is text that shrinks\n"
            .repeat(20972)
            .getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < 128; i++) {
      Path file = folder.resolve("part-" + i + ".csv");
      try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
        for (int j = 0; j < 8; j++) {
          out.write(mebibyte, 0, 1 << 20);
        }
        out.write(Integer.toString(i).getBytes(StandardCharsets.UTF_8));
      }
    }

    assertThat(submitWithSmallHeap(folder, 64)).contains("128 files, 1,073,742,");
  }

  @Test
  void submit_ofTwoHundredThousandFiles_uploadsThemAll(
      @TempDir(factory = MemoryFolder.class) Path memory) throws Exception {
    Path folder = Files.createDirectory(memory.resolve("many"));
    for (int i = 0; i < 200; i++) {
      Path sub = Files.createDirectory(folder.resolve("d" + i));
      for (int j = 0; j < 1000; j++) {
        Files.writeString(sub.resolve("file-" + j), Integer.toString(j));
      }
    }

    assertThat(submitWithSmallHeap(folder, 128)).contains("200,000 files");
  }

  @Test
  void submit_withOneFileOfMoreThanTwoGibibytes_uploadsIt() throws Exception {
    Path folder = Files.createDirectory(parent.resolve("zeros"));
    long size = (2L << 30) + 5;
    try (RandomAccessFile sparse = new RandomAccessFile(folder.resolve("zeros").toFile(), "rw")) {
      sparse.setLength(size);
    }

    assertThat(submitWithSmallHeap(folder, 64)).contains("1 files, 2,147,483,653 bytes");
  }

  /** Ray's own zip of it would not fit on every disk, so the zip's readers are asked alone. */
  @Test
  void submit_withOneFileOfMoreThanFourGibibytes_makesAZipThatPythonAndStreamsRead()
      throws Exception {
    Path folder = Files.createDirectory(parent.resolve("huge"));
    long size = (4L << 30) + 5;
    try (RandomAccessFile sparse = new RandomAccessFile(folder.resolve("huge").toFile(), "rw")) {
      sparse.setLength(size);
      sparse.seek(size - 3);
      sparse.write("end".getBytes(StandardCharsets.UTF_8));
    }
    Files.writeString(folder.resolve("later"), "after it");

    try (PackageCatcher catcher = PackageCatcher.start(parent)) {
      assertThat(submitWithSmallHeap(folder, 64, catcher))
          .contains("2 files, 4,294,967,309 bytes")
          .contains("\n  the package is very large (");
      assertThat(saidByPythonsZipfile("--test", catcher.caught()))
          .isEqualTo("Done testing\n"); // names what is damaged
      assertThat(saidByPythonsZipfile("--list", catcher.caught()))
          .containsPattern("huge .* 4294967301\n")
          .containsPattern("later .* 8\n");
      assertThat(sizesInStream(catcher.caught())).containsExactly(size, 8L);
    }
  }

  private static String saidByPythonsZipfile(String option, Path zip) throws Exception {
    Process python =
        new ProcessBuilder("python3", "-m", "zipfile", option, zip.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(python.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(python.exitValue()).as(said).isZero();
    return said;
  }

  /** Reads what stands before and after each content, and not the list at the end. */
  private static List<Long> sizesInStream(Path file) throws IOException {
    List<Long> sizes = new ArrayList<>();
    try (ZipInputStream zip =
        new ZipInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      while (zip.getNextEntry() != null) {
        sizes.add(zip.transferTo(OutputStream.nullOutputStream()));
      }
    }
    return sizes;
  }

  private String submitWithSmallHeap(Path folder, int mebibytes) throws Exception {
    try (PackageCatcher catcher = PackageCatcher.start(parent)) {
      String said = submitWithSmallHeap(folder, mebibytes, catcher);
      assertRaySaysTheSame(said, folder, catcher.caught());
      return said;
    }
  }

  private static String submitWithSmallHeap(Path folder, int mebibytes, PackageCatcher catcher)
      throws Exception {
    ProcessBuilder program =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx" + mebibytes + "m",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeapProgram.class.getName(),
                catcher.url().toString(),
                folder.toString())
            .redirectErrorStream(true);
    program.environment().put("RAY_PACKAGE_SIZE_WARNING_MIB", "8");
    Process jvm = program.start();
    String said = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(jvm.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(jvm.exitValue()).as(said).isZero();
    System.out.println(said);
    return said;
  }

  /** Ray's own code is as patient with the folder, though not as sparing. */
  private static void assertRaySaysTheSame(String said, Path folder, Path zip) throws IOException {
    try (RayPackaging ray = RayPackaging.start();
        ZipFile readable = new ZipFile(zip.toFile())) {
      JsonNode rays = ray.compare(folder, "working_dir", List.of(), zip);

      assertThat(said).startsWith(rays.path("uri").asString());
      assertThat(rays.path("difference")).isEmpty();
      assertThat(readable.size()).isPositive();
    }
  }
}
