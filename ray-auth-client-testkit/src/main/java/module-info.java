/**
 * Gives tests a Ray dashboard that runs in their own process, a clock they move by hand and a
 * contract for token providers.
 *
 * <p>Start at {@link io.rayauth.testkit.FakeRay} or {@link io.rayauth.testkit.WithFakeRay}.
 */
module io.rayauth.testkit {
  requires transitive io.rayauth;
  requires static transitive org.jspecify;
  requires static transitive org.junit.jupiter.api;
  requires static org.assertj.core;
  requires tools.jackson.core;
  requires tools.jackson.databind;

  exports io.rayauth.testkit;
}
