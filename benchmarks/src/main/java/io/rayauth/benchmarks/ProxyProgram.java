package io.rayauth.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.rayauth.RayEndpoint;
import io.rayauth.proxy.DashboardProxy;
import io.rayauth.proxy.ProxyLimits;
import io.rayauth.token.TokenProvider;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;

/**
 * Runs the dashboard proxy in a process of its own. Says its link, then answers each line with the
 * bytes that live on its heap. Ends when its stdin does.
 */
public final class ProxyProgram {
  private static final int COLLECTIONS = 5;

  /** One browser asks for less than the load in a second. */
  private static final ProxyLimits UNLIMITED =
      ProxyLimits.builder().requestsPerSecond(1_000_000, 1_000_000).build();

  private ProxyProgram() {}

  /** Starts the proxy in front of the dashboard that is named. */
  public static void main(String[] args) throws IOException {
    try (DashboardProxy proxy =
            DashboardProxy.to(RayEndpoint.of(args[0]), TokenProvider.of(SideBySide.TOKEN))
                .allowWrites()
                .limits(UNLIMITED)
                .start();
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
      System.out.println(proxy.url());
      while (questions.readLine() != null) {
        System.out.println(liveBytes());
      }
    }
  }

  private static long liveBytes() {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
