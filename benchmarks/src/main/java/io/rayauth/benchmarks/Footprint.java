package io.rayauth.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says what Linux tells of a process.
 *
 * @param resident bytes of memory that it has now
 * @param highest bytes of memory that it ever had
 * @param threads that it has now
 */
record Footprint(long resident, long highest, int threads) {

  static Footprint of(ProcessHandle process) {
    String status;
    try {
      status = Files.readString(Path.of("/proc", Long.toString(process.pid()), "status"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Footprint(
        1024 * number(status, "VmRSS"),
        1024 * number(status, "VmHWM"),
        (int) number(status, "Threads"));
  }

  private static long number(String status, String name) {
    Matcher line = Pattern.compile("(?m)^" + name + ":\\s+(\\d+)").matcher(status);
    if (!line.find()) {
      throw new IllegalStateException("/proc says nothing of " + name);
    }
    return Long.parseLong(line.group(1));
  }

  /** Returns the nanoseconds that a process has computed for, rounded to ten milliseconds. */
  static long processorNanos(ProcessHandle process) {
    return process.info().totalCpuDuration().orElseThrow().toNanos();
  }
}
