package io.rayauth.kubernetes;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Describes a Ray cluster to deploy, with authentication unless {@link Builder#unauthenticated()}
 * is said.
 *
 * <p>Immutable and thread-safe. Source of the fields: KubeRay's {@code
 * apis/ray/v1/raycluster_types.go}.
 */
public final class RayClusterSpec {
  private final RayClusterRef ref;
  private final String rayVersion;
  private final String image;
  private final AuthScheme scheme;
  private final KubeRbacProxyOptions proxyOptions;
  private final @Nullable String secretName;
  private final @Nullable String serviceAccount;
  private final RayNode head;
  private final List<WorkerGroup> workerGroups;
  private final Map<String, String> labels;
  private final Map<String, String> annotations;
  private final boolean autoscaling;
  private final boolean suspended;

  private RayClusterSpec(Builder builder, String rayVersion, String image, AuthScheme scheme) {
    this.ref = builder.ref;
    this.rayVersion = rayVersion;
    this.image = image;
    this.scheme = scheme;
    this.proxyOptions = builder.proxyOptions;
    this.secretName = builder.secretName;
    this.serviceAccount = builder.serviceAccount;
    this.head = builder.head;
    this.workerGroups = List.copyOf(builder.workerGroups);
    this.labels = Collections.unmodifiableMap(new LinkedHashMap<>(builder.labels));
    this.annotations = Collections.unmodifiableMap(new LinkedHashMap<>(builder.annotations));
    this.autoscaling = builder.autoscaling;
    this.suspended = builder.suspended;
  }

  /**
   * Starts a description.
   *
   * @param ref namespace and name of the cluster; the namespace must be there when it is deployed
   * @return a builder
   * @throws IllegalArgumentException if KubeRay's operator would refuse the name: it takes at most
   *     53 lower-case letters, digits and dashes, a letter first
   */
  public static Builder of(RayClusterRef ref) {
    return new Builder(ref);
  }

  /**
   * Returns namespace and name.
   *
   * @return as given
   */
  public RayClusterRef ref() {
    return ref;
  }

  /**
   * Returns the version of Ray.
   *
   * @return as given, or as read from the image's tag
   */
  public String rayVersion() {
    return rayVersion;
  }

  /**
   * Returns the image of all pods that have none of their own.
   *
   * @return as given, or Ray's own image for the version
   */
  public String image() {
    return image;
  }

  /**
   * Returns who checks the callers.
   *
   * @return as chosen, or the default for the version of Ray
   */
  public AuthScheme scheme() {
    return scheme;
  }

  /**
   * Returns how the proxy is set up.
   *
   * @return used with {@link AuthScheme#KUBE_RBAC_PROXY} only
   */
  public KubeRbacProxyOptions proxyOptions() {
    return proxyOptions;
  }

  /**
   * Returns the Secret that holds Ray's token.
   *
   * @return empty if the operator is to make one, or if the scheme needs none
   */
  public Optional<String> secretName() {
    return Optional.ofNullable(secretName);
  }

  /**
   * Returns the ServiceAccount of all pods.
   *
   * @return empty for the one that the scheme brings with it, or the namespace's default
   */
  public Optional<String> serviceAccount() {
    return Optional.ofNullable(serviceAccount);
  }

  /**
   * Returns what the head pod is like.
   *
   * @return the description
   */
  public RayNode head() {
    return head;
  }

  /**
   * Returns the groups of workers.
   *
   * @return an unmodifiable list, which may be empty
   */
  public List<WorkerGroup> workerGroups() {
    return workerGroups;
  }

  /**
   * Returns the labels of the RayCluster.
   *
   * @return an unmodifiable map
   */
  public Map<String, String> labels() {
    return labels;
  }

  /**
   * Returns the annotations of the RayCluster.
   *
   * @return an unmodifiable map
   */
  public Map<String, String> annotations() {
    return annotations;
  }

  /**
   * Tells whether Ray's autoscaler decides on the number of workers.
   *
   * @return true if it does
   */
  public boolean autoscaling() {
    return autoscaling;
  }

  /**
   * Tells whether the cluster is deployed without pods.
   *
   * @return true if it is
   */
  public boolean suspended() {
    return suspended;
  }

  /**
   * Tells whether the version of Ray is at least the given one.
   *
   * @param major such as 2
   * @param minor such as 61
   * @return whether it is
   */
  public boolean isRayAtLeast(int major, int minor) {
    return isAtLeast(rayVersion, major, minor);
  }

  private static boolean isAtLeast(String version, int major, int minor) {
    Matcher matcher = Builder.VERSION.matcher(version);
    if (!matcher.lookingAt()) {
      throw new IllegalArgumentException("'%s' is no version of Ray".formatted(version));
    }
    int foundMajor = Integer.parseInt(matcher.group(1));
    return foundMajor > major
        || (foundMajor == major && Integer.parseInt(matcher.group(2)) >= minor);
  }

  /** Collects what a cluster is like; not thread-safe. */
  public static final class Builder {
    private static final Pattern VERSION = Pattern.compile("([0-9]{1,4})\\.([0-9]{1,4})\\.[0-9]");
    private static final Pattern TAG =
        Pattern.compile(":([0-9]{1,4}\\.[0-9]{1,4}\\.[0-9]{1,4})[^/]*$");

    /** KubeRay's MaxRayClusterNameLength. */
    private static final int LONGEST_NAME = 53;

    private final RayClusterRef ref;
    private @Nullable String rayVersion;
    private @Nullable String image;
    private @Nullable AuthScheme scheme;
    private KubeRbacProxyOptions proxyOptions = KubeRbacProxyOptions.guide();
    private @Nullable String secretName;
    private @Nullable String serviceAccount;
    private RayNode head = RayNode.of(NodeResources.of("2", "4Gi"));
    private final List<WorkerGroup> workerGroups = new ArrayList<>();
    private final Map<String, String> labels = new LinkedHashMap<>();
    private final Map<String, String> annotations = new LinkedHashMap<>();
    private boolean autoscaling;
    private boolean suspended;

    private Builder(RayClusterRef ref) {
      RayClusterRef.checkNewName("RayCluster", ref.name(), LONGEST_NAME);
      this.ref = ref;
    }

    /**
     * Declares the version of Ray in the image; the operator and this library go by it.
     *
     * <p>Default: what the image's tag begins with.
     *
     * @param version such as {@code 2.55.0}
     * @return this
     * @throws IllegalArgumentException if it does not begin with three numbers
     */
    public Builder rayVersion(String version) {
      if (!VERSION.matcher(version).lookingAt()) {
        throw new IllegalArgumentException(
            "'%s' is no version of Ray that KubeRay can read: take one such as 2.55.0"
                .formatted(version));
      }
      this.rayVersion = version;
      return this;
    }

    /**
     * Sets the image of all pods that have none of their own.
     *
     * <p>Default: {@code rayproject/ray} with the declared version as its tag.
     *
     * @param image an image reference
     * @return this
     * @throws IllegalArgumentException if it is blank
     */
    public Builder image(String image) {
      if (image.isBlank()) {
        throw new IllegalArgumentException("the image is blank");
      }
      this.image = image;
      return this;
    }

    /**
     * Guards the dashboard with a kube-rbac-proxy in the form of Ray's guide: see {@link
     * #kubeRbacProxy(KubeRbacProxyOptions)}.
     *
     * @return this
     */
    public Builder kubeRbacProxy() {
      return kubeRbacProxy(KubeRbacProxyOptions.guide());
    }

    /**
     * Guards the dashboard with a kube-rbac-proxy: any token that the API server accepts, RBAC with
     * a verb for each HTTP method. Works with every version of Ray and KubeRay. Guards the
     * dashboard only: GCS and Ray Client stay open to whoever reaches the pod. Whoever deploys it
     * must be allowed to make a ClusterRole and a ClusterRoleBinding.
     *
     * <p>Default: for Ray before 2.52, in the form of the guide.
     *
     * @param options how the proxy is set up
     * @return this
     */
    public Builder kubeRbacProxy(KubeRbacProxyOptions options) {
      this.proxyOptions = options;
      return scheme(AuthScheme.KUBE_RBAC_PROXY, null);
    }

    /**
     * Lets Ray check one token of the cluster's own, which the operator makes and puts into a
     * Secret named like the cluster. Guards dashboard, GCS and Ray Client. Needs Ray 2.52 and
     * KubeRay 1.5.1, and no rights beyond those on the RayCluster.
     *
     * <p>Default: for Ray from 2.52, because it closes every port and anybody who may make a
     * RayCluster may deploy it; {@link #kubernetesToken()} knows callers apart, but needs somebody
     * who may make ClusterRoles.
     *
     * @return this
     */
    public Builder rayToken() {
      return scheme(AuthScheme.RAY_TOKEN, null);
    }

    /**
     * Lets Ray check the token in a Secret that is already there. Needs Ray 2.52 and KubeRay 1.6.
     *
     * @param secretName in the cluster's namespace, with the key {@code auth_token}
     * @return this
     * @throws IllegalArgumentException if it cannot be the name of a Secret
     */
    public Builder rayToken(String secretName) {
      RayClusterRef.checkName("Secret", secretName);
      return scheme(AuthScheme.RAY_TOKEN, secretName);
    }

    /**
     * Lets Ray ask Kubernetes about every token: any that the API server accepts, and the verb
     * {@code ray:write} on the RayCluster. Guards dashboard, GCS and Ray Client. Needs Ray 2.55 and
     * KubeRay 1.6. Whoever deploys it must be allowed to make ClusterRoles and a
     * ClusterRoleBinding.
     *
     * @return this
     */
    public Builder kubernetesToken() {
      return scheme(AuthScheme.KUBERNETES_TOKEN, null);
    }

    /**
     * Switches authentication off: whoever reaches the head pod can run what they like on the
     * cluster.
     *
     * <p>Default: authentication is on, see {@link #rayToken()} and {@link
     * #kubeRbacProxy(KubeRbacProxyOptions)}.
     *
     * @return this
     */
    public Builder unauthenticated() {
      return scheme(AuthScheme.OPEN, null);
    }

    private Builder scheme(AuthScheme scheme, @Nullable String secretName) {
      this.scheme = scheme;
      this.secretName = secretName;
      return this;
    }

    /**
     * Sets the ServiceAccount of all pods; it must be there when they start. What rights the scheme
     * needs are granted to it.
     *
     * <p>Default: one of its own for {@link #kubeRbacProxy()} (head only) and {@link
     * #kubernetesToken()}, which is deployed too; otherwise the namespace's default.
     *
     * @param serviceAccount in the cluster's namespace
     * @return this
     * @throws IllegalArgumentException if it cannot be the name of a ServiceAccount
     */
    public Builder serviceAccount(String serviceAccount) {
      RayClusterRef.checkName("ServiceAccount", serviceAccount);
      this.serviceAccount = serviceAccount;
      return this;
    }

    /**
     * Describes the head pod.
     *
     * <p>Default: 2 CPUs and 4 GiB, as in Ray's guide.
     *
     * @param head what it is like
     * @return this
     */
    public Builder head(RayNode head) {
      this.head = head;
      return this;
    }

    /**
     * Adds a group of workers.
     *
     * <p>Default: none; jobs then run on the head.
     *
     * @param group with a name that no other group has
     * @return this
     */
    public Builder workers(WorkerGroup group) {
      workerGroups.add(group);
      return this;
    }

    /**
     * Sets a label of the RayCluster, such as that of a Kueue queue.
     *
     * @param key of the label
     * @param value its value
     * @return this
     * @throws IllegalArgumentException if the key is blank, or is the one by which this library
     *     knows again what it has deployed
     */
    public Builder label(String key, String value) {
      if (key.isBlank() || key.equals("app.kubernetes.io/managed-by")) {
        throw new IllegalArgumentException("the label '%s' cannot be set".formatted(key));
      }
      labels.put(key, value);
      return this;
    }

    /**
     * Sets an annotation of the RayCluster.
     *
     * @param key of the annotation
     * @param value its value
     * @return this
     * @throws IllegalArgumentException if the key is blank
     */
    public Builder annotation(String key, String value) {
      if (key.isBlank()) {
        throw new IllegalArgumentException("the key of an annotation is blank");
      }
      annotations.put(key, value);
      return this;
    }

    /**
     * Lets Ray's autoscaler decide on the number of workers, within what each group allows.
     *
     * <p>Default: the groups keep their number of replicas.
     *
     * @return this
     */
    public Builder autoscaling() {
      this.autoscaling = true;
      return this;
    }

    /**
     * Deploys the cluster without pods, until it is deployed again without this.
     *
     * <p>Default: pods start at once.
     *
     * @return this
     */
    public Builder suspended() {
      this.suspended = true;
      return this;
    }

    /**
     * Creates the description.
     *
     * @return an immutable value
     * @throws IllegalArgumentException if the version of Ray is neither given nor to be read from
     *     the image's tag, if it is too old for the scheme, if two groups have one name, or if the
     *     head sets an option of {@code ray start} that the proxy depends on
     */
    public RayClusterSpec build() {
      String version = rayVersion != null ? rayVersion : versionOf(image);
      AuthScheme chosen = scheme;
      if (chosen == null) {
        chosen = isAtLeast(version, 2, 52) ? AuthScheme.RAY_TOKEN : AuthScheme.KUBE_RBAC_PROXY;
      }
      checkVersion(chosen, version);
      checkGroups();
      if (chosen == AuthScheme.KUBE_RBAC_PROXY) {
        for (String option : List.of("dashboard-host", "dashboard-port")) {
          if (head.rayStartParams().containsKey(option)) {
            throw new IllegalArgumentException(
                "kubeRbacProxy() sets %s of the head itself, to hide the dashboard behind the proxy"
                    .formatted(option));
          }
        }
      }
      return new RayClusterSpec(
          this, version, image != null ? image : "rayproject/ray:" + version, chosen);
    }

    private String versionOf(@Nullable String image) {
      if (image == null) {
        throw new IllegalArgumentException(
            "neither the version of Ray nor an image is given for RayCluster %s".formatted(ref));
      }
      Matcher tag = TAG.matcher(image);
      if (!tag.find()) {
        throw new IllegalArgumentException(
            "the tag of image '%s' does not tell the version of Ray: give it with rayVersion()"
                .formatted(image));
      }
      return tag.group(1);
    }

    /** KubeRay refuses the same, but in an event that comes after the object was accepted. */
    private static void checkVersion(AuthScheme scheme, String version) {
      if (scheme == AuthScheme.RAY_TOKEN && !isAtLeast(version, 2, 52)) {
        throw new IllegalArgumentException(
            "rayToken() needs Ray 2.52.0 or later, and this is %s: take kubeRbacProxy()"
                .formatted(version));
      }
      if (scheme == AuthScheme.KUBERNETES_TOKEN && !isAtLeast(version, 2, 55)) {
        throw new IllegalArgumentException(
            "kubernetesToken() needs Ray 2.55.0 or later, and this is %s: take %s"
                .formatted(version, isAtLeast(version, 2, 52) ? "rayToken()" : "kubeRbacProxy()"));
      }
    }

    private void checkGroups() {
      Set<String> names = new HashSet<>();
      for (WorkerGroup group : workerGroups) {
        if (!names.add(group.name())) {
          throw new IllegalArgumentException(
              "two worker groups are named '%s'".formatted(group.name()));
        }
      }
    }
  }
}
