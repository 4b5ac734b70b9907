package io.rayauth;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Pins where a Ray dashboard is: scheme, host, port and the path in front of {@code /api}. A token
 * for an endpoint goes to nowhere else.
 *
 * <p>Immutable and thread-safe.
 */
public final class RayEndpoint {
  private static final String EXAMPLE =
      "; expected such as http://localhost:8265 or https://host/ray/team-a/trainer";

  private static final int LAST_PORT = 65_535;

  private final URI base;

  private RayEndpoint(URI base) {
    this.base = base;
  }

  /**
   * Creates an endpoint from its address; slashes at the end do not count.
   *
   * @param url such as {@code https://host/ray/team-a/trainer}
   * @return the endpoint
   * @throws IllegalArgumentException if it is not an absolute http or https address, or has a user,
   *     a query or a fragment; a password is not shown
   */
  public static RayEndpoint of(String url) {
    if (url.regionMatches(true, 0, "ray://", 0, 6)) {
      throw new IllegalArgumentException(
          "'ray://' is the Ray Client protocol, not HTTP: give the dashboard's address, usually the same host with port 8265, such as http://localhost:8265");
    }
    if (!url.contains("://")) {
      throw new IllegalArgumentException(
          (url.isBlank()
                  ? "the address is empty"
                  : "the address has no http:// or https:// in front")
              + EXAMPLE);
    }
    try {
      return of(new URI(url.strip()));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          "the address cannot be read: " + e.getReason() + " at index " + e.getIndex() + EXAMPLE);
    }
  }

  /**
   * Creates an endpoint from its address; slashes at the end do not count.
   *
   * @param url such as {@code https://host/ray/team-a/trainer}
   * @return the endpoint
   * @throws IllegalArgumentException if it is not an absolute http or https address, or has a user,
   *     a query or a fragment
   */
  public static RayEndpoint of(URI url) {
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new IllegalArgumentException("the address has the scheme '" + scheme + "'" + EXAMPLE);
    }
    if (url.getHost() == null) {
      throw new IllegalArgumentException("the address has no host" + EXAMPLE);
    }
    if (url.getPort() == 0 || url.getPort() > LAST_PORT) {
      throw new IllegalArgumentException("the address has the port " + url.getPort() + EXAMPLE);
    }
    if (url.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "the address has a user or password in it; a token goes through a TokenProvider"
              + EXAMPLE);
    }
    if (url.getRawQuery() != null || url.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "the address has a query or fragment; everything after the path must go" + EXAMPLE);
    }
    String path = url.getRawPath() == null ? "" : url.getRawPath().replaceAll("/+$", "");
    if (List.of(path.split("/")).stream()
        .anyMatch(segment -> segment.equals(".") || segment.equals(".."))) {
      throw new IllegalArgumentException("the address has '.' or '..' in its path" + EXAMPLE);
    }
    String authority =
        url.getHost().toLowerCase(Locale.ROOT) + (url.getPort() < 0 ? "" : ":" + url.getPort());
    return new RayEndpoint(URI.create(scheme + "://" + authority + path));
  }

  /**
   * Returns the address, without a slash at its end.
   *
   * @return such as {@code https://host/ray/team-a/trainer}
   */
  public URI url() {
    return base;
  }

  /**
   * Returns the address of something below the endpoint.
   *
   * @param path begins with a slash and is percent-encoded where needed, see {@link
   *     #segment(String)}
   * @return the endpoint's own path with {@code path} behind it
   */
  public URI resolve(String path) {
    return URI.create(base + path);
  }

  /**
   * Tells whether a token may travel to this endpoint without TLS being asked for: it is https,
   * loopback, or a name that only exists within a Kubernetes cluster.
   *
   * @return false for plain http to anywhere else
   */
  public boolean isSafeForTokens() {
    String host = base.getHost();
    return base.getScheme().equals("https")
        || host.equals("localhost")
        || host.endsWith(".localhost")
        || host.matches("127(\\.\\d{1,3}){3}")
        || host.equals("[::1]")
        || host.equals("[0:0:0:0:0:0:0:1]")
        || host.endsWith(".svc")
        || host.endsWith(".cluster.local");
  }

  /**
   * Encodes a text as one segment of a path (RFC 3986, unreserved characters stay).
   *
   * @param text any text
   * @return the percent-encoded segment
   */
  public static String segment(String text) {
    StringBuilder encoded = new StringBuilder(text.length());
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if ((c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || (c >= '0' && c <= '9')
          || "-._~".indexOf(c) >= 0) {
        encoded.append(c);
      } else {
        encoded.append('%').append("%02X".formatted((int) c));
      }
    }
    return encoded.toString();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RayEndpoint that && base.equals(that.base);
  }

  @Override
  public int hashCode() {
    return base.hashCode();
  }

  @Override
  public String toString() {
    return base.toString();
  }
}
