package io.rayauth.kubernetes.internal.access;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.rayauth.error.RayException;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.api.ApiServer;
import io.rayauth.kubernetes.internal.api.Deletion;
import java.util.Locale;
import java.util.regex.Pattern;

/** Writes the Role and the RoleBinding of a grant. */
public final class RoleWriter {
  /** Under this name the API server notes who wrote which field. */
  private static final String FIELD_MANAGER = "ray-auth-client";

  private static final Pattern ESCALATION =
      Pattern.compile(
          "attempting to grant RBAC permissions not currently held:?\\s*(.*)", Pattern.DOTALL);

  private final KubernetesClient client;

  /** Creates one; asks nothing. */
  public RoleWriter(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Applies both. If the RoleBinding is refused, a new Role is taken back.
   *
   * @throws RayKubernetesException if the API server refuses; the message says what is left
   */
  public void apply(RoleObjects objects, String doing) {
    var roles = client.rbac().roles().inNamespace(objects.role().getMetadata().getNamespace());
    boolean roleIsNew = isSurelyNew(roles.resource(objects.role()), doing);
    Role role = null;
    try {
      role = serverSideApply(objects.role(), doing);
      serverSideApply(objects.binding(), doing);
    } catch (RuntimeException e) {
      throw ApiServer.isUnanswered(e)
          ? ApiServer.adding(
              e, "; it may have been done nevertheless: grant it again, or revoke it")
          : role != null && roleIsNew ? takenBack(role, e) : e;
    }
  }

  private RuntimeException takenBack(Role role, RuntimeException failure) {
    return ApiServer.uninterrupted(() -> {
      try {
        Deletion.delete(
            client,
            ResourceDefinitionContext.fromResourceType(Role.class),
            role,
            DeletionPropagation.BACKGROUND);
        return failure;
      } catch (RayException e) {
        RayException explained =
            ApiServer.adding(
                failure,
                "; Role %s/%s, which gives nothing by itself, could not be taken back: delete it"
                    .formatted(role.getMetadata().getNamespace(), role.getMetadata().getName()));
        explained.addSuppressed(e);
        return explained;
      }
    });
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

  private <T extends HasMetadata> T serverSideApply(T object, String doing) {
    try {
      return ApiServer.ask(
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
}
