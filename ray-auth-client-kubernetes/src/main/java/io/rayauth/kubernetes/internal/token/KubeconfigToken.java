package io.rayauth.kubernetes.internal.token;

import io.fabric8.kubernetes.api.model.AuthInfo;
import io.rayauth.internal.token.ChangingTokenProvider;
import io.rayauth.internal.token.FileTokenProvider;
import io.rayauth.internal.token.FileTokenProvider.Content;
import io.rayauth.internal.token.Jwt;
import io.rayauth.time.TimeSource;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Gives the token that the user of a kubeconfig has, by whichever of kubectl's ways: a token file,
 * a token, a login by OpenID Connect, an exec plugin. The kubeconfig is read anew at every call.
 */
public final class KubeconfigToken implements ChangingTokenProvider {
  private final Kubeconfig kubeconfig;
  private final TimeSource time;

  /** One for each path, so that the warning about permissions comes once. */
  private final Map<Path, FileTokenProvider> files = new ConcurrentHashMap<>();

  /** Many refresh tokens are good once, so only one thread may use one. */
  private final ReentrantLock refreshing = new ReentrantLock();

  /** A plugin is only run again when its token gets old; looking into a file costs nothing. */
  private volatile boolean cameFromPlugin;

  /** Creates a provider; reads nothing. */
  public KubeconfigToken(Kubeconfig kubeconfig, TimeSource time) {
    this.kubeconfig = kubeconfig;
    this.time = time;
  }

  @Override
  public AccessToken token() {
    KubeconfigUser user = kubeconfig.user();
    AuthInfo info = user.info();
    cameFromPlugin = false;
    if (isSet(info.getTokenFile())) {
      return fromFile(user);
    }
    if (isSet(info.getToken())) {
      return usable(user, info.getToken());
    }
    if (info.getAuthProvider() != null) {
      return fromAuthProvider(user);
    }
    if (info.getExec() != null) {
      cameFromPlugin = true;
      return ExecPlugin.token(user, info.getExec(), time);
    }
    throw TokenUnavailableException.absent("the " + user + " has " + instead(info));
  }

  @Override
  public Optional<Duration> recheckAfter() {
    return cameFromPlugin ? Optional.empty() : Optional.of(FILE_RECHECK);
  }

  @Override
  public String toString() {
    return kubeconfig.toString();
  }

  /** The token beside the file is what kubectl falls back to while the file is not there. */
  private AccessToken fromFile(KubeconfigUser user) {
    Path path = user.beside(user.info().getTokenFile());
    try {
      return files.computeIfAbsent(path, p -> new FileTokenProvider(p, Content.WHOLE_FILE)).token();
    } catch (TokenUnavailableException e) {
      if (e.isAbsent() && isSet(user.info().getToken())) {
        return usable(user, user.info().getToken());
      }
      throw TokenUnavailableException.broken("the " + user + " has no token: " + e.getMessage(), e);
    }
  }

  private AccessToken fromAuthProvider(KubeconfigUser user) {
    String name = String.valueOf(user.info().getAuthProvider().getName());
    if (!name.equalsIgnoreCase("oidc")) {
      throw TokenUnavailableException.broken(
          "the %s uses the auth-provider '%s', which kubectl no longer has either; use its exec plugin"
              .formatted(user, name));
    }
    refreshing.lock();
    try {
      return OidcLogin.token(kubeconfig.user(), kubeconfig, time);
    } finally {
      refreshing.unlock();
    }
  }

  private static AccessToken usable(KubeconfigUser user, String token) {
    try {
      return Jwt.token(token);
    } catch (IllegalArgumentException e) {
      throw TokenUnavailableException.broken(
          "the " + user + " has no usable token: " + e.getMessage(), e);
    }
  }

  private static String instead(AuthInfo info) {
    if (isSet(info.getClientCertificate()) || isSet(info.getClientCertificateData())) {
      return "a client certificate and no token; Ray wants a token, such as that of a ServiceAccount";
    }
    if (isSet(info.getUsername())) {
      return "a user name with a password and no token";
    }
    return "neither token nor exec plugin";
  }

  private static boolean isSet(@Nullable String text) {
    return text != null && !text.isBlank();
  }
}
