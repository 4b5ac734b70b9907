package io.rayauth.proxy;

import io.rayauth.JobClient;
import io.rayauth.error.RayException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Knows of dashboards and how to get to them, for the start page of {@link ClusterDashboards}.
 *
 * <p>{@code KubeconfigDashboards} of the package {@code io.rayauth.proxy.kubernetes} finds the
 * RayClusters of a kubeconfig; a program with an inventory of its own implements this. Must be
 * thread-safe. What it names and says may hold any character; the start page shows it as text.
 */
public interface DashboardSource {

  /**
   * Names the places where dashboards may be, such as the contexts of a kubeconfig. Called whenever
   * the start page is shown, so it reads a file at most and asks nobody.
   *
   * @return in the order in which they are shown
   * @throws RayException if they cannot be told; the message is shown
   */
  List<String> places();

  /**
   * Looks up the dashboards of one place. May block; places are asked at the same time, each on a
   * thread of its own, which is interrupted when it takes too long.
   *
   * @param place one of {@link #places()}
   * @return in the order in which they are shown
   * @throws RayException if the place cannot be asked; the message is shown and should say what to
   *     do
   */
  List<Listed> list(String place);

  /**
   * Connects to a dashboard. May block.
   *
   * @param place where it is; comes from a browser, so it may be anything
   * @param name what it is called there; may be anything too
   * @return a connection, which the start page closes
   * @throws RayException if it cannot be reached; the message is shown
   */
  Connection open(String place, String name);

  /** Is a way to one dashboard. */
  interface Connection extends AutoCloseable {

    /**
     * Returns the client whose address, tokens and trust the dashboard is reached with.
     *
     * @return always the same one
     */
    JobClient jobs();

    /** Closes the client and what it needs. Called once. */
    @Override
    void close();
  }

  /**
   * Is a dashboard that can be opened, or could be if its cluster were ready.
   *
   * @param name what it is called at its place, such as {@code default/trainer}
   * @param notReady what its cluster still lacks; it may open nevertheless; empty if it is ready
   * @param facts what else is worth knowing, by the heading of a column, in order
   */
  record Listed(String name, Optional<String> notReady, Map<String, String> facts) {

    /** Copies the facts. */
    public Listed {
      Objects.requireNonNull(name);
      Objects.requireNonNull(notReady);
      facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }
  }
}
