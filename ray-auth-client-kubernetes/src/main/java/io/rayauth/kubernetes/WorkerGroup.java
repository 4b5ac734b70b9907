package io.rayauth.kubernetes;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Describes a group of like workers.
 *
 * <p>Immutable and thread-safe.
 */
public final class WorkerGroup {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

  private final String name;
  private final RayNode node;
  private final int replicas;
  private final int minReplicas;
  private final int maxReplicas;
  private final int hosts;

  private WorkerGroup(Builder builder, int minReplicas, int maxReplicas) {
    this.name = builder.name;
    this.node = builder.node;
    this.replicas = builder.replicas;
    this.minReplicas = minReplicas;
    this.maxReplicas = maxReplicas;
    this.hosts = builder.hosts;
  }

  /**
   * Starts a group.
   *
   * @param name of the group, unlike that of every other group of the cluster
   * @param node what its pods are like
   * @return a builder
   * @throws IllegalArgumentException if the name is not 1 to 63 lower-case letters, digits and
   *     dashes
   */
  public static Builder of(String name, RayNode node) {
    return new Builder(name, node);
  }

  /**
   * Returns the name.
   *
   * @return unlike that of every other group
   */
  public String name() {
    return name;
  }

  /**
   * Returns what its pods are like.
   *
   * @return the description
   */
  public RayNode node() {
    return node;
  }

  /**
   * Returns how many replicas there are to be; with autoscaling, how many at first.
   *
   * @return zero or more
   */
  public int replicas() {
    return replicas;
  }

  /**
   * Returns down to how many replicas the autoscaler goes.
   *
   * @return at most {@link #replicas()}
   */
  public int minReplicas() {
    return minReplicas;
  }

  /**
   * Returns up to how many replicas the autoscaler goes.
   *
   * @return at least {@link #replicas()}
   */
  public int maxReplicas() {
    return maxReplicas;
  }

  /**
   * Returns how many pods make one replica.
   *
   * @return more than one only for machines that are used as a whole, such as TPU slices
   */
  public int hosts() {
    return hosts;
  }

  /** Collects what a group is like; not thread-safe. */
  public static final class Builder {
    private final String name;
    private final RayNode node;
    private int replicas = 1;
    private @Nullable Integer min;
    private @Nullable Integer max;
    private int hosts = 1;

    private Builder(String name, RayNode node) {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "'%s' cannot be a worker group: take 1 to 63 lower-case letters, digits and dashes"
                .formatted(name));
      }
      this.name = name;
      this.node = node;
    }

    /**
     * Sets how many replicas there are to be; with autoscaling, how many at first.
     *
     * <p>Default: 1.
     *
     * @param replicas zero or more
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    public Builder replicas(int replicas) {
      if (replicas < 0) {
        throw new IllegalArgumentException("there cannot be %d replicas".formatted(replicas));
      }
      this.replicas = replicas;
      return this;
    }

    /**
     * Sets how far the autoscaler may go.
     *
     * <p>Default: nowhere, both are {@link #replicas(int)}.
     *
     * @param min the least, zero or more
     * @param max the most
     * @return this
     * @throws IllegalArgumentException if the least is negative or more than the most
     */
    public Builder between(int min, int max) {
      if (min < 0 || min > max) {
        throw new IllegalArgumentException(
            "there cannot be between %d and %d replicas".formatted(min, max));
      }
      this.min = min;
      this.max = max;
      return this;
    }

    /**
     * Sets how many pods make one replica.
     *
     * <p>Default: 1.
     *
     * @param hosts one or more
     * @return this
     * @throws IllegalArgumentException if it is less than one
     */
    public Builder hosts(int hosts) {
      if (hosts < 1) {
        throw new IllegalArgumentException("a replica cannot have %d hosts".formatted(hosts));
      }
      this.hosts = hosts;
      return this;
    }

    /**
     * Creates the group.
     *
     * @return an immutable value
     * @throws IllegalArgumentException if there are to be fewer or more replicas than {@link
     *     #between(int, int)} allows
     */
    public WorkerGroup build() {
      int least = min == null ? replicas : min;
      int most = max == null ? replicas : max;
      if (replicas < least || replicas > most) {
        throw new IllegalArgumentException(
            "worker group '%s' is to have %d replicas, which is not between %d and %d"
                .formatted(name, replicas, least, most));
      }
      return new WorkerGroup(this, least, most);
    }
  }
}
