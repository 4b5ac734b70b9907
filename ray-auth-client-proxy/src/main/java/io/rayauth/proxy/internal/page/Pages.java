package io.rayauth.proxy.internal.page;

import static io.rayauth.proxy.internal.page.Html.element;

import io.rayauth.error.RayApiException;
import io.rayauth.error.RayAuthException;
import io.rayauth.error.RayException;
import io.rayauth.error.RayTransportException;
import io.rayauth.proxy.internal.listen.Incoming;
import io.rayauth.token.TokenUnavailableException;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Answers a browser in the proxy's own name: with a page where somebody looks at it, with plain
 * text where a script or a program asked.
 *
 * <p>Thread-safe. Answers do not block.
 */
public final class Pages {
  private static final HttpString CONTENT_SECURITY_POLICY =
      new HttpString("Content-Security-Policy");
  private static final int RETRY_SECONDS = 10;
  private static final Set<Integer> GATEWAY_STATUSES =
      Set.of(
          StatusCodes.BAD_GATEWAY, StatusCodes.SERVICE_UNAVAILABLE, StatusCodes.GATEWAY_TIME_OUT);

  private final String cluster;

  /**
   * Creates the pages of a proxy.
   *
   * @param cluster what a person calls the cluster
   */
  public Pages(String cluster) {
    this.cluster = cluster;
  }

  /**
   * Says why a request is not let through. Does not name the cluster: whoever is refused may be
   * nobody who should know.
   */
  public void refuse(HttpServerExchange exchange, Refusal refusal) {
    exchange.setStatusCode(refusal.status());
    send(
        exchange,
        Page.of(
            refusal.title(),
            refusal.title() + ": " + refusal.advice(),
            List.of(words(refusal.advice()))));
  }

  /**
   * Says why the cluster gave no answer. The status is always 502, even where the cluster said 401
   * or 403: on those the dashboard asks for a token, which no person should have to type here.
   */
  public void failed(HttpServerExchange exchange, RayException failure) {
    String message = String.valueOf(failure.getMessage());
    boolean retries = isPassing(failure) && exchange.getRequestMethod().equals(Methods.GET);
    List<Html> content = new ArrayList<>();
    content.add(words(message));
    if (retries) {
      content.add(
          element("p")
              .with("class", "quiet")
              .of("This page tries again every %d seconds.".formatted(RETRY_SECONDS)));
    }
    String title = title(failure);
    Page page = Page.of(title, title + ": " + message, content).about(cluster);
    exchange.setStatusCode(StatusCodes.BAD_GATEWAY);
    if (retries) {
      exchange.getResponseHeaders().put(Headers.RETRY_AFTER, RETRY_SECONDS);
      // Without the part after # that the dashboard keeps there: to the same address with such a
      // part, Chromium would only scroll.
      page = page.refreshing(RETRY_SECONDS + "; url=" + Incoming.pathAndQuery(exchange));
    }
    send(exchange, page);
  }

  /**
   * Sends somebody who has just signed in on to {@code /}. A page and no redirect, because after a
   * redirect the browser would still call the request one of the site where the link was clicked,
   * and keep a strict cookie to itself. The page takes the place of the link in the history.
   */
  public void enter(HttpServerExchange exchange) {
    exchange.setStatusCode(StatusCodes.OK);
    send(
        exchange,
        Page.of(
                "The dashboard opens",
                "signed in; go on to /",
                List.of(
                    element("p").of(element("a").with("href", "/").of("Go on to the dashboard"))))
            .about(cluster)
            .refreshing("0; url=/"));
  }

  /**
   * Lists what can be opened.
   *
   * @param formsTo where the buttons may lead beyond this server, as in {@code form-action}:
   *     Chromium applies that to redirects too
   */
  public void list(HttpServerExchange exchange, List<Place> places, String formsTo) {
    exchange.setStatusCode(StatusCodes.OK);
    send(exchange, StartPage.of(cluster, places, "'self' " + formsTo));
  }

  /** Says why there is no list. */
  public void notListed(HttpServerExchange exchange, RayException failure) {
    sayWhyNot(exchange, "There is no list", failure, "Look again");
  }

  /** Says why a dashboard of the list does not open. */
  public void notOpened(HttpServerExchange exchange, String name, RayException failure) {
    sayWhyNot(exchange, name + " does not open", failure, "Back to the list");
  }

  private void sayWhyNot(
      HttpServerExchange exchange, String title, RayException failure, String wayOut) {
    String message = String.valueOf(failure.getMessage());
    exchange.setStatusCode(StatusCodes.BAD_GATEWAY);
    send(
        exchange,
        Page.of(
                title,
                title + ": " + message,
                List.of(words(message), element("p").of(element("a").with("href", "/").of(wayOut))))
            .about(cluster));
  }

  /** Returns a page that leads to a link, to be opened from a file. */
  public static String leadingTo(URI link) {
    return Page.of(
            "The dashboard opens",
            "",
            List.of(
                element("p")
                    .of(element("a").with("href", link.toString()).of("Go on to the dashboard"))))
        .refreshing("0; url=" + link)
        .html();
  }

  /** Sends a page and ends the exchange; the status is set. */
  static void send(HttpServerExchange exchange, Page page) {
    HeaderMap headers = exchange.getResponseHeaders();
    boolean watched = Incoming.isWatched(exchange);
    headers.put(
        Headers.CONTENT_TYPE, watched ? "text/html; charset=utf-8" : "text/plain; charset=utf-8");
    headers.put(Headers.CACHE_CONTROL, "no-store");
    headers.put(CONTENT_SECURITY_POLICY, page.policy());
    exchange
        .getResponseSender()
        .send(watched ? page.html() : page.plain() + "\n", StandardCharsets.UTF_8);
  }

  static Html words(String words) {
    return element("p").with("class", "words").of(words);
  }

  private static String title(RayException failure) {
    if (failure instanceof RayAuthException) {
      return "The cluster refuses access";
    }
    if (failure instanceof TokenUnavailableException) {
      return "There is no token for the cluster";
    }
    if (failure instanceof RayTransportException
        || (failure instanceof RayApiException answer && isOfGateway(answer.status()))) {
      return "The cluster does not answer";
    }
    return failure instanceof RayApiException
        ? "The cluster answered with an error"
        : "The dashboard cannot be shown";
  }

  /** Tells whether something before the cluster, such as a port-forward, says that it is away. */
  public static boolean isOfGateway(int status) {
    return GATEWAY_STATUSES.contains(status);
  }

  private static boolean isPassing(RayException failure) {
    return failure instanceof RayTransportException
        || (failure instanceof RayApiException answer && answer.isRetryable());
  }
}
