package io.rayauth.internal.pack;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a zip that a Ray node unpacks as it does Ray's own: with Unix modes, and nothing else of
 * the machine it was made on. The same entries give the same bytes.
 *
 * <p>The JDK's {@code ZipOutputStream} does the work; it knows no modes, which {@link UnixModes}
 * adds (measured against others in {@code docs/decisions/0010}).
 */
final class ZipWriter implements Closeable {
  /** Does not depend on the time zone, which the first day a zip can tell does. */
  private static final LocalDateTime ALWAYS = LocalDateTime.of(1980, 2, 1, 0, 0);

  /** What a zip has room for. */
  private static final int LONGEST_NAME = 0xffff;

  /**
   * A sample that does not shrink below this part of it is of a file that is compressed already.
   */
  private static final double SHRINKS = 0.9;

  private static final int SAMPLE = 16 * 1024;

  private final UnixModes modes;
  private final ZipOutputStream zip;
  private final Deflater sampler = new Deflater(Deflater.BEST_SPEED);
  private final byte[] scratch = new byte[SAMPLE];

  ZipWriter(Path file) throws IOException {
    OutputStream out = Files.newOutputStream(file);
    modes = new UnixModes(new BufferedOutputStream(out, 64 * 1024));
    zip = new ZipOutputStream(modes, StandardCharsets.UTF_8);
  }

  /** Returns how many bytes were written so far. */
  long size() {
    return modes.written();
  }

  void folder(String name, int mode) throws IOException {
    modes.expect(0040000 | mode, UnixModes.DOS_DIRECTORY);
    zip.setLevel(Deflater.NO_COMPRESSION);
    zip.putNextEntry(entry(name + "/"));
    zip.closeEntry();
  }

  /** Begins a file; {@code sample} is the beginning of its content, which still has to be added. */
  void beginFile(String name, int mode, byte[] sample, int length) throws IOException {
    modes.expect(0100000 | mode, 0);
    zip.setLevel(
        length < SAMPLE || shrinks(sample) ? Deflater.BEST_SPEED : Deflater.NO_COMPRESSION);
    zip.putNextEntry(entry(name));
  }

  void content(byte[] buffer, int length) throws IOException {
    zip.write(buffer, 0, length);
  }

  void endFile() throws IOException {
    zip.closeEntry();
  }

  /** Writes the list of entries and closes the file. */
  @Override
  public void close() throws IOException {
    try (zip) {
      modes.listFollows();
    } finally {
      sampler.end();
    }
  }

  private boolean shrinks(byte[] sample) {
    sampler.reset();
    sampler.setInput(sample, 0, SAMPLE);
    sampler.finish();
    return sampler.deflate(scratch) < SAMPLE * SHRINKS && sampler.finished();
  }

  private static ZipEntry entry(String name) {
    if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "%s… has a path of more than %,d bytes, which no zip can hold; exclude it"
              .formatted(name.substring(0, 60), LONGEST_NAME));
    }
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(ALWAYS);
    return entry;
  }
}
