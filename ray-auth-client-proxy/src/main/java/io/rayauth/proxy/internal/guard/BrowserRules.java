package io.rayauth.proxy.internal.guard;

import io.rayauth.proxy.internal.listen.Incoming;
import io.rayauth.proxy.internal.page.Refusal;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what a page of somebody else makes a browser ask. The cookie alone does not tell: to a
 * browser, every port of this machine is the same site.
 *
 * <p>{@code Sec-Fetch-*} are those of W3C Fetch Metadata, {@code Origin} that of RFC 6454. Every
 * current browser sends the former to loopback and over https; where they are missing, {@code
 * Origin} and {@code Referer} decide, which the proxy's own pages never send along on a GET.
 */
final class BrowserRules {
  private static final HttpString SITE = new HttpString("Sec-Fetch-Site");
  private static final HttpString MODE = new HttpString("Sec-Fetch-Mode");
  private static final HttpString DEST = new HttpString("Sec-Fetch-Dest");
  private static final HttpString PURPOSE = new HttpString("Sec-Purpose");
  private static final HttpString OLD_PURPOSE = new HttpString("Purpose");

  private static final Refusal OTHER_PAGE =
      new Refusal(
          403,
          "asked by another page",
          "Another page asked for this",
          "Only pages of the dashboard itself may do that. Open the dashboard at / instead.");
  private static final Refusal UNKNOWN_PAGE =
      new Refusal(
          403,
          "unknown page",
          "It is not clear which page asked for this",
          "Actions and live logs are for pages of the dashboard only, in a browser that says so.");
  private static final Refusal SERVICE_WORKER =
      new Refusal(
          403,
          "service worker",
          "The dashboard has no service worker",
          "A script that outlives its page could answer in the place of the dashboard later.");
  private static final Refusal NOT_A_VISIT =
      new Refusal(
          403,
          "link not opened by a person",
          "This link is for the address bar",
          "A page tried to load it as a part of itself. Open it in a window of its own.");
  private static final Refusal TOO_EARLY =
      new Refusal(
          503,
          "link fetched ahead",
          "This link works once",
          "A browser tried to load it before anybody opened it. Open it.");

  private BrowserRules() {}

  /** Checks a request that goes to the dashboard. */
  static void check(HttpServerExchange exchange, String ownOrigin) throws Refused {
    HeaderMap headers = exchange.getRequestHeaders();
    checkOrigin(headers.get(Headers.ORIGIN), ownOrigin);
    checkSite(exchange, headers, ownOrigin);
    boolean isWorker =
        "serviceworker".equals(headers.getFirst(DEST)) || headers.contains("Service-Worker");
    if (isWorker) {
      throw new Refused(SERVICE_WORKER);
    }
    boolean acts =
        !MessageRules.isRead(exchange.getRequestMethod()) || Incoming.isForWebSocket(exchange);
    boolean profiles = Access.isProfiler(exchange.getRequestURI());
    if ((acts && !headers.contains(Headers.ORIGIN)) || (profiles && !headers.contains(SITE))) {
      throw new Refused(UNKNOWN_PAGE);
    }
  }

  /** Checks a request that uses a link, which may stand on any page but must be followed. */
  static void checkVisit(HttpServerExchange exchange) throws Refused {
    HeaderMap headers = exchange.getRequestHeaders();
    if (isAhead(headers.getFirst(PURPOSE)) || isAhead(headers.getFirst(OLD_PURPOSE))) {
      throw new Refused(TOO_EARLY);
    }
    if (headers.contains(MODE) && !isVisit(headers)) {
      throw new Refused(NOT_A_VISIT);
    }
  }

  /** Tells whether a script asked, which shows no page to anybody. */
  static boolean isScript(HttpServerExchange exchange) {
    return "empty".equals(exchange.getRequestHeaders().getFirst(DEST));
  }

  private static void checkOrigin(@Nullable HeaderValues origins, String ownOrigin) throws Refused {
    if (origins != null && (origins.size() != 1 || !origins.getFirst().equals(ownOrigin))) {
      throw new Refused(OTHER_PAGE);
    }
  }

  private static void checkSite(HttpServerExchange exchange, HeaderMap headers, String ownOrigin)
      throws Refused {
    HeaderValues sites = headers.get(SITE);
    if (sites == null) {
      checkReferer(headers.getFirst(Headers.REFERER), ownOrigin);
      return;
    }
    String site = sites.size() == 1 ? sites.getFirst() : "";
    boolean isLinkToStart =
        site.equals("same-site")
            && exchange.getRequestMethod().equals(Methods.GET)
            && exchange.getRequestURI().equals("/")
            && isVisit(headers);
    if (!site.equals("same-origin") && !site.equals("none") && !isLinkToStart) {
      throw new Refused(OTHER_PAGE);
    }
  }

  private static void checkReferer(@Nullable String referer, String ownOrigin) throws Refused {
    if (referer != null && !(referer + "/").startsWith(ownOrigin + "/")) {
      throw new Refused(OTHER_PAGE);
    }
  }

  private static boolean isVisit(HeaderMap headers) {
    return "navigate".equals(headers.getFirst(MODE)) && "document".equals(headers.getFirst(DEST));
  }

  private static boolean isAhead(@Nullable String purpose) {
    return purpose != null && purpose.contains("pre"); // prefetch, prerender, preview
  }
}
