package io.rayauth.testkit;

import io.rayauth.testkit.internal.Users;
import java.util.Set;
import java.util.TreeSet;

/**
 * Describes somebody a {@link Gate} knows: a name, the tokens that prove it and the RBAC verbs that
 * are granted.
 *
 * <p>Immutable. {@link #toString()} shows no token.
 */
public final class FakeUser {
  private final String name;
  private final Set<String> tokens;
  private final Set<String> verbs;

  private FakeUser(String name, Set<String> tokens, Set<String> verbs) {
    this.name = name;
    this.tokens = Set.copyOf(tokens);
    this.verbs = Set.copyOf(verbs);
  }

  /**
   * Names a user who has no token and no right yet.
   *
   * @param name as Kubernetes has it, such as {@code system:serviceaccount:default:ray-user}
   * @return the user
   */
  public static FakeUser named(String name) {
    return new FakeUser(name, Set.of(), Set.of());
  }

  /**
   * Gives the user one more token.
   *
   * @param token the bare token
   * @return a user with that token too
   */
  public FakeUser token(String token) {
    Set<String> more = new TreeSet<>(tokens);
    more.add(token);
    return new FakeUser(name, more, verbs);
  }

  /**
   * Grants verbs on the RayCluster: {@code get}, {@code create}, {@code update}, {@code delete} for
   * kube-rbac-proxy, {@code ray:write} for Ray itself, {@code *} for all.
   *
   * @param verbs what is granted besides what was granted before. Default: nothing
   * @return a user with those rights too
   */
  public FakeUser verbs(String... verbs) {
    Set<String> more = new TreeSet<>(this.verbs);
    more.addAll(Set.of(verbs));
    return new FakeUser(name, tokens, more);
  }

  static Users table(FakeUser... users) {
    if (users.length == 0) {
      throw new IllegalArgumentException("a gate needs at least one user");
    }
    Users table = new Users();
    for (FakeUser user : users) {
      table = table.with(new Users.User(user.name, user.verbs), user.tokens);
    }
    return table;
  }

  @Override
  public String toString() {
    return "FakeUser[" + name + ", verbs " + new TreeSet<>(verbs) + "]";
  }
}
