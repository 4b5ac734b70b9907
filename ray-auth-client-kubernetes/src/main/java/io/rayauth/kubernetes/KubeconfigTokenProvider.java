package io.rayauth.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.internal.token.ChangingTokenProvider;
import io.rayauth.kubernetes.internal.token.ClientToken;
import io.rayauth.kubernetes.internal.token.Kubeconfig;
import io.rayauth.kubernetes.internal.token.KubeconfigToken;
import io.rayauth.time.TimeSource;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Gives the token that a kubeconfig's user has: what kubectl would send to the API server, for
 * clusters that accept whom the API server accepts.
 *
 * <p>A user has one of these, looked for in this order: a {@code tokenFile}, a {@code token}, a
 * login by OpenID Connect (an ended id-token is refreshed and the new tokens are written into the
 * kubeconfig, as kubectl does), an {@code exec} plugin by kubectl's contract, with {@code
 * KUBERNETES_EXEC_INFO} and without a terminal. The kubeconfig and every file are read anew at each
 * call and a plugin is run anew, which under a cache means: a file is looked at once a minute, a
 * plugin when its token gets old or is refused.
 *
 * <p>A user with a client certificate or a password has no token: <i>absent</i>, so that a chain
 * goes on. So is a kubeconfig that does not exist. Everything else that goes wrong is
 * <i>broken</i>. Impersonation ({@code as}) is no part of a token: a server that gets it sees the
 * user itself.
 *
 * <p>Thread-safe. A call blocks for files, for at most 60 seconds for a plugin, and as long for a
 * refresh.
 */
@SuppressWarnings("exports") // how often to look again is between the cache and its providers
public final class KubeconfigTokenProvider implements TokenProvider, ChangingTokenProvider {
  private final ChangingTokenProvider source;

  private KubeconfigTokenProvider(ChangingTokenProvider source) {
    this.source = source;
  }

  /**
   * Looks where kubectl looks: the current context of the files in {@code KUBECONFIG}, else of
   * {@code ~/.kube/config}; where there is no such file, the token that Kubernetes mounts into
   * every pod, which the kubelet replaces while it is in use.
   *
   * @return a provider that has not read anything yet
   */
  public static KubeconfigTokenProvider ofDefault() {
    Kubeconfig kubeconfig = new Kubeconfig(ClientToken.defaultFiles(), null);
    return new KubeconfigTokenProvider(
        kubeconfig.exists()
            ? new KubeconfigToken(kubeconfig, TimeSource.system())
            : ClientToken.mounted());
  }

  /**
   * Reads the user of the current context of a kubeconfig.
   *
   * @param kubeconfig the file; {@code ~} is not expanded
   * @return a provider that has not read it yet
   */
  public static KubeconfigTokenProvider ofFile(Path kubeconfig) {
    return new KubeconfigTokenProvider(
        new KubeconfigToken(new Kubeconfig(List.of(kubeconfig), null), TimeSource.system()));
  }

  /**
   * Reads the user of one context of a kubeconfig.
   *
   * @param kubeconfig the file; {@code ~} is not expanded
   * @param context the name of the context
   * @return a provider that has not read it yet
   * @throws IllegalArgumentException if the name is empty
   */
  public static KubeconfigTokenProvider ofFile(Path kubeconfig, String context) {
    if (context.isBlank()) {
      throw new IllegalArgumentException("the name of the context is empty");
    }
    return new KubeconfigTokenProvider(
        new KubeconfigToken(new Kubeconfig(List.of(kubeconfig), context), TimeSource.system()));
  }

  /**
   * Gives the token that a Kubernetes client talks to the API server with, from where that client's
   * configuration came: a kubeconfig is read again, a mounted file too. A client that was given its
   * token as text keeps it for ever.
   *
   * @param client whose configuration counts; nothing is sent through it
   * @return a provider that has not read any token yet
   */
  public static KubeconfigTokenProvider of(KubernetesClient client) {
    return new KubeconfigTokenProvider(
        new ClientToken(client.getConfiguration(), TimeSource.system()));
  }

  /**
   * Returns the user's token.
   *
   * @throws TokenUnavailableException if the user has none; the message names file, context and
   *     user
   * @throws io.rayauth.error.RayInterruptedException if the thread is interrupted while it waits
   *     for a plugin or a refresh
   */
  @Override
  public AccessToken token() {
    return source.token();
  }

  @Override
  public Optional<Duration> recheckAfter() {
    return source.recheckAfter();
  }

  /** Returns where the token comes from. */
  @Override
  public String toString() {
    return source.toString();
  }
}
