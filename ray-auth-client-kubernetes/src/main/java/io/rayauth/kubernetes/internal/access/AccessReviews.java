package io.rayauth.kubernetes.internal.access;

import io.fabric8.kubernetes.api.model.authorization.v1.LocalSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewSpec;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewSpecBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.Subject;
import io.rayauth.kubernetes.internal.api.ApiServer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Asks the API server who may do what: {@code kubectl auth can-i}.
 *
 * <p>For others it takes a SubjectAccessReview; a caller who may not make those may often make the
 * ones of one namespace, as the ClusterRole {@code admin} can.
 */
public final class AccessReviews {
  private final KubernetesClient client;

  /** Creates one; asks nothing. */
  public AccessReviews(KubernetesClient client) {
    this.client = client;
  }

  /** Tells whether the caller itself has a right; everybody may ask that. */
  public boolean allowsMe(Right right) {
    var answer =
        ApiServer.ask(
            "asking whether the caller may " + right,
            () ->
                client
                    .authorization()
                    .v1()
                    .selfSubjectAccessReview()
                    .create(
                        new SelfSubjectAccessReviewBuilder()
                            .withNewSpec()
                            .withResourceAttributes(right.attributes())
                            .endSpec()
                            .build()));
    return isAllowed(answer.getStatus());
  }

  /**
   * Tells whether somebody has a right.
   *
   * @param groups the groups to ask with
   * @throws RayKubernetesException with {@link Reason#FORBIDDEN} if the caller may not ask that
   */
  public boolean allows(Subject subject, List<String> groups, Right right) {
    SubjectAccessReviewSpecBuilder spec =
        new SubjectAccessReviewSpecBuilder()
            .withGroups(groups)
            .withResourceAttributes(right.attributes());
    if (!subject.userName().isEmpty()) {
      spec.withUser(subject.userName());
    }
    String doing = "asking whether " + subject + " may " + right;
    try {
      return anywhere(doing, spec.build());
    } catch (RayKubernetesException e) {
      if (e.reason() != Reason.FORBIDDEN) {
        throw e;
      }
      return inNamespace(doing, spec.build(), right, e);
    }
  }

  private boolean anywhere(String doing, SubjectAccessReviewSpec spec) {
    return isAllowed(
        ApiServer.ask(
                doing,
                () ->
                    client
                        .authorization()
                        .v1()
                        .subjectAccessReview()
                        .create(new SubjectAccessReviewBuilder().withSpec(spec).build()))
            .getStatus());
  }

  private boolean inNamespace(
      String doing, SubjectAccessReviewSpec spec, Right right, RayKubernetesException refused) {
    if (right.namespace().isEmpty()) {
      throw mayNotAsk(doing, "", refused);
    }
    try {
      return isAllowed(
          ApiServer.ask(
                  doing,
                  () ->
                      client
                          .authorization()
                          .v1()
                          .localSubjectAccessReview()
                          .inNamespace(right.namespace())
                          .create(
                              new LocalSubjectAccessReviewBuilder()
                                  .withNewMetadata()
                                  .withNamespace(right.namespace())
                                  .endMetadata()
                                  .withSpec(spec)
                                  .build()))
              .getStatus());
    } catch (RayKubernetesException e) {
      throw e.reason() == Reason.FORBIDDEN
          ? mayNotAsk(
              doing, ", or on localsubjectaccessreviews in namespace " + right.namespace(), refused)
          : e;
    }
  }

  private static RayKubernetesException mayNotAsk(
      String doing, String orElse, RayKubernetesException refused) {
    return new RayKubernetesException(
        Reason.FORBIDDEN,
        doing
            + " failed: the caller needs the verb 'create' on subjectaccessreviews.authorization.k8s.io"
            + orElse,
        refused);
  }

  private static boolean isAllowed(@Nullable SubjectAccessReviewStatus status) {
    return status != null && Boolean.TRUE.equals(status.getAllowed());
  }
}
