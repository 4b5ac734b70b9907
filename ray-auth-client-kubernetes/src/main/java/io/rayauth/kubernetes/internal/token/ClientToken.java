package io.rayauth.kubernetes.internal.token;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.utils.Utils;
import io.rayauth.internal.token.ChangingTokenProvider;
import io.rayauth.internal.token.FileTokenProvider;
import io.rayauth.internal.token.FileTokenProvider.Content;
import io.rayauth.internal.token.Jwt;
import io.rayauth.time.TimeSource;
import io.rayauth.token.AccessToken;
import io.rayauth.token.RefusableTokenProvider;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gives the token that a Kubernetes client was configured with, from where the configuration came.
 *
 * <p>fabric8 keeps the token it found first and never learns when it ends, so a kubeconfig, a
 * plugin or a mounted file is asked again here.
 */
public final class ClientToken implements ChangingTokenProvider, RefusableTokenProvider {
  private final Config config;
  private final KubeconfigToken ofFiles;
  private final boolean filesExist;
  private final FileTokenProvider mounted;

  /** Creates a provider; reads nothing but whether the kubeconfig is there. */
  public ClientToken(Config config, TimeSource time) {
    this.config = config;
    Kubeconfig kubeconfig = new Kubeconfig(files(config), context(config));
    this.ofFiles = new KubeconfigToken(kubeconfig, time);
    this.filesExist = kubeconfig.exists();
    this.mounted = mounted();
  }

  /** Returns the provider over the file where a pod finds the token of its ServiceAccount. */
  public static FileTokenProvider mounted() {
    String path =
        Utils.getSystemPropertyOrEnvVar(
            Config.KUBERNETES_AUTH_SERVICEACCOUNT_TOKEN_FILE_SYSTEM_PROPERTY,
            Config.KUBERNETES_SERVICE_ACCOUNT_TOKEN_PATH);
    return new FileTokenProvider(Path.of(path), Content.WHOLE_FILE);
  }

  /** Returns where kubectl looks: the files of {@code KUBECONFIG}, else {@code ~/.kube/config}. */
  public static List<Path> defaultFiles() {
    return Config.getKubeconfigFilenames().stream()
        .filter(name -> !name.isBlank())
        .map(Path::of)
        .toList();
  }

  @Override
  public AccessToken token() {
    return source().token();
  }

  @Override
  public Optional<Duration> recheckAfter() {
    return source() instanceof ChangingTokenProvider changing
        ? changing.recheckAfter()
        : Optional.empty();
  }

  @Override
  public void reject(AccessToken used) {
    if (source() instanceof RefusableTokenProvider refusable) {
      refusable.reject(used);
    }
  }

  @Override
  public String toString() {
    return "the configuration of the Kubernetes client for " + config.getMasterUrl();
  }

  /** The order is that of fabric8's own requests ({@code TokenRefreshInterceptor}). */
  private TokenProvider source() {
    if (isSet(config.getUsername()) && isSet(config.getPassword())) {
      return absent("a user name with a password and no token");
    }
    if (config.getOauthTokenProvider() instanceof TokenProvider provider) {
      return provider; // one that knows when its tokens end
    }
    if (config.getOauthTokenProvider() != null) {
      return () -> usable(config.getOauthTokenProvider().getToken());
    }
    if (isSet(config.getOauthToken())) {
      return () -> usable(config.getOauthToken());
    }
    boolean automatic = Boolean.TRUE.equals(config.getAutoConfigure());
    if (automatic
        && isSet(Utils.getSystemPropertyOrEnvVar(Config.KUBERNETES_OAUTH_TOKEN_SYSTEM_PROPERTY))) {
      return () -> usable(config.getAutoOAuthToken());
    }
    if (filesExist) {
      return ofFiles;
    }
    if (automatic && !isSet(config.getClientCertFile()) && !isSet(config.getClientCertData())) {
      return mounted;
    }
    if (isSet(config.getAutoOAuthToken())) {
      return () -> usable(config.getAutoOAuthToken());
    }
    return isSet(config.getClientCertFile()) || isSet(config.getClientCertData())
        ? absent(
            "a client certificate and no token; Ray wants a token, such as that of a ServiceAccount")
        : absent("no token");
  }

  private TokenProvider absent(String what) {
    return () -> {
      throw TokenUnavailableException.absent(this + " has " + what);
    };
  }

  private AccessToken usable(@Nullable String token) {
    if (token == null || token.isBlank()) {
      throw TokenUnavailableException.broken(this + " gave an empty token");
    }
    try {
      return Jwt.token(token.strip());
    } catch (IllegalArgumentException e) {
      throw TokenUnavailableException.broken(this + " has no usable token: " + e.getMessage(), e);
    }
  }

  private static List<Path> files(Config config) {
    if (Boolean.TRUE.equals(config.getAutoConfigure())) {
      return defaultFiles();
    }
    File file = config.getFile();
    return file == null ? List.of() : List.of(file.toPath());
  }

  private static @Nullable String context(Config config) {
    return config.getCurrentContext() == null ? null : config.getCurrentContext().getName();
  }

  private static boolean isSet(@Nullable String text) {
    return text != null && !text.isBlank();
  }
}
