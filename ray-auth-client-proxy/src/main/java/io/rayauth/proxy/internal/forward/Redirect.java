package io.rayauth.proxy.internal.forward;

import io.rayauth.RayEndpoint;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Says where a browser is sent when the cluster sends it somewhere. */
final class Redirect {
  private Redirect() {}

  /**
   * Returns what a place is called by whoever comes through the proxy.
   *
   * @param requested the path and query that were asked for, below the endpoint
   * @param location as the cluster said it
   * @return begins with one slash; empty if the place is not below the endpoint
   */
  static Optional<String> within(RayEndpoint endpoint, String requested, String location) {
    URI base = endpoint.url();
    URI target;
    try {
      URI asked = endpoint.resolve(requested);
      target =
          location.startsWith("?") // which the JDK resolves as RFC 2396 said
              ? endpoint.resolve(requested.replaceAll("\\?.*", "") + location)
              : asked.resolve(location.strip());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    if (!isSameOrigin(base, target) || target.getRawPath() == null) {
      return Optional.empty();
    }
    String path = target.getRawPath();
    if (!path.startsWith(base.getRawPath())
        || List.of(path.split("/")).stream().anyMatch(Set.of(".", "..")::contains)) {
      return Optional.empty();
    }
    String own = path.substring(base.getRawPath().length());
    if (own.isEmpty() && target.getRawQuery() == null) {
      own = "/";
    }
    if (!own.startsWith("/") || own.startsWith("//")) { // which a browser takes for another host
      return Optional.empty();
    }
    return Optional.of(
        own
            + (target.getRawQuery() == null ? "" : "?" + target.getRawQuery())
            + (target.getRawFragment() == null ? "" : "#" + target.getRawFragment()));
  }

  private static boolean isSameOrigin(URI base, URI target) {
    return base.getScheme().equalsIgnoreCase(target.getScheme())
        && base.getHost().equalsIgnoreCase(target.getHost())
        && port(base) == port(target)
        && target.getRawUserInfo() == null;
  }

  /** Returns the port of an address, the usual one of its scheme if it names none. */
  static int port(URI address) {
    if (address.getPort() >= 0) {
      return address.getPort();
    }
    return address.getScheme().equalsIgnoreCase("https") ? 443 : 80;
  }
}
