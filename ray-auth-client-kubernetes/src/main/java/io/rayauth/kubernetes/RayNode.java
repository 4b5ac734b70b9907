package io.rayauth.kubernetes;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says what the pods of the head or of one worker group are like.
 *
 * <p>Immutable and thread-safe.
 */
public final class RayNode {
  /** They decide on the authentication, or hold a token; the scheme of the cluster sets them. */
  private static final Set<String> RESERVED =
      Set.of("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH", "RAY_ENABLE_K8S_TOKEN_AUTH");

  private final NodeResources resources;
  private final @Nullable String image;
  private final Map<String, String> env;
  private final Map<String, String> labels;
  private final Map<String, String> nodeSelector;
  private final List<Toleration> tolerations;
  private final Map<String, String> rayStartParams;

  private RayNode(Builder builder) {
    this.resources = builder.resources;
    this.image = builder.image;
    this.env = Collections.unmodifiableMap(new LinkedHashMap<>(builder.env));
    this.labels = Collections.unmodifiableMap(new LinkedHashMap<>(builder.labels));
    this.nodeSelector = Collections.unmodifiableMap(new LinkedHashMap<>(builder.nodeSelector));
    this.tolerations = List.copyOf(builder.tolerations);
    this.rayStartParams = Collections.unmodifiableMap(new LinkedHashMap<>(builder.rayStartParams));
  }

  /**
   * Describes pods that need nothing but resources.
   *
   * @param resources what each of them gets
   * @return the description
   */
  public static RayNode of(NodeResources resources) {
    return with(resources).build();
  }

  /**
   * Starts a description.
   *
   * @param resources what each pod gets
   * @return a builder
   */
  public static Builder with(NodeResources resources) {
    return new Builder(resources);
  }

  /**
   * Returns what each pod gets.
   *
   * @return the resources
   */
  public NodeResources resources() {
    return resources;
  }

  /**
   * Returns the image of these pods.
   *
   * @return empty for the image of the cluster
   */
  public Optional<String> image() {
    return Optional.ofNullable(image);
  }

  /**
   * Returns the environment variables of the Ray container.
   *
   * @return an unmodifiable map
   */
  public Map<String, String> env() {
    return env;
  }

  /**
   * Returns the labels of the pods.
   *
   * @return an unmodifiable map
   */
  public Map<String, String> labels() {
    return labels;
  }

  /**
   * Returns the labels that a machine must have.
   *
   * @return an unmodifiable map
   */
  public Map<String, String> nodeSelector() {
    return nodeSelector;
  }

  /**
   * Returns the taints that the pods bear with.
   *
   * @return an unmodifiable list
   */
  public List<Toleration> tolerations() {
    return tolerations;
  }

  /**
   * Returns the options of {@code ray start}.
   *
   * @return an unmodifiable map from the option, without dashes, to its value
   */
  public Map<String, String> rayStartParams() {
    return rayStartParams;
  }

  /** Collects what pods are like; not thread-safe. */
  public static final class Builder {
    private final NodeResources resources;
    private @Nullable String image;
    private final Map<String, String> env = new LinkedHashMap<>();
    private final Map<String, String> labels = new LinkedHashMap<>();
    private final Map<String, String> nodeSelector = new LinkedHashMap<>();
    private final List<Toleration> tolerations = new ArrayList<>();
    private final Map<String, String> rayStartParams = new LinkedHashMap<>();

    private Builder(NodeResources resources) {
      this.resources = resources;
    }

    /**
     * Sets the image of these pods; it must hold the cluster's version of Ray.
     *
     * <p>Default: the image of the cluster.
     *
     * @param image such as {@code rayproject/ray:2.55.0-gpu}
     * @return this
     * @throws IllegalArgumentException if it is blank
     */
    public Builder image(String image) {
      this.image = notBlank("image", image);
      return this;
    }

    /**
     * Sets an environment variable of the Ray container. Everybody who may read the RayCluster can
     * read it.
     *
     * @param name of the variable
     * @param value its value
     * @return this
     * @throws IllegalArgumentException if the name is blank, or one of those by which a cluster's
     *     authentication is decided: they would win over the scheme without a word
     */
    public Builder env(String name, String value) {
      if (RESERVED.contains(name)) {
        throw new IllegalArgumentException(
            "%s is set by the scheme of the cluster: choose it with rayToken(), kubernetesToken(), kubeRbacProxy() or unauthenticated()"
                .formatted(name));
      }
      env.put(notBlank("name of the variable", name), value);
      return this;
    }

    /**
     * Sets a label of the pods.
     *
     * @param key of the label; those under {@code ray.io} belong to the operator
     * @param value its value
     * @return this
     * @throws IllegalArgumentException if the key is blank or belongs to the operator
     */
    public Builder label(String key, String value) {
      if (key.startsWith("ray.io/")) {
        throw new IllegalArgumentException("the label %s belongs to the operator".formatted(key));
      }
      labels.put(notBlank("key of the label", key), value);
      return this;
    }

    /**
     * Asks for machines with a label.
     *
     * @param key of the label
     * @param value its value
     * @return this
     * @throws IllegalArgumentException if the key is blank
     */
    public Builder nodeSelector(String key, String value) {
      nodeSelector.put(notBlank("key of the node selector", key), value);
      return this;
    }

    /**
     * Lets the pods onto machines with a taint.
     *
     * @param toleration of which taint
     * @return this
     */
    public Builder toleration(Toleration toleration) {
      tolerations.add(toleration);
      return this;
    }

    /**
     * Sets an option of {@code ray start}.
     *
     * @param option without dashes, such as {@code num-cpus}
     * @param value as text
     * @return this
     * @throws IllegalArgumentException if the option is blank or starts with a dash
     */
    public Builder rayStartParam(String option, String value) {
      if (option.startsWith("-")) {
        throw new IllegalArgumentException("write the option %s without dashes".formatted(option));
      }
      rayStartParams.put(notBlank("option of ray start", option), value);
      return this;
    }

    /**
     * Creates the description.
     *
     * @return an immutable value
     */
    public RayNode build() {
      return new RayNode(this);
    }

    private static String notBlank(String what, String text) {
      if (text.isBlank()) {
        throw new IllegalArgumentException("the %s is blank".formatted(what));
      }
      return text;
    }
  }
}
