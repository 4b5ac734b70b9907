package io.rayauth.proxy.internal.guard;

import io.rayauth.proxy.internal.log.RequestLog;
import io.rayauth.proxy.internal.page.Pages;
import io.rayauth.proxy.internal.page.Refusal;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.IntConsumer;

/**
 * Lets requests through to the dashboard if a signed-in browser asks for one of its pages, and
 * refuses all others. Begin to read at {@link #handleRequest}: the rules stand in the order in
 * which they are asked.
 *
 * <p>Thread-safe. Never blocks.
 */
public final class Doorkeeper implements HttpHandler {
  static final String HEALTH = "/-/health";
  private static final String OPEN = "/-/open";
  private static final String OWN = "/-/";
  private static final HttpString CLEAR_SITE_DATA = new HttpString("Clear-Site-Data");

  /** A browser keeps a strict cookie to itself when the link to a page was on another site. */
  private static final String IF_SIGNED_IN =
      "If this browser is signed in already, press Enter in its address bar.";

  private static final Refusal STRANGER =
      new Refusal(
          401,
          "not signed in",
          "Open the dashboard with its link",
          "Whoever started the proxy has a link that opens it once and signs this browser in. "
              + IF_SIGNED_IN);
  private static final Refusal SIGNED_OUT =
      new Refusal(
          410, // 401 or 403 would make the dashboard ask for a token of the cluster
          "not signed in",
          "This browser is not signed in any more",
          "Open the dashboard with a new link.");
  private static final Refusal USED_LINK =
      new Refusal(
          403,
          "used or unknown link",
          "This link does not open the dashboard any more",
          "A link works once, and until the proxy is closed. Ask whoever started the proxy, or the"
              + " program that printed it, for a new one. "
              + IF_SIGNED_IN);
  private static final Refusal NO_PAGE =
      new Refusal(
          404, "no such page", "There is no such page", "The dashboard itself begins at /.");

  private final GuardSettings settings;
  private final IntConsumer sessionStarted;
  private final HttpHandler next;
  private final Pages pages;
  private final Links links = new Links();
  private final Admission admission;
  private final Sessions sessions;
  private final SessionCookie cookie;

  /**
   * Guards a handler.
   *
   * @param sessionStarted is told of each sign-in and how many browsers are signed in then
   * @param next gets what is let through
   * @param pages say no to the rest
   */
  public Doorkeeper(
      GuardSettings settings, IntConsumer sessionStarted, HttpHandler next, Pages pages) {
    this.settings = settings;
    this.sessionStarted = sessionStarted;
    this.next = next;
    this.pages = pages;
    this.admission = new Admission(settings.limits(), settings.time());
    this.sessions = new Sessions(settings.limits(), settings.time(), admission::ofOneBrowser);
    this.cookie = new SessionCookie(settings.site());
  }

  /** Returns the path and query of a link that signs one browser in. */
  public String newLink() {
    return OPEN + "?key=" + links.create().reveal();
  }

  /** Signs everybody out and makes all links useless. */
  public void close() {
    links.close();
    sessions.close();
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) throws Exception {
    ResponseHeaders.protect(exchange);
    int port = exchange.getConnection().getLocalAddress(InetSocketAddress.class).getPort();
    String path = exchange.getRequestURI();
    try {
      MessageRules.check(exchange);
      settings.site().check(exchange, path, port);
      PathRules.check(path);
      if (path.startsWith(OWN)) {
        answerOwn(exchange, path, port);
        return;
      }
      Session session = signedIn(exchange, port);
      BrowserRules.check(exchange, settings.site().origin(exchange));
      settings.access().check(exchange, path);
      admission.admit(exchange, session.load);
    } catch (Refused refused) {
      refuse(exchange, refused.refusal());
      return;
    }
    next.handleRequest(exchange);
  }

  private void answerOwn(HttpServerExchange exchange, String path, int port) throws Refused {
    Access.checkOwn(exchange);
    switch (path) {
      case HEALTH -> {
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain; charset=utf-8");
        exchange.getResponseSender().send("ok\n", StandardCharsets.UTF_8);
      }
      case OPEN -> open(exchange, port);
      default -> throw new Refused(NO_PAGE);
    }
  }

  private void open(HttpServerExchange exchange, int port) throws Refused {
    BrowserRules.checkVisit(exchange);
    boolean isSignedIn = sessions.find(cookie.values(exchange, port)) != null;
    boolean isInvited = links.redeem(key(exchange));
    if (!isSignedIn && !isInvited) {
      throw new Refused(USED_LINK);
    }
    if (!isSignedIn) {
      cookie.set(exchange, port, sessions.create());
      sessionStarted.accept(sessions.count());
    }
    // A server that had this port before may have left a service worker in this browser.
    exchange.getResponseHeaders().put(CLEAR_SITE_DATA, "\"storage\"");
    pages.enter(exchange);
  }

  private static String key(HttpServerExchange exchange) {
    String query = exchange.getQueryString();
    return query.startsWith("key=") ? query.substring("key=".length()) : "";
  }

  private Session signedIn(HttpServerExchange exchange, int port) throws Refused {
    Session session = sessions.find(cookie.values(exchange, port));
    if (session == null) {
      throw new Refused(BrowserRules.isScript(exchange) ? SIGNED_OUT : STRANGER);
    }
    return session;
  }

  /** Closes the connection too if more of the request is to come, so that nobody waits for it. */
  private void refuse(HttpServerExchange exchange, Refusal refusal) {
    if (!exchange.isRequestComplete() || refusal.status() == 400) {
      exchange.setPersistent(false);
    }
    RequestLog.refused(exchange, refusal.reason());
    pages.refuse(exchange, refusal);
  }
}
