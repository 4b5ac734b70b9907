package io.rayauth.kubernetes;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Says which chart of the operator goes where, and with which values.
 *
 * <p>Immutable and thread-safe. Values may be secrets: {@link #toString()} does not show them.
 */
public final class OperatorInstallation {
  private final HelmChart chart;
  private final String namespace;
  private final String release;
  private final Map<String, Object> values;
  private final Duration timeout;

  private OperatorInstallation(Builder builder) {
    this.chart = builder.chart;
    this.namespace = builder.namespace;
    this.release = builder.release;
    this.values = Collections.unmodifiableMap(builder.values);
    this.timeout = builder.timeout;
  }

  /**
   * Starts a description.
   *
   * @param chart what to install
   * @return a builder
   */
  public static Builder of(HelmChart chart) {
    return new Builder(chart);
  }

  /**
   * Returns what to install.
   *
   * @return as given
   */
  public HelmChart chart() {
    return chart;
  }

  /**
   * Returns where.
   *
   * @return a namespace
   */
  public String namespace() {
    return namespace;
  }

  /**
   * Returns the name of Helm's release.
   *
   * @return as given
   */
  public String release() {
    return release;
  }

  /** Returns the values as a tree. */
  Map<String, Object> values() {
    return values;
  }

  /** Returns how long all of it may take. */
  Duration timeout() {
    return timeout;
  }

  @Override
  public String toString() {
    return "OperatorInstallation[%s as %s in %s]".formatted(chart, release, namespace);
  }

  /** Collects the parts of an installation. Not thread-safe. */
  public static final class Builder {
    private static final Pattern RELEASE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?");

    private final HelmChart chart;
    private final Map<String, Object> values = new LinkedHashMap<>();
    private String namespace = "kuberay-system";
    private String release = "kuberay-operator";
    private Duration timeout = Duration.ofMinutes(5);

    private Builder(HelmChart chart) {
      this.chart = chart;
    }

    /**
     * Chooses the namespace, which is made if it is not there. Default: {@code kuberay-system}.
     *
     * @param namespace which
     * @return this builder
     * @throws IllegalArgumentException if this cannot be a namespace
     */
    public Builder namespace(String namespace) {
      RayClusterRef.checkNamespace(namespace);
      this.namespace = namespace;
      return this;
    }

    /**
     * Chooses the name of Helm's release. Default: {@code kuberay-operator}.
     *
     * @param release 1 to 53 lower-case letters, digits and dashes
     * @return this builder
     * @throws IllegalArgumentException if Helm would not take it
     */
    public Builder release(String release) {
      if (!RELEASE.matcher(release).matches()) {
        throw new IllegalArgumentException(
            "'%s' cannot be a Helm release: take 1 to 53 lower-case letters, digits and dashes"
                .formatted(release));
      }
      this.release = release;
      return this;
    }

    /**
     * Sets one value of the chart. Default: the chart's own.
     *
     * @param path its place, such as {@code image.tag}
     * @param value a string, number, boolean, list or map, which keeps its type
     * @return this builder
     * @throws IllegalArgumentException if the path has an empty part, or goes through a value that
     *     is no map
     */
    public Builder value(String path, Object value) {
      String[] parts = path.split("\\.", -1);
      Map<String, Object> place = values;
      for (int i = 0; i < parts.length; i++) {
        if (parts[i].isEmpty()) {
          throw new IllegalArgumentException("'%s' is no place of a value".formatted(path));
        }
        if (i == parts.length - 1) {
          place.put(parts[i], value);
        } else {
          place = inner(place, parts[i], path);
        }
      }
      return this;
    }

    @SuppressWarnings("unchecked") // maps below this one are made here only, or checked
    private static Map<String, Object> inner(Map<String, Object> outer, String key, String path) {
      Object found = outer.computeIfAbsent(key, absent -> new LinkedHashMap<String, Object>());
      if (found instanceof LinkedHashMap<?, ?> map) {
        return (Map<String, Object>) map;
      }
      throw new IllegalArgumentException(
          "'%s' goes through '%s', which was set as a whole".formatted(path, key));
    }

    /**
     * Sets how long it may take from the call until the operator's pods are ready. Default: 5
     * minutes.
     *
     * @param timeout ends the waiting only: Helm's own step is never cut short
     * @return this builder
     */
    public Builder timeout(Duration timeout) {
      this.timeout = timeout;
      return this;
    }

    /**
     * Creates the description.
     *
     * @return an immutable description
     */
    public OperatorInstallation build() {
      return new OperatorInstallation(this);
    }
  }
}
