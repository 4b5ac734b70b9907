package io.rayauth.kubernetes.internal.connect;

import io.rayauth.kubernetes.internal.api.ApiServer;
import io.rayauth.token.AccessToken;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Asks {@code GET /api/authentication_mode} and tells what the answer looks like.
 *
 * <p>HTTP/1.1, no redirects, and a connection of its own that is closed afterwards; it leaves no
 * thread behind, which the JDK's newer HTTP client does before Java 21.
 */
final class DashboardProbe {
  private static final String PATH = "/api/authentication_mode";
  private static final int EXCERPT = 4096;

  /** What a TLS listener of Go answers in plain text, with no length, before it hangs up. */
  private static final String GO_WANTS_TLS = "Client sent an HTTP request to an HTTPS server";

  private final URI base;
  private final @Nullable SSLContext tls;

  DashboardProbe(URI base, @Nullable SSLContext tls) {
    this.base = base;
    this.tls = tls;
  }

  /** Says how whoever is there behaves; fingerprints by the real programs' own bytes. */
  enum Kind {
    /** Ray, which wants a token. */
    TOKEN,
    /** Ray, which wants none. */
    DISABLED,
    /** A dashboard that does not know the question: Ray before 2.52. */
    UNKNOWN_QUESTION,
    /** kube-rbac-proxy, which saw no token that it accepts. */
    PROXY_UNAUTHORIZED,
    /** kube-rbac-proxy, which knows the caller and does not let it in. */
    PROXY_FORBIDDEN,
    /** A server that speaks TLS only. */
    WANTS_TLS,
    /** The API server itself, which refuses its proxy. */
    API_SERVER,
    /** A login page or a redirect to one. */
    LOGIN,
    /** Nobody, or somebody who found nobody behind. */
    NOT_UP,
    /** Something else. */
    STRANGE
  }

  /**
   * Is what came back.
   *
   * @param kind how it looks
   * @param status the status, 0 if there was no answer
   * @param text what was said, shortened
   */
  record Answer(Kind kind, int status, String text) {}

  /**
   * Asks once.
   *
   * @param authorization goes into {@code Authorization}; null for no credential
   * @param timeout how long to wait for a connection, and again for an answer
   */
  Answer ask(@Nullable AccessToken authorization, Duration timeout) {
    int millis = (int) Math.max(1, Math.min(timeout.toMillis(), Integer.MAX_VALUE));
    HttpURLConnection connection = null;
    try {
      URI url = URI.create(base + PATH);
      connection =
          (HttpURLConnection)
              (base.getHost().startsWith("127.")
                  ? url.toURL().openConnection(Proxy.NO_PROXY)
                  : url.toURL().openConnection());
      if (connection instanceof HttpsURLConnection https && tls != null) {
        https.setSSLSocketFactory(tls.getSocketFactory());
      }
      connection.setInstanceFollowRedirects(false);
      connection.setUseCaches(false);
      connection.setConnectTimeout(millis);
      connection.setReadTimeout(millis);
      connection.setRequestProperty("User-Agent", "ray-auth-client");
      connection.setRequestProperty("Accept", "application/json");
      connection.setRequestProperty("Connection", "close");
      if (authorization != null) {
        connection.setRequestProperty("Authorization", "Bearer " + authorization.value());
      }
      int status = connection.getResponseCode();
      String text = body(connection);
      return new Answer(
          kind(connection, status, text),
          status,
          isStatus(text) ? ApiServer.message(text) : text.strip());
    } catch (IOException e) {
      String words = e.getMessage();
      return new Answer(
          Kind.NOT_UP, 0, words == null ? e.getClass().getSimpleName() : words.strip());
    } finally {
      if (connection != null) {
        connection.disconnect();
      }
    }
  }

  private static Kind kind(HttpURLConnection answer, int status, String text) {
    String type = Objects.requireNonNullElse(answer.getContentType(), "");
    if (isStatus(text)) {
      return status >= 500 ? Kind.NOT_UP : Kind.API_SERVER;
    }
    if ((status >= 300 && status < 400) || type.startsWith("text/html")) {
      return Kind.LOGIN;
    }
    boolean fromGo =
        "nosniff".equals(answer.getHeaderField("X-Content-Type-Options"))
            && answer.getHeaderField("WWW-Authenticate") == null;
    return switch (status) {
      case 200 ->
          text.contains("\"authentication_mode\"")
              ? text.contains("\"disabled\"") ? Kind.DISABLED : Kind.TOKEN
              : Kind.STRANGE;
      case 400 -> text.startsWith(GO_WANTS_TLS) ? Kind.WANTS_TLS : Kind.STRANGE;
      case 401 -> fromGo && text.equals("Unauthorized\n") ? Kind.PROXY_UNAUTHORIZED : Kind.STRANGE;
      case 403 ->
          fromGo && text.startsWith("Forbidden (user=") ? Kind.PROXY_FORBIDDEN : Kind.STRANGE;
      case 404 -> text.startsWith("404: Not Found") ? Kind.UNKNOWN_QUESTION : Kind.STRANGE;
      case 502, 503, 504 -> Kind.NOT_UP;
      default -> Kind.STRANGE;
    };
  }

  /** The API server answers with an object of its own where it does not let something through. */
  private static boolean isStatus(String text) {
    return text.startsWith("{") && text.contains("\"kind\":\"Status\"");
  }

  private static String body(HttpURLConnection answer) throws IOException {
    InputStream stream =
        answer.getErrorStream() == null && answer.getResponseCode() < 400
            ? answer.getInputStream()
            : answer.getErrorStream();
    if (stream == null) {
      return "";
    }
    try (stream) {
      byte[] bytes = new byte[EXCERPT];
      String text = "";
      int length = 0;
      int read = 0;
      // A port-forward may not tell for long that the other side has hung up.
      while (read >= 0 && length < EXCERPT && !text.startsWith(GO_WANTS_TLS)) {
        read = stream.read(bytes, length, EXCERPT - length);
        length += Math.max(0, read);
        text = new String(bytes, 0, length, StandardCharsets.UTF_8);
      }
      return text;
    }
  }
}
