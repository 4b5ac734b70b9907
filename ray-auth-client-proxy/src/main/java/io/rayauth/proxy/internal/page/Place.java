package io.rayauth.proxy.internal.page;

import io.rayauth.proxy.DashboardSource.Listed;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Is what is known of one place of the start page at a moment.
 *
 * @param name such as a context of a kubeconfig
 * @param dashboards what is there; null if that is not known
 * @param failure why it is not known; null if it is, or if the place has not answered yet
 */
public record Place(String name, @Nullable List<Listed> dashboards, @Nullable String failure) {

  /** Tells whether the place was asked and has not answered yet. */
  boolean isAsked() {
    return dashboards == null && failure == null;
  }
}
