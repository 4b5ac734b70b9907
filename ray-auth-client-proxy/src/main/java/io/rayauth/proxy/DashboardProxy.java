package io.rayauth.proxy;

import io.rayauth.JobClient;
import io.rayauth.RayEndpoint;
import io.rayauth.time.TimeSource;
import io.rayauth.token.TokenProvider;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Shows the dashboard of a secured cluster to a browser on this machine: listens on loopback, lets
 * in whoever has a link that works once, and passes their requests on with a token that the browser
 * never sees.
 *
 * <p>Thread-safe. Runs on threads of its own until it is closed or {@linkplain
 * Builder#idleTimeout(Duration) idle for too long}. Reads only, unless {@link
 * Builder#allowWrites()} was called.
 */
public final class DashboardProxy implements AutoCloseable {

  private DashboardProxy() {}

  /**
   * Begins a proxy to the dashboard that a client is connected to, with its tokens, its trust and
   * its explanations. Serves for every road there is: with {@code connection.jobs()} of a {@code
   * RayConnection} also for a port-forward, a service proxy or a path behind an ingress.
   *
   * @param client stays the caller's to close, after the proxy
   * @return a builder
   */
  public static Builder to(JobClient client) {
    return new Builder(client, false);
  }

  /**
   * Begins a proxy to a dashboard.
   *
   * @param endpoint where the dashboard is
   * @param tokens is asked for a token for each request; what it gives is cached until it gets old
   *     or is refused
   * @return a builder
   * @throws IllegalArgumentException if the endpoint is plain http to another host, outside of a
   *     Kubernetes cluster; {@link #to(JobClient)} takes a client that allows it
   */
  public static Builder to(RayEndpoint endpoint, TokenProvider tokens) {
    return new Builder(JobClient.builder(endpoint.url()).tokenProvider(tokens).build(), true);
  }

  /**
   * Returns a link that opens the dashboard once, in one browser; each call makes another. Whoever
   * has an unused one gets in, so show it to one person only.
   *
   * @return such as {@code http://127.0.0.1:41234/-/open?key=…}
   */
  public URI url() {
    throw new UnsupportedOperationException();
  }

  /**
   * Returns where the proxy listens, without any secret.
   *
   * @return such as {@code http://127.0.0.1:41234}
   */
  public URI address() {
    throw new UnsupportedOperationException();
  }

  /** Stops listening, ends what is under way and the threads; does nothing the second time. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }

  /** Configures a proxy. Not thread-safe. Nothing is opened before {@link #start()}. */
  public static final class Builder {
    private final JobClient client;
    private final boolean clientIsOwn;
    private int port;
    private @Nullable String title;
    private boolean writes;
    private @Nullable Duration idleTimeout;
    private DashboardProxyListener listener = new DashboardProxyListener() {};
    private TimeSource time = TimeSource.system();

    private Builder(JobClient client, boolean clientIsOwn) {
      this.client = client;
      this.clientIsOwn = clientIsOwn;
    }

    public Builder port(int port) {
      this.port = port;
      return this;
    }

    public Builder title(String title) {
      this.title = title;
      return this;
    }

    public Builder allowWrites() {
      this.writes = true;
      return this;
    }

    public Builder idleTimeout(Duration idleTimeout) {
      this.idleTimeout = idleTimeout;
      return this;
    }

    public Builder listener(DashboardProxyListener listener) {
      this.listener = listener;
      return this;
    }

    public Builder underLocalhostName(String name) {
      throw new UnsupportedOperationException();
    }

    public Builder exposedToNetwork(
        InetSocketAddress address, SSLContext tls, Set<String> hostNames) {
      throw new UnsupportedOperationException();
    }

    public Builder time(TimeSource time) {
      this.time = time;
      return this;
    }

    public DashboardProxy start() {
      throw new UnsupportedOperationException(
          "" + client + clientIsOwn + port + title + writes + idleTimeout + listener + time);
    }
  }
}
