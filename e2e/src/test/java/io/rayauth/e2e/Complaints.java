package io.rayauth.e2e;

import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** Collects what a tab's console, scripts and requests complain about. */
final class Complaints {
  private static final String ANSWERED =
      "error: Failed to load resource: the server responded with ";

  /**
   * Is what the dashboard of a Ray as it is installed here says of itself, in any browser and
   * without a proxy: it asks for parts that this Ray does not have.
   */
  static final Set<String> OF_RAY_ITSELF =
      Set.of(
          // Ray says: Grafana healthcheck failed. There is none.
          ANSWERED + "a status of 500 (Internal Server Error) at /api/grafana_health",
          // Ray says: prometheus healthcheck failed. There is none.
          ANSWERED + "a status of 500 (Internal Server Error) at /api/prometheus_health",
          // Platform events are switched off, as they are by default, and so is their address.
          ANSWERED + "a status of 404 (Not Found) at /api/v0/platform_events",
          // Ray says: Serve dependencies are not installed. Only ray[default] is.
          ANSWERED + "a status of 501 (Not Implemented) at /api/serve/applications/");

  private final List<String> all = new CopyOnWriteArrayList<>();

  private Complaints() {}

  /** Begins to listen. */
  static Complaints of(Page tab) {
    Complaints complaints = new Complaints();
    tab.onConsoleMessage(complaints::add);
    tab.onPageError(error -> complaints.all.add("script: " + error));
    tab.onRequestFailed(request ->
        complaints.all.add("request: %s at %s".formatted(request.failure(), path(request.url()))));
    return complaints;
  }

  private void add(ConsoleMessage message) {
    if (Set.of("error", "warning").contains(message.type())) {
      String address = message.location().split(":\\d+:\\d+$")[0];
      all.add("%s: %s at %s".formatted(message.type(), message.text(), path(address)));
    }
  }

  private static String path(String address) {
    return URI.create(address).getPath();
  }

  /** Returns those that Ray does not cause itself. */
  List<String> unexpected() {
    return all.stream().filter(complaint -> !OF_RAY_ITSELF.contains(complaint)).toList();
  }

  /** Returns each one once. */
  Set<String> each() {
    return Set.copyOf(all);
  }
}
