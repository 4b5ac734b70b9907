package io.rayauth.proxy.internal.guard;

import io.rayauth.proxy.internal.page.Refusal;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.net.URI;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Knows the names that a proxy answers to. A page that makes its own name resolve to this machine
 * is refused for the name, which a browser always tells in {@code Host}.
 *
 * <p>Immutable.
 */
public final class Site {
  private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern HOST =
      Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\\[[0-9a-f:.]+]");
  private static final Refusal FOREIGN_HOST =
      new Refusal(
          403,
          "foreign Host",
          "This is not the address of the dashboard",
          "The request named another host than the one that the dashboard is opened under. Open it"
              + " with the link that the proxy gave.");
  private static final Refusal OTHER_NAME =
      new Refusal(
          403,
          "not the name of the link",
          "This is not the address of the dashboard",
          "The dashboard is open under a name of its own, which other servers on this machine do"
              + " not share. Open it with the link that the proxy gave.");

  private final String scheme;
  private final String linkName;
  private final Set<String> names;
  private final Set<String> healthNames;

  private Site(String scheme, String linkName, Set<String> names, Set<String> healthNames) {
    this.scheme = scheme;
    this.linkName = linkName;
    this.names = Set.copyOf(names);
    this.healthNames = Set.copyOf(healthNames);
  }

  /** Answers to this machine's own names; links say 127.0.0.1. */
  public static Site loopback() {
    return new Site("http", "127.0.0.1", LOOPBACK, LOOPBACK);
  }

  /**
   * Answers to one name under localhost, so that the cookie is kept from other local servers.
   *
   * @throws IllegalArgumentException if it is no label of a host name
   */
  public static Site underLocalhostName(String name) {
    if (!LABEL.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "\"%s\" cannot stand before .localhost: use 1 to 63 of a-z, 0-9 and -, such as ray-prod"
              .formatted(name));
    }
    String host = name + ".localhost";
    return new Site("http", host, Set.of(host), LOOPBACK);
  }

  /**
   * Answers to names in the network, by https only; links say the first of them.
   *
   * @throws IllegalArgumentException if there is none, or if one is no host name
   */
  public static Site exposed(Set<String> hostNames) {
    List<String> names = hostNames.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          "no host names: say under which names browsers reach the proxy, as those of its"
              + " certificate");
    }
    for (String name : names) {
      if (!HOST.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "\"%s\" is no host name: give names without scheme, port and *, and put IPv6 into []"
                .formatted(name));
      }
    }
    return new Site("https", names.get(0), new LinkedHashSet<>(names), Set.of());
  }

  /** Tells whether browsers come by https. */
  public boolean isTls() {
    return scheme.equals("https");
  }

  /** Returns where a port of this site is, without a secret. */
  public URI address(int port) {
    return URI.create(scheme + "://" + linkName + ":" + port);
  }

  /** Refuses requests for another host; only the health may be asked under a name of loopback. */
  void check(HttpServerExchange exchange, String path, int port) throws Refused {
    String name = name(host(exchange), port);
    if (name != null && names.contains(name)) {
      return;
    }
    if (name == null || !healthNames.contains(name)) {
      throw new Refused(FOREIGN_HOST);
    }
    if (!path.equals(Doorkeeper.HEALTH)) {
      throw new Refused(OTHER_NAME);
    }
  }

  /**
   * Returns the origin of pages that were got under the Host of a request that passed the check.
   */
  String origin(HttpServerExchange exchange) {
    return scheme + "://" + host(exchange).toLowerCase(Locale.ROOT);
  }

  private @Nullable String name(String host, int port) {
    String end = ":" + port;
    if (host.endsWith(end)) {
      return host.substring(0, host.length() - end.length()).toLowerCase(Locale.ROOT);
    }
    return port == (isTls() ? 443 : 80) ? host.toLowerCase(Locale.ROOT) : null;
  }

  private static String host(HttpServerExchange exchange) {
    String host = exchange.getRequestHeaders().getFirst(Headers.HOST);
    return host == null ? "" : host;
  }

  @Override
  public String toString() {
    return names.stream().sorted().collect(Collectors.joining(", ", "Site[" + scheme + " ", "]"));
  }
}
