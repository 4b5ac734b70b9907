package io.rayauth.e2e;

import io.rayauth.JobClient;
import io.rayauth.job.JobSpec;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Path;

/**
 * Submits a folder and tells how much heap that took; runs in a JVM of its own with little of it.
 */
final class SmallHeapProgram {
  private SmallHeapProgram() {}

  /** Takes the address and the folder. */
  public static void main(String[] arguments) {
    try (JobClient client = JobClient.builder(arguments[0]).build()) {
      System.out.println(
          client
              .submit(JobSpec.running("true").workingDir(Path.of(arguments[1])).build())
              .packages()
              .get(0));
    }
    long peak =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .map(MemoryPoolMXBean::getPeakUsage)
            .mapToLong(usage -> usage.getUsed())
            .sum();
    System.out.printf(
        "heap at its peak: %d MiB of %d MiB%n", peak >> 20, Runtime.getRuntime().maxMemory() >> 20);
  }
}
