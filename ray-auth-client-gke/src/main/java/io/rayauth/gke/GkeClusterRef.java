package io.rayauth.gke;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names a GKE cluster: its project, its zone or region, and its name.
 *
 * @param project the project's id, such as {@code my-project}, or its number
 * @param location a zone such as {@code us-west1-b}, or a region such as {@code us-west1}
 * @param name such as {@code kuberay-cluster}
 */
public record GkeClusterRef(String project, String location, String name) {
  /** Ids of projects, some of which belong to a domain ({@code example.com:my-project}). */
  private static final Pattern PROJECT = Pattern.compile("([a-z0-9.-]+:)?[a-z0-9][a-z0-9-]{0,62}");

  private static final Pattern LOCATION = Pattern.compile("[a-z]+(-[a-z0-9]+)+");
  private static final Pattern NAME = Pattern.compile("[a-z]([a-z0-9-]{0,38}[a-z0-9])?");

  /** What GKE's API calls a cluster, alone or at the end of a {@code selfLink}. */
  private static final Pattern RESOURCE =
      Pattern.compile(
          "(?:https://[^/]+/v[^/]+/|//container\\.[^/]+/)?projects/([^/]+)/(?:locations|zones)/([^/]+)/clusters/([^/]+)");

  /** What {@code gcloud container clusters get-credentials} calls a context. */
  private static final Pattern CONTEXT = Pattern.compile("gke_([^_]+)_([^_]+)_([^_]+)");

  /**
   * Creates a reference.
   *
   * @throws IllegalArgumentException if one of them cannot be a name in GKE
   */
  public GkeClusterRef {
    checkProject(project);
    check(LOCATION, location, "a zone or region");
    check(NAME, name, "the name of a GKE cluster");
  }

  /**
   * Names a GKE cluster.
   *
   * @param project the project's id, such as {@code my-project}, or its number
   * @param location a zone such as {@code us-west1-b}, or a region such as {@code us-west1}
   * @param name such as {@code kuberay-cluster}
   * @return the reference
   * @throws IllegalArgumentException if one of them cannot be a name in GKE
   */
  public static GkeClusterRef of(String project, String location, String name) {
    return new GkeClusterRef(project, location, name);
  }

  /**
   * Reads the name that GKE's API gives a cluster ({@code projects/P/locations/L/clusters/N}, or a
   * link that ends in it), or that gcloud gives the context of a kubeconfig ({@code gke_P_L_N}).
   *
   * @param text one of these
   * @return the reference
   * @throws IllegalArgumentException if it is neither
   */
  public static GkeClusterRef parse(String text) {
    Matcher resource = RESOURCE.matcher(text);
    Matcher matcher = resource.matches() ? resource : CONTEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'%s' names no GKE cluster: give projects/<project>/locations/<location>/clusters/<name>, or a kubeconfig context gke_<project>_<location>_<name>"
              .formatted(text));
    }
    return new GkeClusterRef(matcher.group(1), matcher.group(2), matcher.group(3));
  }

  /**
   * Returns what gcloud calls the context of this cluster in a kubeconfig.
   *
   * @return {@code gke_P_L_N}
   */
  public String context() {
    return "gke_" + project + "_" + location + "_" + name;
  }

  /** Returns the name that GKE's API gives the cluster. */
  @Override
  public String toString() {
    return "projects/" + project + "/locations/" + location + "/clusters/" + name;
  }

  static void checkProject(String project) {
    check(PROJECT, project, "a project");
  }

  private static void check(Pattern pattern, String value, String what) {
    if (!pattern.matcher(value).matches()) {
      throw new IllegalArgumentException("'%s' cannot be %s".formatted(value, what));
    }
  }
}
