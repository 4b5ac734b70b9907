package io.rayauth.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says how the kube-rbac-proxy in front of a dashboard is set up.
 *
 * <p>Immutable and thread-safe. {@link #guide()} is the form of Ray's own guide: plain HTTP, and
 * the rights that a user needs for a job are rights on the real RayCluster, so that somebody who
 * may upload a package may also change the cluster's image. {@link #hardened()} has neither flaw.
 */
public final class KubeRbacProxyOptions {
  /** The image of Ray's guide. */
  public static final String GUIDE_IMAGE = "quay.io/brancz/kube-rbac-proxy:v0.18.1";

  private final String image;
  private final boolean tls;
  private final @Nullable String tlsSecret;
  private final boolean http2Disabled;
  private final List<String> openPaths;
  private final @Nullable String subresource;
  private final List<String> audiences;

  private KubeRbacProxyOptions(Builder builder) {
    this.image = builder.image;
    this.tls = builder.tls;
    this.tlsSecret = builder.tlsSecret;
    this.http2Disabled = builder.http2Disabled;
    this.openPaths = List.copyOf(builder.openPaths);
    this.subresource = builder.subresource;
    this.audiences = List.copyOf(builder.audiences);
  }

  /**
   * Returns the form of Ray's guide.
   *
   * @return plain HTTP with HTTP/2, every path guarded, rights on the RayCluster itself
   */
  public static KubeRbacProxyOptions guide() {
    return builder().build();
  }

  /**
   * Returns the form to prefer where nobody relies on that of the guide: TLS with a certificate
   * that the proxy makes for itself, no HTTP/2 (over which it reads a whole upload into memory
   * before it asks who is there), health paths open, and rights on {@code rayclusters/dashboard}, a
   * name behind which there is nothing else.
   *
   * @return the hardened form
   */
  public static KubeRbacProxyOptions hardened() {
    return builder().tls().withoutHttp2().openHealthPaths().subresource("dashboard").build();
  }

  /**
   * Starts with the form of Ray's guide.
   *
   * @return a builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns the image of the proxy.
   *
   * @return an image reference
   */
  public String image() {
    return image;
  }

  /**
   * Tells whether the proxy listens with TLS.
   *
   * @return false for plain HTTP
   */
  public boolean usesTls() {
    return tls;
  }

  /**
   * Returns the Secret of type {@code kubernetes.io/tls} with the proxy's certificate.
   *
   * @return empty for a certificate that the proxy makes for itself, or without TLS
   */
  public Optional<String> tlsSecret() {
    return Optional.ofNullable(tlsSecret);
  }

  /**
   * Tells whether HTTP/2 is switched off.
   *
   * @return true if it is
   */
  public boolean isHttp2Disabled() {
    return http2Disabled;
  }

  /**
   * Returns the paths that are let through without a token.
   *
   * @return an unmodifiable list; empty if every path is guarded
   */
  public List<String> openPaths() {
    return openPaths;
  }

  /**
   * Returns the subresource of the RayCluster on which callers need rights.
   *
   * @return empty for rights on the RayCluster itself
   */
  public Optional<String> subresource() {
    return Optional.ofNullable(subresource);
  }

  /**
   * Returns the audiences of which a token must have one.
   *
   * @return an unmodifiable list; empty for the audience of the API server
   */
  public List<String> audiences() {
    return audiences;
  }

  /** Collects how the proxy is set up; not thread-safe. */
  public static final class Builder {
    private String image = GUIDE_IMAGE;
    private boolean tls;
    private @Nullable String tlsSecret;
    private boolean http2Disabled;
    private final List<String> openPaths = new ArrayList<>();
    private @Nullable String subresource;
    private final List<String> audiences = new ArrayList<>();

    private Builder() {}

    /**
     * Sets the image, such as one in a registry of one's own. Its name must keep {@code
     * kube-rbac-proxy}, by which it is known again.
     *
     * <p>Default: {@link KubeRbacProxyOptions#GUIDE_IMAGE}.
     *
     * @param image an image reference
     * @return this
     * @throws IllegalArgumentException if the name does not hold {@code kube-rbac-proxy}
     */
    public Builder image(String image) {
      if (!image.contains("kube-rbac-proxy")) {
        throw new IllegalArgumentException(
            "'%s' is no image of kube-rbac-proxy, by its name".formatted(image));
      }
      this.image = image;
      return this;
    }

    /**
     * Listens with TLS, with a certificate that the proxy makes for itself at every start.
     *
     * <p>Default: plain HTTP, so that the token can be read in the pod network.
     *
     * @return this
     */
    public Builder tls() {
      this.tls = true;
      return this;
    }

    /**
     * Listens with TLS, with a certificate that callers can check.
     *
     * @param secret of type {@code kubernetes.io/tls} in the cluster's namespace, which must be
     *     there when the pods start
     * @return this
     * @throws IllegalArgumentException if it is blank
     */
    public Builder tls(String secret) {
      if (secret.isBlank()) {
        throw new IllegalArgumentException("the name of the TLS Secret is blank");
      }
      this.tlsSecret = secret;
      return tls();
    }

    /**
     * Switches HTTP/2 off.
     *
     * <p>Default: on, as in the guide.
     *
     * @return this
     */
    public Builder withoutHttp2() {
      this.http2Disabled = true;
      return this;
    }

    /**
     * Lets everybody ask whether the head is healthy, as probes and load balancers do.
     *
     * <p>Default: every path is guarded.
     *
     * @return this
     */
    public Builder openHealthPaths() {
      openPaths.addAll(List.of("/api/gcs_healthz", "/api/healthz"));
      return this;
    }

    /**
     * Asks for rights on a subresource of the RayCluster, which is nothing but a name in RBAC.
     *
     * <p>Default: on the RayCluster itself.
     *
     * @param subresource such as {@code dashboard}
     * @return this
     * @throws IllegalArgumentException if it is not made of lower-case letters
     */
    public Builder subresource(String subresource) {
      if (!subresource.matches("[a-z]{1,63}") || subresource.equals("status")) {
        throw new IllegalArgumentException(
            "'%s' cannot be the subresource: take lower-case letters, and not 'status', which is a real one"
                .formatted(subresource));
      }
      this.subresource = subresource;
      return this;
    }

    /**
     * Takes tokens made for an audience, one more with each call.
     *
     * <p>Default: tokens made for the API server.
     *
     * @param audience as it stands in the token
     * @return this
     * @throws IllegalArgumentException if it is blank or holds a comma
     */
    public Builder audience(String audience) {
      if (audience.isBlank() || audience.contains(",")) {
        throw new IllegalArgumentException("'%s' cannot be an audience".formatted(audience));
      }
      audiences.add(audience);
      return this;
    }

    /**
     * Creates the options.
     *
     * @return an immutable value
     */
    public KubeRbacProxyOptions build() {
      return new KubeRbacProxyOptions(this);
    }
  }
}
