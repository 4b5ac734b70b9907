package io.rayauth.testkit.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps one log file for each submission id; it outlives the record of the job. */
final class JobLogs {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss,SSS", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final int LINES_IN_MESSAGE = 10;
  private static final int CHARS_IN_MESSAGE = 20_000;

  private final Path folder;
  private final Map<String, Path> files = new ConcurrentHashMap<>();
  private final AtomicInteger count = new AtomicInteger();

  JobLogs(Path folder) {
    this.folder = folder;
  }

  /** The file of an id; its name is ours, as an id can hold what a file name cannot. */
  Path file(String id) {
    return files.computeIfAbsent(
        id, any -> folder.resolve("log-" + count.incrementAndGet() + ".log"));
  }

  Optional<byte[]> bytes(String id) {
    Path file = files.get(id);
    try {
      return file == null || !Files.exists(file)
          ? Optional.empty()
          : Optional.of(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void setUp(String id, Instant now) {
    append(id, TIME.format(now) + "\tINFO job_manager.py:581 -- Runtime env is setting up.\n");
  }

  void running(String id, String entrypoint) {
    append(id, "Running entrypoint for job " + id + ": " + entrypoint + "\n");
  }

  private void append(String id, String line) {
    try {
      Files.writeString(file(id), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The end of a log that goes into the message of a failed job. */
  String lastLines(String id) {
    String text = newlines(new String(bytes(id).orElse(new byte[0]), StandardCharsets.UTF_8));
    List<String> lines = text.lines().toList();
    String last =
        String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_IN_MESSAGE), lines.size()))
            + (text.endsWith("\n") ? "\n" : "");
    return last.substring(Math.max(0, last.length() - CHARS_IN_MESSAGE));
  }

  /** Universal newlines, as Python reads text. */
  static String newlines(String text) {
    return text.indexOf('\r') < 0 ? text : text.replace("\r\n", "\n").replace('\r', '\n');
  }

  /** Python's words for what is wrong with these bytes; empty if they are UTF-8. */
  static Optional<String> decodingError(byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(8192);
    CoderResult result;
    do {
      out.clear();
      result = decoder.decode(in, out, true);
    } while (result.isOverflow());
    if (!result.isError()) {
      return Optional.empty();
    }
    int at = in.position();
    int bad = bytes[at] & 0xff;
    boolean canStart = bad >= 0xc2 && bad <= 0xf4;
    boolean cutOff = canStart && at + result.length() == bytes.length;
    return Optional.of(
        "'utf-8' codec can't decode byte 0x%02x in position %d: %s"
            .formatted(
                bad,
                at,
                cutOff
                    ? "unexpected end of data"
                    : canStart ? "invalid continuation byte" : "invalid start byte"));
  }
}
