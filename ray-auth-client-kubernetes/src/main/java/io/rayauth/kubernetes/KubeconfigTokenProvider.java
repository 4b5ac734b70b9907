package io.rayauth.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.rayauth.kubernetes.internal.token.ClientToken;
import io.rayauth.kubernetes.internal.token.Kubeconfig;
import io.rayauth.kubernetes.internal.token.KubeconfigToken;
import io.rayauth.time.TimeSource;
import io.rayauth.token.TokenProvider;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes token providers over the user of a kubeconfig: what kubectl would send to the API server,
 * for clusters that accept whom the API server accepts.
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
 * <p>The providers are thread-safe. A call blocks for files, for at most 60 seconds for a plugin,
 * and as long for a refresh; while it does, an interrupt ends it with a {@link
 * io.rayauth.error.RayInterruptedException}.
 */
public final class KubeconfigTokenProvider {
  private KubeconfigTokenProvider() {}

  /**
   * Looks where kubectl looks: the current context of the files in {@code KUBECONFIG}, else of
   * {@code ~/.kube/config}; where there is no such file, the token that Kubernetes mounts into
   * every pod, which the kubelet replaces while it is in use.
   *
   * @return a provider that has not read anything yet
   */
  public static TokenProvider ofDefault() {
    Kubeconfig kubeconfig = Kubeconfig.ofDefault();
    return kubeconfig.exists()
        ? new KubeconfigToken(kubeconfig, TimeSource.system())
        : ClientToken.mounted();
  }

  /**
   * Reads the user of the current context of a kubeconfig.
   *
   * @param kubeconfig the file; {@code ~} is not expanded
   * @return a provider that has not read it yet
   */
  public static TokenProvider ofFile(Path kubeconfig) {
    return new KubeconfigToken(Kubeconfig.ofFile(kubeconfig), TimeSource.system());
  }

  /**
   * Reads the user of one context of a kubeconfig.
   *
   * @param kubeconfig the file; {@code ~} is not expanded
   * @param context the name of the context
   * @return a provider that has not read it yet
   * @throws IllegalArgumentException if the name is empty
   */
  public static TokenProvider ofFile(Path kubeconfig, String context) {
    if (context.isBlank()) {
      throw new IllegalArgumentException("the name of the context is empty");
    }
    return new KubeconfigToken(new Kubeconfig(List.of(kubeconfig), context), TimeSource.system());
  }

  /**
   * Gives the token that a Kubernetes client talks to the API server with, from where that client's
   * configuration came: a kubeconfig is read again, a mounted file too. A client that was given its
   * token as text keeps it for ever.
   *
   * @param client whose configuration counts; nothing is sent through it
   * @return a provider that has not read any token yet
   */
  public static TokenProvider of(KubernetesClient client) {
    return new ClientToken(client.getConfiguration(), TimeSource.system());
  }
}
