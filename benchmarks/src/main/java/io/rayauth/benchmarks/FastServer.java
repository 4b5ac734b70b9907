package io.rayauth.benchmarks;

import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Serves all fakes from a process of its own, so that what they allocate and collect is not counted
 * as the client's. Ends when its stdin does, so never outlives the measurement.
 */
public final class FastServer {
  private FastServer() {}

  /** Starts the servers, prints where they are and waits for the end of stdin. */
  public static void main(String[] args) throws IOException {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(SideBySide.TOKEN)).start();
        JobListServer list = JobListServer.start();
        PackageServer packages = PackageServer.start();
        TailServer tail = TailServer.start()) {
      System.out.println(ray.url());
      System.out.println(list.url());
      System.out.println(packages.url());
      System.out.println(tail.url());
      System.in.transferTo(OutputStream.nullOutputStream());
    }
  }
}
