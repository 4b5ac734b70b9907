package io.rayauth.proxy;

import io.rayauth.error.RayException;

/**
 * Is told what a proxy does, for metrics and an access log.
 *
 * <p>Every method is empty by default. They are called on whatever thread does the work, must be
 * thread-safe and fast and must not block; what they throw is logged and dropped. No method ever
 * gets a token or the secret of a link.
 */
public interface DashboardProxyListener {

  /**
   * Is called once for each request, when it has ended.
   *
   * @param request what became of it
   */
  default void onRequest(ProxiedRequest request) {}

  /**
   * Is called when somebody has opened the dashboard with a link.
   *
   * @param sessions how many browsers are signed in now
   */
  default void onSessionStarted(int sessions) {}

  /**
   * Is called when the cluster refused a token and it was replaced; the request goes on.
   *
   * @param method such as {@code GET}
   * @param path such as {@code /api/jobs/}
   */
  default void onTokenReplaced(String method, String path) {}

  /**
   * Is called when a request could not be answered by the cluster.
   *
   * @param cause as a client of the Jobs API would have thrown it
   */
  default void onUpstreamFailed(RayException cause) {}

  /** Is called once, when the proxy has closed, by itself or by its owner. */
  default void onClosed() {}
}
