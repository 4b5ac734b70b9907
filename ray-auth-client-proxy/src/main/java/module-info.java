/**
 * Opens the dashboard of a secured Ray cluster in a browser, without an extension that adds a
 * token.
 *
 * <p>Start at {@code DashboardProxy}.
 */
module io.rayauth.proxy {
  requires transitive io.rayauth;
  requires static io.rayauth.kubernetes;
  requires java.logging;
  requires java.net.http;
  requires undertow.core;
  requires xnio.api;
  requires io.github.bucket4j.core;
  requires org.jboss.logging;
  // XNIO and Undertow need it and cannot say so: they have no module descriptors themselves.
  requires org.jboss.threads;
  requires static transitive org.jspecify;

  exports io.rayauth.proxy;
  exports io.rayauth.proxy.kubernetes;
}
