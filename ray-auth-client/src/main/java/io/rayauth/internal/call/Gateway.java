package io.rayauth.internal.call;

import io.rayauth.JobClient;
import io.rayauth.RayEndpoint;
import io.rayauth.error.RayException;
import io.rayauth.internal.http.ApiRequest;
import io.rayauth.internal.http.ApiResponse;
import io.rayauth.internal.http.JdkTransport;
import io.rayauth.internal.http.Outcome;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Lends what a client knows of its dashboard, tokens included, to the dashboard proxy, which sends
 * requests of its own in the client's name.
 *
 * <p>Thread-safe. Of no use once the client is closed.
 */
public final class Gateway {
  private static volatile @Nullable Function<JobClient, Gateway> opener;

  private final CallEngine engine;
  private final JdkTransport transport;

  /** Creates a gateway; only a client does. */
  public Gateway(CallEngine engine, JdkTransport transport) {
    this.engine = engine;
    this.transport = transport;
  }

  /** Lets {@link #of(JobClient)} reach into clients; called when their class is initialised. */
  public static void openWith(Function<JobClient, Gateway> opener) {
    Gateway.opener = opener;
  }

  /** Returns what a client knows. */
  public static Gateway of(JobClient client) {
    return Objects.requireNonNull(opener, "JobClient is not initialised").apply(client);
  }

  /** Returns where the dashboard is. */
  public RayEndpoint endpoint() {
    return transport.endpoint();
  }

  /** Returns how TLS is checked; null for the JVM's default. */
  public @Nullable SSLContext tls() {
    return transport.network().tls();
  }

  /** Tells whether the client goes through an HTTP proxy that it was given. */
  public boolean isBehindForwardProxy() {
    return transport.network().proxy() != null;
  }

  /**
   * Returns the headers of one request, tokens included. Blocks while a token is fetched.
   *
   * @throws io.rayauth.token.TokenUnavailableException if there is none to be had
   */
  public CallEngine.Tokens tokens() {
    return engine.tokens();
  }

  /** Returns the same without ever blocking; null where that is not possible now. */
  public CallEngine.@Nullable Tokens freshTokens() {
    return engine.freshTokens();
  }

  /** Drops the tokens that were refused and tells whether there are now others. May block. */
  public boolean replaced(CallEngine.Tokens refused) {
    return engine.replaced(refused);
  }

  /** Explains a refusal or an error as the client would. May block. */
  public RayException failure(
      String method,
      String path,
      int status,
      Map<String, List<String>> headers,
      byte[] body,
      int attempts,
      CallEngine.Tokens sent) {
    ApiResponse response =
        new ApiResponse(status, HttpHeaders.of(headers, (name, value) -> true), body);
    return engine.failure(
        ApiRequest.of(method, path), new Outcome.Answer(response), attempts, sent);
  }

  /** Explains that no answer came, as the client would. May block. */
  public RayException failure(
      String method, String path, Throwable cause, int attempts, CallEngine.Tokens sent) {
    return engine.failure(ApiRequest.of(method, path), transport.noAnswer(cause), attempts, sent);
  }
}
