package io.rayauth.proxy.internal.guard;

import io.rayauth.proxy.internal.page.Refusal;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.Set;
import java.util.stream.Collectors;

/** Names what a proxy lets people do with a cluster. */
public enum Access {
  /** Look, without a trace on what runs. */
  READ(Set.of(Methods.GET)),
  /** Also what the dashboard offers to do, such as stopping a job or profiling a worker. */
  WRITE(Set.of(Methods.GET, Methods.POST, Methods.PUT, Methods.PATCH, Methods.DELETE));

  private static final Refusal NOT_READ =
      new Refusal(
          405,
          "method not allowed",
          "This proxy only shows the dashboard",
          "Actions, such as stopping a job, are off. Whoever starts the proxy can let them through"
              + " with allowWrites().");
  private static final Refusal ACTS =
      new Refusal(
          403,
          "profiler",
          "This proxy only shows the dashboard",
          "Stack traces and profiles stop or slow down the worker they look at, so they are off."
              + " Whoever starts the proxy can let them through with allowWrites().");

  @SuppressWarnings("ImmutableEnumChecker") // each is a Set.of, which never changes
  private final Set<HttpString> methods;

  Access(Set<HttpString> methods) {
    this.methods = methods;
  }

  /** Refuses what is not to be done; what is left needs no further look at its method. */
  void check(HttpServerExchange exchange, String path) throws Refused {
    if (!methods.contains(exchange.getRequestMethod())) {
      exchange
          .getResponseHeaders()
          .put(
              Headers.ALLOW,
              methods.stream()
                  .map(HttpString::toString)
                  .sorted()
                  .collect(Collectors.joining(", ")));
      throw new Refused(NOT_READ);
    }
    if (this == READ && isProfiler(path)) {
      throw new Refused(ACTS);
    }
  }

  /** Ray's profilers are GETs, and yet they attach a debugger to a process of a job. */
  static boolean isProfiler(String path) {
    return path.startsWith("/worker/")
        || path.startsWith("/task/")
        || path.equals("/memory_profile");
  }
}
