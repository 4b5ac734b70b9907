package io.rayauth.kubernetes;

import java.util.ArrayList;
import java.util.List;

/**
 * Names somebody who can be given rights: a ServiceAccount, a user or a group.
 *
 * @param kind which of them
 * @param namespace the namespace of a ServiceAccount, else empty
 * @param name the name
 */
public record Subject(Kind kind, String namespace, String name) {
  private static final String ACCOUNT = "system:serviceaccount:";
  private static final String ANONYMOUS = "system:anonymous";

  /** Names the kinds of subjects; their text is what a RoleBinding has. */
  public enum Kind {
    /** A program's identity, which lives in a namespace. */
    SERVICE_ACCOUNT("ServiceAccount"),
    /** A person or a program that the API server knows by a name only, such as a cloud user. */
    USER("User"),
    /** Everybody whom the API server counts to a group. */
    GROUP("Group");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * Creates a subject.
   *
   * @throws IllegalArgumentException if one of the names cannot be a name in Kubernetes
   */
  public Subject {
    if (kind == Kind.SERVICE_ACCOUNT) {
      RayClusterRef.checkNamespace(namespace);
      RayClusterRef.checkName(kind.toString(), name);
    } else if (!namespace.isEmpty()) {
      throw new IllegalArgumentException("a " + kind + " has no namespace");
    } else if (name.isBlank()) {
      throw new IllegalArgumentException("the name of the " + kind + " is blank");
    }
  }

  /**
   * Names a ServiceAccount.
   *
   * @param namespace its namespace
   * @param name its name, such as {@code ray-user}
   * @return the subject
   * @throws IllegalArgumentException if one of them cannot be a name in Kubernetes
   */
  public static Subject serviceAccount(String namespace, String name) {
    return new Subject(Kind.SERVICE_ACCOUNT, namespace, name);
  }

  /**
   * Names a user as the API server does, such as {@code jane@example.com}. The user name of a
   * ServiceAccount ({@code system:serviceaccount:default:ray-user}) names that ServiceAccount.
   *
   * @param name the user name
   * @return the subject
   * @throws IllegalArgumentException if it is blank, or the user name of an impossible
   *     ServiceAccount
   */
  public static Subject user(String name) {
    if (name.startsWith(ACCOUNT)) {
      String[] parts = name.substring(ACCOUNT.length()).split(":", -1);
      if (parts.length != 2) {
        throw new IllegalArgumentException(
            "'%s' is no user name of a ServiceAccount: write %s<namespace>:<name>"
                .formatted(name, ACCOUNT));
      }
      return serviceAccount(parts[0], parts[1]);
    }
    return new Subject(Kind.USER, "", name);
  }

  /**
   * Names a group as the API server does.
   *
   * @param name such as {@code system:authenticated}
   * @return the subject
   * @throws IllegalArgumentException if it is blank
   */
  public static Subject group(String name) {
    return new Subject(Kind.GROUP, "", name);
  }

  /**
   * Returns the user name that the API server knows this subject by.
   *
   * @return such as {@code system:serviceaccount:default:ray-user}; empty for a group
   */
  public String userName() {
    return switch (kind) {
      case SERVICE_ACCOUNT -> ACCOUNT + namespace + ":" + name;
      case USER -> name;
      case GROUP -> "";
    };
  }

  /**
   * Returns the groups that the API server puts everybody like this into, as it does for {@code
   * --as} (its impersonation filter); what else an identity provider says about a user is not
   * known.
   */
  List<String> groups() {
    List<String> groups = new ArrayList<>();
    switch (kind) {
      case SERVICE_ACCOUNT -> {
        groups.add("system:serviceaccounts");
        groups.add("system:serviceaccounts:" + namespace);
        groups.add("system:authenticated");
      }
      case USER ->
          groups.add(name.equals(ANONYMOUS) ? "system:unauthenticated" : "system:authenticated");
      case GROUP -> groups.add(name);
    }
    return List.copyOf(groups);
  }

  /** Returns kind and name, as in {@code ServiceAccount default/ray-user}. */
  @Override
  public String toString() {
    return kind + " " + (namespace.isEmpty() ? "" : namespace + "/") + name;
  }
}
