package io.rayauth.internal.pack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.SPARSE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.internal.pack.DeflateBlock.Method;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Numbers of more than four bytes, in a file that is mostly a hole. */
class ZipRecordTest {
  private static final long FIVE_GIBIBYTES = 5L << 30;
  private static final int ALMOST_TWO_GIBIBYTES = Integer.MAX_VALUE;

  @TempDir private Path folder;

  @Test
  void listed_withNumbersOfMoreThanFourBytes_isWhatTheJdkReads() throws IOException {
    Path file = folder.resolve("wide.zip");
    ZipRecord near = ZipRecord.file("near", 0644, 4);
    ZipRecord huge = ZipRecord.file("huge", 0644, FIVE_GIBIBYTES);
    ZipRecord far = ZipRecord.file("far", 0644, 3);
    ZipRecord shrunk = ZipRecord.file("shrunk", 0755, FIVE_GIBIBYTES);
    try (FileChannel zip = FileChannel.open(file, CREATE_NEW, WRITE, SPARSE)) {
      write(zip, near, "near");
      begin(zip, huge);
      huge.held(0xfedcba98L, FIVE_GIBIBYTES);
      huge.addPacked(ALMOST_TWO_GIBIBYTES);
      huge.addPacked(ALMOST_TWO_GIBIBYTES);
      huge.addPacked(ALMOST_TWO_GIBIBYTES);
      zip.position(zip.position() + 3L * ALMOST_TWO_GIBIBYTES);
      zip.write(ByteBuffer.wrap(huge.descriptor()));
      write(zip, far, "far");
      write(zip, shrunk, "shrunk"); // was announced to be large
      finish(zip, List.of(near, huge, far, shrunk));
    }

    try (ZipFile zip = new ZipFile(file.toFile())) {
      assertThat(zip.getEntry("huge"))
          .returns(FIVE_GIBIBYTES, ZipEntry::getSize)
          .returns(3L * ALMOST_TWO_GIBIBYTES, ZipEntry::getCompressedSize)
          .returns(0xfedcba98L, ZipEntry::getCrc);
      for (String name : List.of("near", "far", "shrunk")) {
        assertThat(zip.getInputStream(zip.getEntry(name))).hasContent(name);
      }
    }
    List<String> names = new ArrayList<>();
    ZipNames.read(file, names::add);
    assertThat(names).containsExactly("near", "huge", "far", "shrunk");
  }

  private static void begin(FileChannel zip, ZipRecord entry) throws IOException {
    entry.beginsAt(zip.position());
    zip.write(ByteBuffer.wrap(entry.header()));
  }

  private static void write(FileChannel zip, ZipRecord entry, String content) throws IOException {
    byte[] bytes = content.getBytes(UTF_8);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    DeflateBlock block = new DeflateBlock();
    block.begin(Method.STORE);
    block.fill(bytes, 0, bytes.length);
    block.endsTheFile();
    block.pack();
    begin(zip, entry);
    zip.write(ByteBuffer.wrap(block.output(), 0, block.outputLength()));
    entry.held(crc.getValue(), bytes.length);
    entry.addPacked(block.outputLength());
    zip.write(ByteBuffer.wrap(entry.descriptor()));
    block.release();
  }

  private static void finish(FileChannel zip, List<ZipRecord> entries) throws IOException {
    long start = zip.position();
    for (ZipRecord entry : entries) {
      zip.write(ByteBuffer.wrap(entry.listed()));
    }
    zip.write(ByteBuffer.wrap(ZipRecord.end(entries.size(), start, zip.position() - start)));
  }
}
