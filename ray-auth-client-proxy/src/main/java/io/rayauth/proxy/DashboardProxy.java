package io.rayauth.proxy;

import io.rayauth.JobClient;
import io.rayauth.RayEndpoint;
import io.rayauth.internal.call.Gateway;
import io.rayauth.proxy.internal.entrance.Entrance;
import io.rayauth.proxy.internal.forward.Forwarder;
import io.rayauth.proxy.internal.guard.Access;
import io.rayauth.proxy.internal.guard.GuardSettings;
import io.rayauth.proxy.internal.guard.ListenerOptions;
import io.rayauth.proxy.internal.guard.Site;
import io.rayauth.proxy.internal.listen.HttpListener;
import io.rayauth.proxy.internal.log.Activity;
import io.rayauth.proxy.internal.log.ProxyEvents;
import io.rayauth.proxy.internal.page.Pages;
import io.rayauth.time.TimeSource;
import io.rayauth.token.TokenProvider;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Shows the dashboard of a secured cluster to a browser on this machine: listens on loopback, lets
 * in whoever has a link that works once, and passes their requests on with a token that the browser
 * never sees.
 *
 * <p>Each request and each WebSocket gets a fresh token; one that the cluster refuses is replaced
 * once, without the page noticing. Bodies are streamed both ways, however long they are and however
 * long they take. Where the cluster gives no answer, or refuses, the browser gets a page that says
 * why and what to do. Nothing is sent to any other place than the one dashboard: redirects that
 * lead elsewhere are shown and not followed.
 *
 * <p>Each cluster has a port of its own, so that for a browser it is a site of its own. For several
 * clusters with a page to choose from there is {@link ClusterDashboards}.
 *
 * <p>Every request is told to the {@link DashboardProxyListener} and written, on DEBUG, to the
 * logger {@code io.rayauth.proxy.access}, without its query. {@code /-/health} answers {@code ok}
 * to anybody on this machine.
 *
 * <p>Thread-safe. Runs on daemon threads of its own, called {@code ray-auth-proxy-…}, until it is
 * closed or {@linkplain Builder#idleTimeout(Duration) idle for too long}. Reads only, unless {@link
 * Builder#allowWrites()} was called.
 */
public final class DashboardProxy implements AutoCloseable {
  private static final int LAST_PORT = 65_535;

  private final Builder settings;
  private final HttpListener listener;
  private final Forwarder forwarder;
  private final Activity activity;
  private final Entrance entrance;
  private @Nullable Thread idleWatch;

  private DashboardProxy(Builder settings, HttpListener listener) {
    this.settings = settings;
    this.listener = listener;
    this.activity = new Activity(settings.time);
    ProxyEvents events = new ProxyEvents(settings.listener);
    Gateway gateway = Gateway.of(settings.client);
    String title = settings.title == null ? gateway.endpoint().toString() : settings.title;
    Pages pages = new Pages(title);
    this.forwarder =
        new Forwarder(gateway, listener.worker(), listener.buffers(), settings.time, events, pages);
    this.entrance =
        new Entrance(
            listener,
            new GuardSettings(settings.site, settings.access, settings.limits, settings.time),
            events,
            forwarder,
            pages);
  }

  /**
   * Begins a proxy to the dashboard that a client is connected to, with its tokens, its trust and
   * its explanations. Serves for every road there is: with {@code connection.jobs()} of a {@code
   * RayConnection} also for a port-forward, a service proxy or a path behind an ingress.
   *
   * @param client stays the caller's to close, after the proxy; its timeouts, retries and limits do
   *     not count here
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
    return entrance.newLink();
  }

  /**
   * Returns where the proxy listens, without any secret.
   *
   * @return such as {@code http://127.0.0.1:41234}
   */
  public URI address() {
    return entrance.address();
  }

  /**
   * Opens the dashboard in the browser of the person who runs this program. Blocks for as long as
   * it takes to start one, at most 5 seconds.
   *
   * @throws DashboardProxyException if there is no browser, or it does not start
   * @throws io.rayauth.error.RayInterruptedException if the thread is interrupted meanwhile
   */
  public void openInBrowser() {
    entrance.openInBrowser();
  }

  /**
   * Blocks until the proxy is closed, by its owner or because nobody uses it.
   *
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  public void awaitClosed() throws InterruptedException {
    entrance.awaitClosed();
  }

  /**
   * Stops listening, cuts what is under way, on both sides, and ends the threads; does nothing the
   * second time. Blocks until the threads have ended, which takes some seconds at most, even if a
   * token is being fetched. May be called by any thread, those of the proxy included.
   */
  @Override
  public void close() {
    entrance.close(this::closeBehind);
  }

  private void closeBehind() {
    if (idleWatch != null && !idleWatch.equals(Thread.currentThread())) {
      idleWatch.interrupt();
    }
    forwarder.close();
    listener.close();
    if (settings.clientIsOwn) {
      settings.client.close();
    }
  }

  private void serve() {
    entrance.serve(activity);
    Duration timeout = settings.idleTimeout;
    if (timeout != null) {
      idleWatch = new Thread(() -> closeWhenIdleFor(timeout), listener.name() + " idle");
      idleWatch.setDaemon(true);
      idleWatch.start();
    }
  }

  private void closeWhenIdleFor(Duration timeout) {
    try {
      for (Duration left = timeout; left.compareTo(Duration.ZERO) > 0; ) {
        settings.time.sleep(left);
        left = timeout.minus(activity.idle());
      }
    } catch (InterruptedException e) {
      return; // somebody else closes the proxy
    }
    close();
  }

  /** Configures a proxy. Not thread-safe. Nothing is opened before {@link #start()}. */
  public static final class Builder {
    private final JobClient client;
    private final boolean clientIsOwn;
    private int port;
    private @Nullable String title;
    private Access access = Access.READ;
    private Site site = Site.loopback();
    private ProxyLimits limits = ProxyLimits.builder().build();
    private boolean namedUnderLocalhost;
    private @Nullable InetSocketAddress exposed;
    private @Nullable SSLContext tls;
    private @Nullable Duration idleTimeout;
    private DashboardProxyListener listener = new DashboardProxyListener() {};
    private TimeSource time = TimeSource.system();

    private Builder(JobClient client, boolean clientIsOwn) {
      this.client = client;
      this.clientIsOwn = clientIsOwn;
    }

    /**
     * Sets where on loopback the proxy listens.
     *
     * @param port up to 65535. Default: 0, which takes any that is free
     * @return this
     * @throws IllegalArgumentException if there is no such port
     */
    public Builder port(int port) {
      if (port < 0 || port > LAST_PORT) {
        throw new IllegalArgumentException(
            "there is no port " + port + ": use 1 to " + LAST_PORT + ", or 0 for any that is free");
      }
      this.port = port;
      return this;
    }

    /**
     * Says what a person calls the cluster, for the proxy's own pages.
     *
     * @param title such as {@code trainer in team-a}. Default: the address of the dashboard
     * @return this
     * @throws IllegalArgumentException if it is blank
     */
    public Builder title(String title) {
      if (title.isBlank()) {
        throw new IllegalArgumentException("the title is blank: say what people call the cluster");
      }
      this.title = title;
      return this;
    }

    /**
     * Lets through what the dashboard offers to do, such as stopping a job or profiling a worker,
     * if one of its own pages asks for it. The tokens still decide what they may do. Default:
     * nothing but GET, and no profilers, which slow down the worker they look at.
     *
     * @return this
     */
    public Builder allowWrites() {
      this.access = Access.WRITE;
      return this;
    }

    /**
     * Closes the proxy by itself when nobody has used it for a while. An open dashboard asks all
     * the time, and a request or WebSocket that is under way is use; looks at the health and
     * requests that are refused are not.
     *
     * @param idleTimeout for how long, more than zero. Default: it is never closed by itself
     * @return this
     * @throws IllegalArgumentException if it is zero or less
     */
    public Builder idleTimeout(Duration idleTimeout) {
      if (idleTimeout.isZero() || idleTimeout.isNegative()) {
        throw new IllegalArgumentException(
            "nobody can be idle for " + idleTimeout + ": use more than zero, or leave it out");
      }
      this.idleTimeout = idleTimeout;
      return this;
    }

    /**
     * Sets who is told what the proxy does.
     *
     * @param listener must be thread-safe and fast. Default: nobody
     * @return this
     */
    public Builder listener(DashboardProxyListener listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Bounds what one browser, and all of them together, can ask for.
     *
     * @param limits Default: those of {@link ProxyLimits#builder()}
     * @return this
     */
    public Builder limits(ProxyLimits limits) {
      this.limits = limits;
      return this;
    }

    /**
     * Lets links and the cookie name a host of their own under {@code localhost}, which no other
     * server of this machine shares: browsers send the cookies of 127.0.0.1 to every port of it.
     * Browsers based on Chromium and Firefox resolve such names by themselves.
     *
     * @param name such as {@code ray-prod}, for {@code http://ray-prod.localhost:41234}. Default:
     *     127.0.0.1
     * @return this
     * @throws IllegalArgumentException if it is not 1 to 63 of a-z, 0-9 and hyphens within
     * @throws IllegalStateException if the proxy is exposed to the network
     */
    public Builder underLocalhostName(String name) {
      if (exposed != null) {
        throw new IllegalStateException("a proxy that is exposed to the network has names there");
      }
      this.site = Site.underLocalhostName(name);
      this.namedUnderLocalhost = true;
      return this;
    }

    /**
     * Listens on an address that other machines reach, by https only. Who has an unused link gets
     * in from anywhere in the network, with the rights of this proxy's tokens. Without this call
     * only loopback is listened on.
     *
     * @param address where to listen; its port counts, not {@link #port(int)}, and is the one that
     *     browsers have to name, so it cannot be mapped to another one on the way
     * @param tls shows the certificate of the names
     * @param hostNames under which browsers come, addresses of IPv6 in brackets; links say the
     *     first of them, so give more than one in a set that keeps their order. A request that
     *     names another host is refused
     * @return this
     * @throws IllegalArgumentException if the address is not resolved, or if there is no name or
     *     one that is no host name
     * @throws IllegalStateException if the proxy has a name under localhost
     */
    public Builder exposedToNetwork(
        InetSocketAddress address, SSLContext tls, Set<String> hostNames) {
      if (address.isUnresolved()) {
        throw new IllegalArgumentException(
            "\"%s\" is no address of this machine: it does not resolve"
                .formatted(address.getHostString()));
      }
      if (namedUnderLocalhost) {
        throw new IllegalStateException(
            "a proxy under a name of localhost is not for other machines: leave out"
                + " underLocalhostName or exposedToNetwork");
      }
      this.site = Site.exposed(hostNames);
      this.exposed = address;
      this.tls = Objects.requireNonNull(tls, "an exposed proxy needs a certificate");
      return this;
    }

    /**
     * Sets the clock by which links, sessions, limits and idleness are measured.
     *
     * @param time Default: {@link TimeSource#system()}
     * @return this
     */
    public Builder time(TimeSource time) {
      this.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /**
     * Starts the proxy. The cluster is not asked for anything before a browser asks.
     *
     * @return the running proxy; close it
     * @throws DashboardProxyException if the address is taken or not to be had, or if the client
     *     goes through an HTTP proxy of its own, which this one cannot
     */
    public DashboardProxy start() {
      if (Gateway.of(client).isBehindForwardProxy()) {
        throw new DashboardProxyException(
            "the client goes through an HTTP proxy, which the dashboard proxy cannot; give it a"
                + " client without proxy(…), or a road to the cluster such as a port-forward",
            null);
      }
      InetSocketAddress address = exposed == null ? HttpListener.onLoopback(port) : exposed;
      try {
        DashboardProxy proxy =
            new DashboardProxy(this, HttpListener.bind(address, tls, ListenerOptions.of(limits)));
        proxy.serve();
        return proxy;
      } catch (IOException e) {
        throw DashboardProxyException.cannotListen(address, e);
      }
    }
  }
}
