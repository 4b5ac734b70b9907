package io.rayauth.kubernetes.internal.access;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.api.model.rbac.SubjectBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.rayauth.kubernetes.RayClusterRef;
import io.rayauth.kubernetes.RayRole;
import io.rayauth.kubernetes.Subject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/**
 * Makes the Role and the RoleBinding of a grant.
 *
 * @param role the Role
 * @param binding the RoleBinding, which has the same name
 */
public record RoleObjects(Role role, RoleBinding binding) {
  private static final String RBAC = "rbac.authorization.k8s.io";
  private static final int LONGEST_PART = 50;
  private static final int LONGEST_LABEL = 63;
  private static final int HASH_CHARACTERS = 8;

  /** Makes both. */
  public static RoleObjects of(
      RoleRights rights, Subject subject, RayRole role, String subresource) {
    String name = name(rights.cluster(), subject, role, subresource);
    ObjectMeta metadata = metadata(name, rights.cluster(), subject, role);
    SubjectBuilder to =
        new SubjectBuilder().withKind(subject.kind().toString()).withName(subject.name());
    if (subject.kind() == Subject.Kind.SERVICE_ACCOUNT) {
      to.withNamespace(subject.namespace());
    } else {
      to.withApiGroup(RBAC);
    }
    return new RoleObjects(
        new RoleBuilder().withMetadata(metadata).withRules(rights.rules()).build(),
        new RoleBindingBuilder()
            .withMetadata(metadata)
            .withNewRoleRef()
            .withApiGroup(RBAC)
            .withKind("Role")
            .withName(name)
            .endRoleRef()
            .withSubjects(to.build())
            .build());
  }

  /**
   * Names the objects of a grant: readable, and the hash keeps apart what is alike when read, such
   * as a user and a group of one name.
   */
  public static String name(
      RayClusterRef cluster, Subject subject, RayRole role, String subresource) {
    String whole =
        String.join("\n", cluster.toString(), subject.toString(), role.name(), subresource);
    return "ray-%s-%s-%s-%s"
        .formatted(
            shortened(cluster.name()), readable(role), shortened(subject.name()), hash(whole));
  }

  /** Returns both as YAML, to be applied as they are. */
  public String yaml() {
    return Serialization.asYaml(role) + Serialization.asYaml(binding);
  }

  private static ObjectMeta metadata(
      String name, RayClusterRef cluster, Subject subject, RayRole role) {
    ObjectMetaBuilder metadata =
        new ObjectMetaBuilder()
            .withName(name)
            .withNamespace(cluster.namespace())
            .addToLabels("app.kubernetes.io/managed-by", "ray-auth-client")
            .addToLabels("rayauth.io/role", readable(role))
            .addToAnnotations("rayauth.io/subject", subject.toString());
    if (cluster.name().length() <= LONGEST_LABEL) {
      metadata.addToLabels("rayauth.io/cluster", cluster.name());
    }
    return metadata.build();
  }

  private static String readable(RayRole role) {
    return role.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String shortened(String name) {
    String plain =
        name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    return plain.length() <= LONGEST_PART ? plain : plain.substring(0, LONGEST_PART);
  }

  private static String hash(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash).substring(0, HASH_CHARACTERS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
