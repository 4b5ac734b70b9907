package io.rayauth.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.error.RayAuthException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.kubernetes.Explanation.Notes;
import io.rayauth.kubernetes.Grant.Observation;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.Revocation.Outcome;
import io.rayauth.kubernetes.internal.access.AccessReviews;
import io.rayauth.kubernetes.internal.access.Right;
import io.rayauth.kubernetes.internal.access.RoleObjects;
import io.rayauth.kubernetes.internal.access.RoleRights;
import io.rayauth.kubernetes.internal.access.RoleWriter;
import io.rayauth.kubernetes.internal.api.ApiServer;
import io.rayauth.kubernetes.internal.cluster.CustomResource;
import io.rayauth.kubernetes.internal.cluster.DeclaredScheme;
import io.rayauth.time.TimeSource;
import io.rayauth.token.TokenProvider;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says, gives and takes the rights that people and programs have on Ray clusters, and explains why
 * one was refused.
 *
 * <p>{@link #canI(String, RayClusterRef)} asks what Kubernetes RBAC thinks now. A kube-rbac-proxy
 * in front of a dashboard may think otherwise for a while: it remembers a refusal for 30 seconds, a
 * permission for 5 minutes, and whether it knows a token for 2 minutes; Ray, where it asks
 * Kubernetes itself, remembers permissions for 5 minutes.
 *
 * <p>Immutable and thread-safe; every call blocks. The client belongs to the caller, who closes it.
 */
public final class RayAccess {
  private static final Duration DENIAL_REMEMBERED = Duration.ofSeconds(30);
  private static final Duration PERMISSION_REMEMBERED = Duration.ofMinutes(5);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
  private static final Pattern SUBRESOURCE = Pattern.compile("[a-z][-a-z0-9]{0,62}");
  private static final int UNAUTHORIZED = 401;

  private final KubernetesClient client;
  private final AccessReviews reviews;
  private final String subresource;
  private final @Nullable AuthScheme scheme;
  private final @Nullable Route route;
  private final Duration observationLimit;
  private final TimeSource time;

  private RayAccess(
      KubernetesClient client,
      String subresource,
      @Nullable AuthScheme scheme,
      @Nullable Route route,
      Duration observationLimit,
      TimeSource time) {
    this.client = client;
    this.reviews = new AccessReviews(client);
    this.subresource = subresource;
    this.scheme = scheme;
    this.route = route;
    this.observationLimit = observationLimit;
    this.time = time;
  }

  /**
   * Looks at the Kubernetes cluster that a client talks to.
   *
   * @param client stays open and belongs to the caller
   * @return a view that holds nothing else
   */
  public static RayAccess using(KubernetesClient client) {
    return using(client, TimeSource.system());
  }

  static RayAccess using(KubernetesClient client, TimeSource time) {
    return new RayAccess(client, "", null, null, Duration.ofSeconds(10), time);
  }

  /**
   * Means {@code rayclusters/<name>} instead of the RayClusters themselves. With a kube-rbac-proxy
   * whose {@code resourceAttributes} name the same subresource, nobody needs a right on the real
   * object any more.
   *
   * @param name such as {@code dashboard}
   * @return a view like this one
   * @throws IllegalArgumentException if it cannot be a subresource
   */
  public RayAccess subresource(String name) {
    if (!SUBRESOURCE.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'%s' cannot be a subresource: take lower-case letters, digits and dashes"
              .formatted(name));
    }
    return new RayAccess(client, name, scheme, route, observationLimit, time);
  }

  /**
   * Says who checks the callers of the clusters, instead of reading it from the RayCluster; needed
   * to grant rights on a cluster that is not there yet.
   *
   * @param scheme the scheme
   * @return a view like this one. <i>Default: what the RayCluster declares.</i>
   */
  public RayAccess scheme(AuthScheme scheme) {
    return new RayAccess(client, subresource, scheme, route, observationLimit, time);
  }

  /**
   * Lets {@link #grant} also give what it takes to {@link RayClusters#connect(RayClusterRef)
   * connect} by a route: {@code get} on the RayCluster, and
   *
   * <ul>
   *   <li>for {@link Route#portForward()} and {@link Route#automatic()} {@code list} on pods,
   *       {@code get} and {@code create} on pods/portforward. RBAC cannot limit these to one
   *       cluster, because KubeRay makes up the name of the head pod: they hold for every pod of
   *       the namespace;
   *   <li>for {@link Route#serviceProxy()} the verbs of the role on services/proxy, limited to the
   *       dashboard's port of the head's Service: {@code get} to read, {@code create} to submit,
   *       {@code update} to upload, {@code delete} to delete;
   *   <li>for {@link Route#inCluster()} and {@link Route#to(String)} nothing more.
   * </ul>
   *
   * <p>A grant to the same subject in the same role takes the place of the one before, whatever the
   * route.
   *
   * @param route by which the subject will connect
   * @return a view like this one. <i>Default: none, for subjects who are given an address.</i>
   */
  public RayAccess route(Route route) {
    return new RayAccess(client, subresource, scheme, route, observationLimit, time);
  }

  /**
   * Limits how long {@link #grant} waits until the API server allows what was granted.
   *
   * @param limit the limit
   * @return a view like this one. <i>Default: 10 seconds.</i>
   * @throws IllegalArgumentException if it is not positive
   */
  public RayAccess observedWithin(Duration limit) {
    if (limit.isZero() || limit.isNegative()) {
      throw new IllegalArgumentException("the time to observe a grant is not positive: " + limit);
    }
    return new RayAccess(client, subresource, scheme, route, limit, time);
  }

  /**
   * Tells whether the caller may do something with a cluster: {@code kubectl auth can-i <verb>
   * rayclusters.ray.io/<name>}. Everybody may ask that.
   *
   * @param verb such as {@code get}, {@code create} or {@code ray:write}
   * @param ref which cluster; it need not exist
   * @return what RBAC says now
   * @throws IllegalArgumentException if the verb is blank
   * @throws RayKubernetesException if the API server does not answer
   */
  public boolean canI(String verb, RayClusterRef ref) {
    return reviews.allowsMe(right(verb, ref));
  }

  /**
   * Tells whether somebody else may do something with a cluster, as {@code kubectl auth can-i
   * --as}. The groups that the API server puts every ServiceAccount and every user into count too.
   *
   * @param verb such as {@code get}, {@code create} or {@code ray:write}
   * @param ref which cluster; it need not exist
   * @param asUser the user name, such as {@code system:serviceaccount:default:ray-user}
   * @return what RBAC says now
   * @throws IllegalArgumentException if the verb or the user name is blank
   * @throws RayKubernetesException if the caller may not ask for the rights of others; the message
   *     names the missing verb
   */
  public boolean canI(String verb, RayClusterRef ref, String asUser) {
    return canI(verb, ref, Subject.user(asUser));
  }

  /**
   * Tells whether a ServiceAccount, a user or a group may do something with a cluster.
   *
   * @param verb such as {@code get}, {@code create} or {@code ray:write}
   * @param ref which cluster; it need not exist
   * @param subject who
   * @return what RBAC says now
   * @throws IllegalArgumentException if the verb is blank
   * @throws RayKubernetesException if the caller may not ask for the rights of others; the message
   *     names the missing verb
   */
  public boolean canI(String verb, RayClusterRef ref, Subject subject) {
    return reviews.allows(subject, subject.groups(), right(verb, ref));
  }

  private Right right(String verb, RayClusterRef ref) {
    if (verb.isBlank()) {
      throw new IllegalArgumentException("the verb is blank");
    }
    return new Right(
        verb, RoleRights.GROUP, RoleRights.RESOURCE, subresource, ref.namespace(), ref.name());
  }

  /**
   * Gives somebody a role on a cluster, by a Role and a RoleBinding in the cluster's namespace, and
   * returns when the API server was seen to allow it. Safe to repeat.
   *
   * <p>Needs {@code create} and {@code patch} on roles and rolebindings, and Kubernetes lets nobody
   * give rights that it does not have itself, unless it has {@code escalate} and {@code bind} on
   * roles. If the RoleBinding is refused, a new Role is taken back. Rights to get to the cluster
   * are given only if a {@link #route(Route)} was chosen; else {@link Grant#cautions()} names them.
   *
   * @param ref the cluster; its scheme decides on the verbs
   * @param subject who gets the role
   * @param role which one
   * @return what was given, and how long a proxy may still refuse from memory
   * @throws RayKubernetesException if the scheme has no such role or the route does not lead to the
   *     cluster, if the cluster cannot be read and no {@link #scheme(AuthScheme)} was given, if the
   *     caller lacks a right or would give more than it has, or if the API server still denies when
   *     the time is up
   * @throws RayInterruptedException if the thread is interrupted while it waits
   */
  public Grant grant(RayClusterRef ref, Subject subject, RayRole role) {
    if (scheme != null) {
      RoleRights.check(ref, role, scheme);
    }
    Target target = target(ref);
    RoleRights roles = RoleRights.of(ref, role, target.scheme(), subresource, target.secretName());
    RoleRights rights =
        route == null
            ? roles.reachingNothing(role, target.scheme(), target.headService())
            : roles.reachingBy(route.kind(), role, target.scheme(), target.headService());
    RoleObjects objects = RoleObjects.of(rights, subject, role, subresource);
    new RoleWriter(client)
        .apply(objects, "granting " + role + " of RayCluster " + ref + " to " + subject);
    return new Grant(
        ref,
        subject,
        role,
        target.scheme(),
        objects.role().getMetadata().getName(),
        objects.yaml(),
        observe(subject, rights),
        target.scheme() == AuthScheme.KUBE_RBAC_PROXY ? DENIAL_REMEMBERED : Duration.ZERO,
        rights.cautions());
  }

  /** What decides on the rules. */
  private record Target(AuthScheme scheme, @Nullable String secretName, String headService) {}

  private Target target(RayClusterRef ref) {
    if (scheme == null) {
      RayCluster cluster = RayClusters.using(client).get(ref);
      return new Target(
          cluster.declaredScheme(), cluster.secretName().orElse(null), headService(ref, cluster));
    }
    RayCluster cluster = ifReadable(ref);
    String secret = cluster == null ? null : cluster.secretName().orElse(null);
    if (secret == null) {
      secret = DeclaredScheme.operatorsName(ref.name());
    }
    return new Target(
        scheme, scheme == AuthScheme.RAY_TOKEN ? secret : null, headService(ref, cluster));
  }

  /** Rights can be granted on a cluster that is not there yet, or not to be seen. */
  private @Nullable RayCluster ifReadable(RayClusterRef ref) {
    try {
      return RayClusters.using(client).find(ref).orElse(null);
    } catch (RayKubernetesException e) {
      if (e.reason() == Reason.FORBIDDEN || e.reason() == Reason.CRD_MISSING) {
        return null;
      }
      throw e;
    }
  }

  /** Returns name and port as the API server's proxy wants them; the operator's, if unknown. */
  private static String headService(RayClusterRef ref, @Nullable RayCluster cluster) {
    if (cluster == null) {
      return ref.name() + "-head-svc:dashboard";
    }
    return cluster.headServiceName().orElse(ref.name() + "-head-svc")
        + ":"
        + cluster.dashboardPortName().orElseGet(() -> String.valueOf(cluster.dashboardPort()));
  }

  private Observation observe(Subject subject, RoleRights rights) {
    long started = time.nanoTime();
    Duration pause = FIRST_PAUSE;
    for (Right right : rights.rights()) {
      while (true) {
        try {
          if (reviews.allows(subject, subject.groups(), right)) {
            break;
          }
        } catch (RayKubernetesException e) {
          if (e.reason() == Reason.FORBIDDEN) {
            return Observation.NOT_ALLOWED_TO_LOOK;
          }
          throw e;
        }
        if (time.nanoTime() - started >= observationLimit.toNanos()) {
          throw new RayKubernetesException(
              Reason.NOT_READY,
              "Role and RoleBinding were applied, but after %s the API server still does not allow %s to %s; does another authorizer than RBAC deny it?"
                  .formatted(observationLimit, subject, right),
              null);
        }
        sleep(pause);
        pause = min(pause.multipliedBy(2), LONGEST_PAUSE);
      }
    }
    return Observation.OBSERVED;
  }

  private void sleep(Duration pause) {
    try {
      time.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RayInterruptedException("interrupted while waiting for a grant to be seen", e);
    }
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /**
   * Takes back what {@link #grant(RayClusterRef, Subject, RayRole)} gave: deletes the RoleBinding,
   * then the Role. Safe to repeat; the cluster need not exist any more.
   *
   * @param ref the cluster
   * @param subject who had the role
   * @param role which one
   * @return whether there was something to take, and how long a proxy may still allow from memory
   * @throws RayKubernetesException if the caller may not delete them
   */
  public Revocation revoke(RayClusterRef ref, Subject subject, RayRole role) {
    return revoke(
        ref.namespace(),
        RoleObjects.name(ref, subject, role, subresource),
        "revoking " + role + " of RayCluster " + ref + " from " + subject);
  }

  /**
   * Takes back a grant.
   *
   * @param grant what was given
   * @return whether it was still there, and how long a proxy may still allow from memory
   * @throws RayKubernetesException if the caller may not delete it
   */
  public Revocation revoke(Grant grant) {
    return revoke(grant.cluster().namespace(), grant.name(), "taking back that " + grant);
  }

  /** The binding first: a Role without one gives nothing, a binding without a Role is a riddle. */
  private Revocation revoke(String namespace, String name, String doing) {
    var bindings = client.rbac().roleBindings().inNamespace(namespace).withName(name);
    var roles = client.rbac().roles().inNamespace(namespace).withName(name);
    boolean wasThere = !ApiServer.ask(doing, bindings::delete).isEmpty();
    ApiServer.ask(doing, roles::delete);
    return wasThere
        ? new Revocation(namespace, name, Outcome.REVOKED, PERMISSION_REMEMBERED)
        : new Revocation(namespace, name, Outcome.WAS_NOT_GRANTED, Duration.ZERO);
  }

  /**
   * Explains why a cluster refused somebody, without the token that was sent: it can then not be
   * told whether that had ended.
   *
   * @param ref the cluster
   * @param refusal what the client threw
   * @return what was found, what could not be seen, and what to do
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public Explanation explain(RayClusterRef ref, RayAuthException refusal) {
    return explanation(ref, refusal, null);
  }

  /**
   * Explains why a cluster refused somebody.
   *
   * <p>Reads the RayCluster, looks into the token, asks for rights, and reads the proxy's ConfigMap
   * or the Secret, as far as the caller may; what it may not see it names, and never fails for it.
   * At most a handful of requests to the API server; none to Ray.
   *
   * @param ref the cluster
   * @param refusal what the client threw
   * @param tokens where the refused token came from; it is asked once and its token is not kept
   * @return what was found, what could not be seen, and what to do
   * @throws RayInterruptedException if the thread is interrupted meanwhile
   */
  public Explanation explain(RayClusterRef ref, RayAuthException refusal, TokenProvider tokens) {
    return explanation(ref, refusal, tokens);
  }

  /** The same status means opposite things at the two doors. */
  private Explanation explanation(
      RayClusterRef ref, RayAuthException refusal, @Nullable TokenProvider tokens) {
    Notes notes = new Notes(refusal.refusedBy());
    Evidence evidence = new Evidence(client, reviews, time, ref, tokens, notes);
    CustomResource cluster = evidence.cluster();
    switch (refusal.refusedBy()) {
      case KUBE_RBAC_PROXY -> {
        ProxyDiagnosis diagnosis = new ProxyDiagnosis(evidence, cluster);
        if (refusal.status() == UNAUTHORIZED) {
          diagnosis.unknownToken();
        } else {
          diagnosis.denied(refusal.bodyExcerpt(), subresource);
        }
      }
      case RAY -> new RayDiagnosis(evidence, cluster).refused(refusal.status());
      case UNKNOWN ->
          notes.conclude(
              "Something in front of the cluster refused; it answers neither like Ray nor like a kube-rbac-proxy.",
              "Look at the ingress, gateway or mesh that the address leads to: it may want a token of its own in Authorization, and Ray's in X-Ray-Authorization.");
    }
    return notes.explanation();
  }
}
