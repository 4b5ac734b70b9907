package io.rayauth.testkit.internal;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Knows which token is whose, and what its owner may do; changes while the fake runs. */
public final class Users {
  /** Somebody the stand-in for the API server knows; the verb {@code *} allows everything. */
  public record User(String name, Set<String> verbs) {
    public User {
      verbs = Set.copyOf(verbs);
    }

    boolean may(String verb) {
      return verbs.contains("*") || verbs.contains(verb);
    }
  }

  private final Map<String, User> known = new LinkedHashMap<>();
  private final Map<String, User> byToken = new ConcurrentHashMap<>();

  /** Adds a user with all tokens that are theirs. */
  public Users with(User user, Iterable<String> tokens) {
    known.put(user.name(), user);
    tokens.forEach(token -> byToken.put(token, user));
    return this;
  }

  /** Makes one anonymous user who may do everything, for Ray's shared tokens. */
  public static Users ofTokens(String... tokens) {
    return new Users().with(new User("ray", Set.of("*")), Arrays.asList(tokens));
  }

  void accept(String token) {
    User owner = known.values().iterator().next();
    byToken.put(token, owner);
  }

  void revoke(String token) {
    byToken.remove(token);
  }

  Optional<User> owner(String token) {
    return Optional.ofNullable(byToken.get(token));
  }
}
