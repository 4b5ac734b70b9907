package io.rayauth.examples;

import io.rayauth.JobClient;
import io.rayauth.testkit.FakeRay;
import io.rayauth.testkit.Gate;
import io.rayauth.token.TokenProvider;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Is the cluster an example runs on: the one its arguments name, else a FakeRay of its own. */
final class ExampleCluster implements AutoCloseable {
  /** Begins like every token of the tests, so that a search of their output would find it. */
  private static final String FAKE_TOKEN = "canary-known-to-this-FakeRay-only";

  private final URI url;
  private final @Nullable FakeRay fake;
  private final @Nullable TokenProvider tokens;
  private final @Nullable Path caFile;

  private ExampleCluster(
      URI url, @Nullable FakeRay fake, @Nullable TokenProvider tokens, @Nullable Path caFile) {
    this.url = url;
    this.fake = fake;
    this.tokens = tokens;
    this.caFile = caFile;
  }

  static ExampleCluster of(Arguments arguments) {
    return arguments.address().map(url -> real(url, arguments)).orElseGet(ExampleCluster::fake);
  }

  private static ExampleCluster real(String url, Arguments arguments) {
    return new ExampleCluster(
        URI.create(url),
        null,
        arguments.tokenFile().map(TokenProvider::ofFile).orElse(variables()),
        arguments.caFile().orElse(null));
  }

  private static ExampleCluster fake() {
    FakeRay fake = FakeRay.builder().gate(Gate.rayToken(FAKE_TOKEN)).start();
    return new ExampleCluster(fake.url(), fake, TokenProvider.of(FAKE_TOKEN), null);
  }

  private static @Nullable TokenProvider variables() {
    return System.getenv("RAY_AUTH_TOKEN") == null && System.getenv("RAY_AUTH_TOKEN_PATH") == null
        ? null
        : TokenProvider.rayEnvironment();
  }

  URI url() {
    return url;
  }

  boolean isFake() {
    return fake != null;
  }

  /** Starts a client with the address, the token and the CA of this cluster. */
  JobClient.Builder client() {
    JobClient.Builder builder = JobClient.builder(url);
    if (tokens != null) {
      builder.tokenProvider(tokens);
    }
    if (caFile != null) {
      builder.trustCertificates(caFile);
    }
    return builder;
  }

  /** Says so if this is not a real cluster. */
  void introduce(PrintStream out) {
    if (isFake()) {
      out.println("No --address given: this runs on a FakeRay inside this program, with a token.");
    }
  }

  /** Returns a command that prints what the cluster has; the fake has no Python to ask. */
  String showResources() {
    return isFake()
        ? "echo \"{'CPU': 4.0, 'memory': 8000000000.0} (made up: there is no cluster)\""
        : "python -c 'import ray; ray.init(); print(ray.cluster_resources())'";
  }

  @Override
  public void close() {
    Optional.ofNullable(fake).ifPresent(FakeRay::close);
  }
}
