package io.rayauth.proxy.internal.start;

import io.rayauth.error.RayException;
import io.rayauth.proxy.DashboardProxy;
import io.rayauth.proxy.DashboardProxyException;
import io.rayauth.proxy.DashboardProxyListener;
import io.rayauth.proxy.DashboardSource;
import io.rayauth.proxy.internal.page.Pages;
import io.rayauth.proxy.internal.page.Refusal;
import io.rayauth.time.TimeSource;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.form.FormData;
import io.undertow.server.handlers.form.FormDataParser;
import io.undertow.server.handlers.form.FormEncodedDataDefinition;
import io.undertow.server.handlers.form.FormParserFactory;
import io.undertow.util.Headers;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Shows what can be opened, and opens it. Stands behind the guard, which lets only those in who are
 * signed in, and actions only from its own page.
 *
 * <p>Thread-safe. Blocks threads of the server's for tasks, never one for input and output.
 */
public final class StartHandler implements HttpHandler, AutoCloseable {
  private static final int LONGEST_FORM = 16 * 1024;
  private static final Refusal UNKNOWN =
      new Refusal(
          StatusCodes.NOT_FOUND, "no such page", "There is no such page", "The list is at /.");
  private static final Refusal UNREADABLE =
      new Refusal(
          StatusCodes.BAD_REQUEST,
          "unreadable form",
          "This cannot be opened",
          "The form does not say which cluster is wanted. Reload the list and open it from there.");

  private final Pages pages;
  private final String dashboards;
  private final ExecutorService threads;
  private final Lookups lookups;
  private final Openings openings;
  private final FormParserFactory forms =
      FormParserFactory.builder(false).addParser(new FormEncodedDataDefinition()).build();

  /**
   * Creates a start page that has asked nobody.
   *
   * @param dashboards where their proxies listen, such as {@code http://127.0.0.1:*}
   * @param limit after which a place counts as not answering
   * @param settings what the proxies of all dashboards have in common
   * @param listener is told what each of those proxies does
   */
  public StartHandler(
      Pages pages,
      DashboardSource source,
      String dashboards,
      Duration limit,
      UnaryOperator<DashboardProxy.Builder> settings,
      DashboardProxyListener listener,
      TimeSource time) {
    this.pages = pages;
    this.dashboards = dashboards;
    this.threads =
        Executors.newCachedThreadPool(task -> {
          Thread thread = new Thread(task, "ray-auth-start-page");
          thread.setDaemon(true);
          return thread;
        });
    this.lookups = new Lookups(source, threads, limit, time);
    this.openings = new Openings(source, settings, listener);
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    switch (exchange.getRequestMethod() + " " + exchange.getRequestPath()) {
      case "GET /" -> exchange.dispatch(this::list);
      case "POST /open" -> exchange.dispatch(this::open);
      default -> pages.refuse(exchange, UNKNOWN);
    }
  }

  /** Closes all dashboards and ends the threads; does not wait for them. */
  @Override
  public void close() {
    threads.shutdownNow();
    openings.close();
  }

  private void list(HttpServerExchange exchange) throws InterruptedException {
    try {
      pages.list(exchange, lookups.places(), dashboards);
    } catch (RuntimeException e) {
      pages.notListed(exchange, known(e));
    }
  }

  /**
   * Answers with a redirect to the link: there it is in no page, and with {@code Referrer-Policy:
   * no-referrer} in no header of a later request. The page behind it takes its own place in the
   * history.
   */
  private void open(HttpServerExchange exchange) throws IOException {
    FormData form = form(exchange);
    if (form == null || !form.contains("place") || !form.contains("name")) {
      pages.refuse(exchange, UNREADABLE);
      return;
    }
    String name = form.getFirst("name").getValue();
    try {
      String link = openings.link(form.getFirst("place").getValue(), name).toString();
      exchange.setStatusCode(StatusCodes.SEE_OTHER);
      exchange.getResponseHeaders().put(Headers.LOCATION, link);
      exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, "no-store");
      exchange.endExchange();
    } catch (RuntimeException e) {
      pages.notOpened(exchange, name, known(e));
    }
  }

  /** A source of somebody else's may throw anything. */
  private static RayException known(RuntimeException failure) {
    return failure instanceof RayException known
        ? known
        : new DashboardProxyException("it failed unexpectedly: " + failure, failure);
  }

  private @Nullable FormData form(HttpServerExchange exchange) throws IOException {
    exchange.startBlocking();
    exchange.setMaxEntitySize(LONGEST_FORM);
    FormDataParser parser = forms.createParser(exchange);
    return parser == null ? null : parser.parseBlocking();
  }
}
