package io.rayauth.internal.token;

import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenProviderFactory;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;

/**
 * Finds token providers by name among those on the class path or module path.
 *
 * <p>One that cannot be loaded does not hide the others; it is mentioned when the name that was
 * asked for is not found.
 */
public final class NamedTokenProviders {
  /** A loader that does nothing but fail must not be asked for ever. */
  private static final int MOST_FAILURES = 100;

  private final Map<String, List<TokenProviderFactory>> factories = new TreeMap<>();
  private final List<String> failures = new ArrayList<>();

  private NamedTokenProviders() {}

  /**
   * Looks where the calling thread's context class loader sees them and where this library does.
   */
  public static NamedTokenProviders find() {
    return find(
        ServiceLoader.load(TokenProviderFactory.class),
        ServiceLoader.load(TokenProviderFactory.class, NamedTokenProviders.class.getClassLoader()));
  }

  @SafeVarargs
  static NamedTokenProviders find(Iterable<TokenProviderFactory>... sources) {
    NamedTokenProviders found = new NamedTokenProviders();
    Map<Class<?>, TokenProviderFactory> distinct = new LinkedHashMap<>();
    for (Iterable<TokenProviderFactory> source : sources) {
      found.load(source.iterator(), distinct);
    }
    distinct.values().forEach(found::add);
    return found;
  }

  /**
   * Creates the provider with that name.
   *
   * @throws IllegalArgumentException if there is none or more than one; the message lists what
   *     there is
   */
  public TokenProvider create(String name) {
    List<TokenProviderFactory> matches = factories.getOrDefault(name, List.of());
    if (matches.size() == 1) {
      return matches.get(0).create();
    }
    if (matches.size() > 1) {
      throw new IllegalArgumentException(
          "more than one token provider is named '%s': %s"
              .formatted(name, matches.stream().map(f -> f.getClass().getName()).toList()));
    }
    throw new IllegalArgumentException(
        "no token provider is named '%s'; known: %s%s"
            .formatted(
                name,
                factories.isEmpty() ? "none, is its module missing?" : factories.keySet(),
                failures.isEmpty() ? "" : "; could not be loaded: " + failures));
  }

  private void load(
      Iterator<TokenProviderFactory> source, Map<Class<?>, TokenProviderFactory> distinct) {
    while (failures.size() < MOST_FAILURES) {
      try {
        if (!source.hasNext()) {
          return;
        }
        TokenProviderFactory factory = source.next();
        distinct.putIfAbsent(factory.getClass(), factory);
      } catch (ServiceConfigurationError | LinkageError e) {
        fail(String.valueOf(e.getMessage()));
      }
    }
  }

  private void add(TokenProviderFactory factory) {
    try {
      factories.computeIfAbsent(factory.name(), name -> new ArrayList<>()).add(factory);
    } catch (RuntimeException | LinkageError e) {
      fail(factory.getClass().getName() + " has no name: " + e);
    }
  }

  /** Two class loaders usually see the same broken entry. */
  private void fail(String failure) {
    if (!failures.contains(failure)) {
      failures.add(failure);
    }
  }
}
