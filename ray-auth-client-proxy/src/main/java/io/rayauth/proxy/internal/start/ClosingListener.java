package io.rayauth.proxy.internal.start;

import io.rayauth.error.RayException;
import io.rayauth.proxy.DashboardProxyListener;
import io.rayauth.proxy.ProxiedRequest;

/** Tells another listener everything, and does something when the proxy has closed. */
final class ClosingListener implements DashboardProxyListener {
  private final DashboardProxyListener listener;
  private final Runnable whenClosed;

  ClosingListener(DashboardProxyListener listener, Runnable whenClosed) {
    this.listener = listener;
    this.whenClosed = whenClosed;
  }

  @Override
  public void onRequest(ProxiedRequest request) {
    listener.onRequest(request);
  }

  @Override
  public void onSessionStarted(int sessions) {
    listener.onSessionStarted(sessions);
  }

  @Override
  public void onTokenReplaced(String method, String path) {
    listener.onTokenReplaced(method, path);
  }

  @Override
  public void onUpstreamFailed(RayException cause) {
    listener.onUpstreamFailed(cause);
  }

  @Override
  public void onClosed() {
    try {
      whenClosed.run();
    } finally {
      listener.onClosed();
    }
  }
}
