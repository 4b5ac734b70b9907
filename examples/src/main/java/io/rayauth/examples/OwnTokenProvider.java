package io.rayauth.examples;

import io.rayauth.JobClient;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Brings tokens from a place the library does not know, and shows when the client asks for one.
 *
 * <p>Runs on a FakeRay, as a token has to be revoked for it.
 */
public final class OwnTokenProvider {
  private OwnTokenProvider() {}

  /** Is what a program would write: one method that gets a token. The client caches it. */
  private static final class TokenDesk implements TokenProvider {
    private final FakeRay ray;
    private final AtomicInteger issued = new AtomicInteger();

    TokenDesk(FakeRay ray) {
      this.ray = ray;
    }

    @Override
    public AccessToken token() {
      String token = "canary-" + issued.incrementAndGet();
      ray.accept(token);
      return AccessToken.of(token, Instant.now().plus(Duration.ofHours(1)));
    }

    void revokeLatest() {
      ray.revoke("canary-" + issued.get());
    }
  }

  /**
   * Runs the example.
   *
   * @param args none
   */
  public static void main(String[] args) {
    run(System.out, args);
  }

  static void run(PrintStream out, String... args) {
    if (args.length > 0) {
      throw new ExampleFailedException("this example takes no arguments");
    }
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken("canary-0")).start()) {
      TokenDesk desk = new TokenDesk(ray);
      try (JobClient client = JobClient.builder(ray.url()).tokenProvider(desk).build()) {
        client.version();
        client.version();
        out.println("after two calls: tokens issued: " + desk.issued);

        desk.revokeLatest();
        client.version();
        out.println("after the first was revoked: tokens issued: " + desk.issued);
      }
    }
  }
}
