package io.rayauth.proxy;

import io.rayauth.proxy.internal.entrance.Entrance;
import io.rayauth.proxy.internal.guard.Access;
import io.rayauth.proxy.internal.guard.GuardSettings;
import io.rayauth.proxy.internal.guard.ListenerOptions;
import io.rayauth.proxy.internal.guard.Site;
import io.rayauth.proxy.internal.listen.HttpListener;
import io.rayauth.proxy.internal.log.Activity;
import io.rayauth.proxy.internal.log.ProxyEvents;
import io.rayauth.proxy.internal.page.Pages;
import io.rayauth.proxy.internal.start.StartHandler;
import io.rayauth.time.TimeSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Shows a start page over several clusters to a browser on this machine: which there are, whether
 * they are ready or why they cannot be asked, and a button that opens the dashboard of one.
 *
 * <p>Each dashboard that is opened gets a {@link DashboardProxy} on a port of its own, so that for
 * the browser they are different sites. The start page has the same guard as they have: a link that
 * works once, a cookie, and actions from its own page only.
 *
 * <p>Thread-safe. Runs on threads of its own until it is closed.
 */
public final class ClusterDashboards implements AutoCloseable {
  private final HttpListener listener;
  private final StartHandler page;
  private final Entrance entrance;

  private ClusterDashboards(Builder settings, HttpListener listener) {
    Pages pages = new Pages(settings.title);
    this.listener = listener;
    this.page =
        new StartHandler(
            pages,
            settings.source,
            "http://" + settings.site.address(listener.address().getPort()).getHost() + ":*",
            settings.lookupTimeout,
            settings::configured,
            settings.listener,
            settings.time);
    this.entrance =
        new Entrance(
            listener,
            // opening a dashboard is a POST, whatever may be done there
            new GuardSettings(settings.site, Access.WRITE, settings.limits, settings.time),
            new ProxyEvents(settings.listener),
            page,
            pages);
    entrance.serve(new Activity(settings.time)); // the page itself stays open
  }

  /**
   * Begins a start page.
   *
   * @param source knows which dashboards there are, such as {@code
   *     KubeconfigDashboards.ofDefault()}
   * @return a builder
   */
  public static Builder of(DashboardSource source) {
    return new Builder(source);
  }

  /**
   * Returns a link that opens the start page once, in one browser; each call makes another. Whoever
   * has an unused one gets in, so show it to one person only.
   *
   * @return such as {@code http://127.0.0.1:41234/-/open?key=…}
   */
  public URI url() {
    return entrance.newLink();
  }

  /**
   * Returns where the start page is, without any secret.
   *
   * @return such as {@code http://127.0.0.1:41234}
   */
  public URI address() {
    return entrance.address();
  }

  /**
   * Opens the start page in the browser of the person who runs this program. Blocks for as long as
   * it takes to start one, at most 5 seconds.
   *
   * @throws DashboardProxyException if there is no browser, or it does not start
   * @throws io.rayauth.error.RayInterruptedException if the thread is interrupted meanwhile
   */
  public void openInBrowser() {
    entrance.openInBrowser();
  }

  /**
   * Blocks until the start page is closed, by whomever.
   *
   * @throws InterruptedException if the thread is interrupted meanwhile
   */
  public void awaitClosed() throws InterruptedException {
    entrance.awaitClosed();
  }

  /**
   * Closes the start page and every dashboard that it has opened, and ends the threads; does
   * nothing the second time.
   */
  @Override
  public void close() {
    entrance.close(() -> {
      page.close();
      listener.close();
    });
  }

  /** Configures a start page. Not thread-safe. Nothing is opened before {@link #start()}. */
  public static final class Builder {
    private final DashboardSource source;
    private int port;
    private String title = "Ray clusters";
    private Site site = Site.loopback();
    private @Nullable String localhostName;
    private boolean writes;
    private Duration idleTimeout = Duration.ofMinutes(30);
    private Duration lookupTimeout = Duration.ofSeconds(15);
    private ProxyLimits limits = ProxyLimits.builder().build();
    private DashboardProxyListener listener = new DashboardProxyListener() {};
    private TimeSource time = TimeSource.system();

    private Builder(DashboardSource source) {
      this.source = Objects.requireNonNull(source);
    }

    /**
     * Sets the port of the start page. Default: 0, which takes a free one. The dashboards always
     * take free ones.
     *
     * @param port 0 to 65535
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder port(int port) {
      if (port < 0 || port > 65_535) {
        throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
      }
      this.port = port;
      return this;
    }

    /**
     * Sets the heading. Default: {@code Ray clusters}.
     *
     * @param title any text
     * @return this builder
     */
    public Builder title(String title) {
      this.title = Objects.requireNonNull(title);
      return this;
    }

    /**
     * Lets links and cookies of the start page and of the dashboards name a host of their own, as
     * {@link DashboardProxy.Builder#underLocalhostName(String)} does. Default: 127.0.0.1.
     *
     * @param name such as {@code ray}, for {@code http://ray.localhost:41234}
     * @return this builder
     * @throws IllegalArgumentException if it is not 1 to 63 of a-z, 0-9 and hyphens within
     */
    public Builder underLocalhostName(String name) {
      this.site = Site.underLocalhostName(name);
      this.localhostName = name;
      return this;
    }

    /**
     * Lets the actions of the dashboards through, such as stopping a job. Default: they can be
     * looked at only.
     *
     * @return this builder
     */
    public Builder allowWrites() {
      this.writes = true;
      return this;
    }

    /**
     * Sets after which time without a request a dashboard is closed; the start page opens it again
     * when it is wanted. A page of Ray's dashboard that is open asks for news every few seconds.
     * Default: 30 minutes.
     *
     * @param idleTimeout more than zero
     * @return this builder
     * @throws IllegalArgumentException if it is zero or negative
     */
    public Builder idleTimeout(Duration idleTimeout) {
      this.idleTimeout = positive("the time until an unused dashboard closes", idleTimeout);
      return this;
    }

    /**
     * Sets how long one place may take to say which dashboards it has; the page shows the others
     * meanwhile. Default: 15 seconds.
     *
     * @param lookupTimeout more than zero
     * @return this builder
     * @throws IllegalArgumentException if it is zero or negative
     */
    public Builder lookupTimeout(Duration lookupTimeout) {
      this.lookupTimeout = positive("the time for a lookup", lookupTimeout);
      return this;
    }

    /**
     * Bounds what browsers can ask of the start page, and of each dashboard. Default: {@link
     * ProxyLimits#builder()} with nothing set.
     *
     * @param limits the limits
     * @return this builder
     */
    public Builder limits(ProxyLimits limits) {
      this.limits = Objects.requireNonNull(limits);
      return this;
    }

    /**
     * Sets who is told what the start page and the dashboards do, their closing included. Default:
     * nobody.
     *
     * @param listener the listener
     * @return this builder
     */
    public Builder listener(DashboardProxyListener listener) {
      this.listener = Objects.requireNonNull(listener);
      return this;
    }

    /**
     * Sets the clock, for tests. Default: {@link TimeSource#system()}.
     *
     * @param time the clock
     * @return this builder
     */
    public Builder time(TimeSource time) {
      this.time = Objects.requireNonNull(time);
      return this;
    }

    /**
     * Starts to listen on loopback. Asks no cluster before the page is looked at.
     *
     * @return the running start page; close it
     * @throws DashboardProxyException if the port is taken
     */
    public ClusterDashboards start() {
      InetSocketAddress address = HttpListener.onLoopback(port);
      try {
        return new ClusterDashboards(
            this, HttpListener.bind(address, null, ListenerOptions.of(limits)));
      } catch (IOException e) {
        throw DashboardProxyException.cannotListen(address, e);
      }
    }

    private DashboardProxy.Builder configured(DashboardProxy.Builder dashboard) {
      dashboard.idleTimeout(idleTimeout).limits(limits).time(time);
      if (localhostName != null) {
        dashboard.underLocalhostName(localhostName);
      }
      return writes ? dashboard.allowWrites() : dashboard;
    }

    private static Duration positive(String what, Duration duration) {
      if (duration.isZero() || duration.isNegative()) {
        throw new IllegalArgumentException(what + " is " + duration + "; give more than zero");
      }
      return duration;
    }
  }
}
