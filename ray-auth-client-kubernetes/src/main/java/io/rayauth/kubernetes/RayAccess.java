package io.rayauth.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
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
import io.rayauth.kubernetes.internal.api.ApiServer;
import io.rayauth.kubernetes.internal.cluster.CustomResource;
import io.rayauth.kubernetes.internal.cluster.DeclaredScheme;
import io.rayauth.time.TimeSource;
import io.rayauth.token.TokenProvider;
import java.time.Duration;
import java.util.Locale;
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
  /** Under this name the API server notes who wrote which field. */
  private static final String FIELD_MANAGER = "ray-auth-client";

  private static final Duration DENIAL_REMEMBERED = Duration.ofSeconds(30);
  private static final Duration PERMISSION_REMEMBERED = Duration.ofMinutes(5);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
  private static final Pattern SUBRESOURCE = Pattern.compile("[a-z][-a-z0-9]{0,62}");
  private static final Pattern ESCALATION =
      Pattern.compile(
          "attempting to grant RBAC permissions not currently held:?\\s*(.*)", Pattern.DOTALL);

  private static final int UNAUTHORIZED = 401;

  private final KubernetesClient client;
  private final AccessReviews reviews;
  private final String subresource;
  private final @Nullable AuthScheme scheme;
  private final Duration observationLimit;
  private final TimeSource time;

  private RayAccess(
      KubernetesClient client,
      String subresource,
      @Nullable AuthScheme scheme,
      Duration observationLimit,
      TimeSource time) {
    this.client = client;
    this.reviews = new AccessReviews(client);
    this.subresource = subresource;
    this.scheme = scheme;
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
    return new RayAccess(client, "", null, Duration.ofSeconds(10), time);
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
    return new RayAccess(client, name, scheme, observationLimit, time);
  }

  /**
   * Says who checks the callers of the clusters, instead of reading it from the RayCluster; needed
   * to grant rights on a cluster that is not there yet.
   *
   * @param scheme the scheme
   * @return a view like this one. <i>Default: what the RayCluster declares.</i>
   */
  public RayAccess scheme(AuthScheme scheme) {
    return new RayAccess(client, subresource, scheme, observationLimit, time);
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
    return new RayAccess(client, subresource, scheme, limit, time);
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
   * roles. If the RoleBinding fails, a new Role is taken back.
   *
   * @param ref the cluster; its scheme decides on the verbs
   * @param subject who gets the role
   * @param role which one
   * @return what was given, and how long a proxy may still refuse from memory
   * @throws RayKubernetesException if the scheme has no such role, if the cluster cannot be read
   *     and no {@link #scheme(AuthScheme)} was given, if the caller lacks a right or would give
   *     more than it has, or if the API server still denies when the time is up
   * @throws RayInterruptedException if the thread is interrupted while it waits
   */
  public Grant grant(RayClusterRef ref, Subject subject, RayRole role) {
    DeclaredTarget target = target(ref);
    RoleRights rights = RoleRights.of(ref, role, target.scheme(), subresource, target.secretName());
    RoleObjects objects = RoleObjects.of(rights, subject, role, subresource);
    apply(objects, "granting " + role + " of RayCluster " + ref + " to " + subject);
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

  /** What decides on the verbs. */
  private record DeclaredTarget(AuthScheme scheme, @Nullable String secretName) {}

  private DeclaredTarget target(RayClusterRef ref) {
    if (scheme != null) {
      return new DeclaredTarget(
          scheme, scheme == AuthScheme.RAY_TOKEN ? DeclaredScheme.operatorsName(ref.name()) : null);
    }
    RayCluster cluster = RayClusters.using(client).get(ref);
    return new DeclaredTarget(cluster.declaredScheme(), cluster.secretName().orElse(null));
  }

  private void apply(RoleObjects objects, String doing) {
    var roles = client.rbac().roles().inNamespace(objects.role().getMetadata().getNamespace());
    boolean roleIsNew = isSurelyNew(roles.resource(objects.role()), doing);
    serverSideApply(objects.role(), doing);
    try {
      serverSideApply(objects.binding(), doing);
    } catch (RayKubernetesException e) {
      if (roleIsNew) {
        ApiServer.ask(doing, () -> roles.resource(objects.role()).delete());
      }
      throw e;
    }
  }

  /**
   * Who may write Roles but not read them leaves a new one behind, which gives nothing by itself.
   */
  private static boolean isSurelyNew(Resource<Role> role, String doing) {
    try {
      return ApiServer.ask(doing, role::get) == null;
    } catch (RayKubernetesException e) {
      if (e.reason() == Reason.FORBIDDEN) {
        return false;
      }
      throw e;
    }
  }

  private void serverSideApply(HasMetadata object, String doing) {
    try {
      ApiServer.ask(
          doing, () -> client.resource(object).fieldManager(FIELD_MANAGER).serverSideApply());
    } catch (RayKubernetesException e) {
      throw e.reason() == Reason.FORBIDDEN ? forbidden(object, doing, e) : e;
    }
  }

  private static RayKubernetesException forbidden(
      HasMetadata object, String doing, RayKubernetesException e) {
    var escalation = ESCALATION.matcher(String.valueOf(e.getMessage()));
    String why =
        escalation.find()
            ? "Kubernetes lets nobody give rights that it does not have itself. Missing: "
                + escalation.group(1).strip()
                + ". Let somebody who has them grant them, or get them first; the verbs 'escalate' and 'bind' on roles lift that limit"
            : "the caller needs the verbs 'create' and 'patch' on %ss.rbac.authorization.k8s.io in namespace %s (%s)"
                .formatted(
                    object.getKind().toLowerCase(Locale.ROOT),
                    object.getMetadata().getNamespace(),
                    e.getMessage());
    return new RayKubernetesException(Reason.FORBIDDEN, doing + " was refused: " + why, e);
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
