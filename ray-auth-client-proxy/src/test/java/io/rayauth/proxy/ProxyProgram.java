package io.rayauth.proxy;

import io.rayauth.RayEndpoint;
import io.rayauth.token.TokenProvider;

/** Is a program that does nothing but show a dashboard, until its input ends. */
final class ProxyProgram {
  private ProxyProgram() {}

  public static void main(String[] arguments) throws Exception {
    try (DashboardProxy proxy =
        DashboardProxy.to(RayEndpoint.of(arguments[0]), TokenProvider.of("canary-program"))
            .allowWrites()
            .limits(ProxyLimits.builder().bodyBytes(1L << 40).build())
            .start()) {
      System.out.println(proxy.url());
      System.in.read();
    }
  }
}
