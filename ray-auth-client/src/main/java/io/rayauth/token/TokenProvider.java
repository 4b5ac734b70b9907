package io.rayauth.token;

import io.rayauth.internal.token.CachingTokenProvider;
import io.rayauth.internal.token.ChainTokenProvider;
import io.rayauth.internal.token.CommandTokenProvider;
import io.rayauth.internal.token.EnvironmentTokenProvider;
import io.rayauth.internal.token.FileTokenProvider;
import io.rayauth.internal.token.NamedTokenProviders;
import io.rayauth.internal.token.RayEnvironmentTokenProvider;
import io.rayauth.time.TimeSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Gives the bearer token that a request is sent with.
 *
 * <p>One blocking method, so that a lambda will do. A provider need not cache: {@link
 * io.rayauth.JobClient} calls it once, keeps the token while it is good and asks again when it gets
 * old or is refused. Implementations must be thread-safe.
 */
@FunctionalInterface
public interface TokenProvider {

  /**
   * Returns a token that is good now. May block and may do I/O; called from any thread, and by one
   * thread at a time for each client unless a call hangs.
   *
   * @return the token, fetched anew unless this provider caches
   * @throws TokenUnavailableException if there is none; the message says which source was asked
   */
  AccessToken token();

  /**
   * Gives the same token for ever, as it is: no end is read out of it, even if it is a JWT, because
   * there is nothing to replace it by.
   *
   * @param token the bare token, without {@code "Bearer "}
   * @return a provider that never blocks
   * @throws IllegalArgumentException if it cannot be a token; the message does not contain it
   */
  static TokenProvider of(String token) {
    AccessToken fixed = AccessToken.of(token);
    return () -> fixed;
  }

  /**
   * Reads the token from a file, anew at every call, so that a rotated token is noticed; under a
   * cache within 60 seconds, or at once when the old one is refused.
   *
   * <p>Blanks and line breaks at both ends are cut off; a second line is an error. If the token is
   * a JWT its {@code exp} counts as its end. No file is <i>absent</i>; an empty or unreadable one
   * is <i>broken</i>. A file that other users can read is warned about once, except in a volume
   * that the kubelet projects (next to a symlink {@code ..data}).
   *
   * @param file the path; {@code ~} is not expanded
   * @return a provider that has not touched the file yet
   */
  static TokenProvider ofFile(Path file) {
    return new FileTokenProvider(file, FileTokenProvider.Content.WHOLE_FILE);
  }

  /**
   * Takes the token from an environment variable; blanks at both ends are cut off. A variable that
   * is not set is <i>absent</i>, an empty one is <i>broken</i>: it is what a failed {@code
   * TOKEN=$(…)} leaves behind.
   *
   * @param variable the name of the variable
   * @return a provider that never blocks
   * @throws IllegalArgumentException if the name is empty
   */
  static TokenProvider ofEnv(String variable) {
    return new EnvironmentTokenProvider(System.getenv(), variable);
  }

  /**
   * Runs a program that prints a token and must end within 60 seconds.
   *
   * @param argv the program and its arguments, which everybody on the machine can see while it runs
   * @return a provider that has started nothing yet
   * @throws IllegalArgumentException if there is no program
   * @see #ofCommand(List, Duration)
   */
  static TokenProvider ofCommand(List<String> argv) {
    return ofCommand(argv, Duration.ofSeconds(60));
  }

  /**
   * Runs a program that prints a token, such as {@code kubectl create token ray-user} or {@code
   * gcloud auth print-access-token}.
   *
   * <p>It runs without a shell and without input. It prints either the bare token, whose end is
   * known if it is a JWT, or an {@code ExecCredential} of {@code client.authentication.k8s.io}, as
   * the plugins of kubectl do. Whatever goes wrong is <i>broken</i>: the program is missing, ends
   * with another code than 0, takes too long. The message then has the end of its stderr and never
   * its stdout. When the time is up or the calling thread is interrupted, the program and the
   * programs it started are killed.
   *
   * @param argv the program and its arguments, which everybody on the machine can see while it runs
   * @param timeLimit how long it may run
   * @return a provider that has started nothing yet; asking it throws {@link
   *     io.rayauth.error.RayInterruptedException} if the thread is interrupted
   * @throws IllegalArgumentException if there is no program or the limit is not positive
   */
  static TokenProvider ofCommand(List<String> argv, Duration timeLimit) {
    return new CommandTokenProvider(argv, timeLimit, TimeSource.system());
  }

  /**
   * Asks several providers in their order and takes the first token.
   *
   * <p>Only a provider whose source is {@linkplain TokenUnavailableException#isAbsent() absent} is
   * passed over; a broken one stops the search. The error lists every source that was tried.
   *
   * @param providers whom to ask
   * @return a provider that blocks as long as they do together
   * @throws IllegalArgumentException if there are none
   */
  static TokenProvider chain(TokenProvider... providers) {
    return new ChainTokenProvider(List.of(providers));
  }

  /**
   * Looks where Ray's own programs look, in their order: {@code RAY_AUTH_TOKEN}; the file named by
   * {@code RAY_AUTH_TOKEN_PATH}; with {@code RAY_ENABLE_K8S_TOKEN_AUTH} the file {@code
   * /var/run/secrets/ray.io/serviceaccount/token}; {@code ~/.ray/auth_token} ({@code
   * %USERPROFILE%\.ray\auth_token} on Windows).
   *
   * <p>Of a file only the first line counts, blanks at both ends are cut off. A variable that is
   * set to blanks, or to a path where there is no token, is <i>broken</i> and nothing else is
   * tried; an empty variable counts as not set. {@code RAY_AUTH_MODE} is not looked at.
   *
   * @return a provider over the environment of this process; files are read anew at every call
   */
  static TokenProvider rayEnvironment() {
    return new RayEnvironmentTokenProvider();
  }

  /**
   * Creates the provider that a {@link TokenProviderFactory} on the class path or module path
   * offers under a name.
   *
   * @param name such as {@code google}
   * @return a new provider, not cached
   * @throws IllegalArgumentException if no factory, or more than one, has that name; the message
   *     lists the names there are and the factories that could not be loaded
   */
  static TokenProvider named(String name) {
    return NamedTokenProviders.find().create(name);
  }

  /**
   * Keeps the token while it is good, with the default policy.
   *
   * <p>For use outside a {@link io.rayauth.JobClient}, which caches by itself.
   *
   * @return a thread-safe cache over this provider; itself if it is one
   */
  default TokenProvider cached() {
    return cached(CachePolicy.defaults());
  }

  /**
   * Keeps the token while it is good: a fresh one is returned without locking or asking, a stale
   * one too while one background refresh runs, and when there is none callers wait for one fetch.
   *
   * @param policy how long to keep it
   * @return a thread-safe cache over this provider; itself, with the policy it has, if it is one
   */
  default TokenProvider cached(CachePolicy policy) {
    return CachingTokenProvider.around(
        this,
        policy,
        TimeSource.system(),
        new SplittableRandom(),
        new CachingTokenProvider.Listener() {});
  }
}
