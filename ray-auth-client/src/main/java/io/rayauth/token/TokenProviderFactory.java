package io.rayauth.token;

/**
 * Makes a {@link TokenProvider} that can be asked for by name, for programs that are configured
 * from outside ({@code RAY_AUTH_PROVIDER=google}).
 *
 * <p>Implementations are found through {@link java.util.ServiceLoader} and need a public
 * constructor without parameters.
 *
 * @see TokenProvider#named(String)
 */
public interface TokenProviderFactory {

  /**
   * Returns the name this factory is asked for by.
   *
   * @return a short lower-case name, such as {@code google}
   */
  String name();

  /**
   * Creates the provider; does no I/O.
   *
   * @return a new provider, not cached
   */
  TokenProvider create();
}
