package io.rayauth.kubernetes.internal.token;

import io.fabric8.kubernetes.api.model.AuthProviderConfig;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.internal.KubeConfigUtils;
import io.fabric8.kubernetes.client.utils.HttpClientUtils;
import io.fabric8.kubernetes.client.utils.OpenIDConnectionUtils;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.internal.token.Jwt;
import io.rayauth.time.TimeSource;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Gives the id-token of a user who logged in by OpenID Connect, and lets fabric8 refresh it when it
 * has ended; fabric8 writes the new tokens into the kubeconfig, as kubectl does.
 */
final class OidcLogin {
  private static final String ID_TOKEN = "id-token";
  private static final String REFRESH_TOKEN = "refresh-token";
  private static final String AUTHORITY = "idp-certificate-authority";
  private static final String AUTHORITY_DATA = "idp-certificate-authority-data";

  /** What kubectl takes for the time a request is on its way. */
  private static final Duration MARGIN = Duration.ofSeconds(10);

  private static final long LONGEST_REFRESH_SECONDS = 60;

  private OidcLogin() {}

  /**
   * Gives the token, a new one if the old one has ended.
   *
   * @throws TokenUnavailableException if there is none that is still good (broken)
   */
  static AccessToken token(KubeconfigUser user, Kubeconfig kubeconfig, TimeSource time) {
    Map<String, String> login = settings(user.info().getAuthProvider());
    String idToken = login.get(ID_TOKEN);
    if (isGood(idToken, time)) {
      return usable(user, idToken);
    }
    if (isBlank(login.get(REFRESH_TOKEN))) {
      throw broken(user, "has ended and has no refresh-token beside it; log in again", null);
    }
    String refreshed = refresh(user, kubeconfig);
    if (!isGood(refreshed, time)) {
      throw broken(
          user,
          "has ended and "
              + login.get("idp-issuer-url")
              + " gave no new one; log in again (the log of OpenIDConnectionUtils says what it answered)",
          null);
    }
    return usable(user, refreshed);
  }

  private static String refresh(KubeconfigUser user, Kubeconfig kubeconfig) {
    Config config = Config.empty();
    try {
      KubeConfigUtils.merge(
          config,
          user.context(),
          kubeconfig.files().stream()
              .filter(Files::isRegularFile)
              .map(file -> KubeConfigUtils.parseConfig(file.toFile()))
              .toArray(io.fabric8.kubernetes.api.model.Config[]::new));
      Map<String, String> login = settings(config.getAuthProvider());
      if (isBlank(login.get(AUTHORITY_DATA))) {
        login.put(AUTHORITY_DATA, authority(user, login, config));
      }
      CompletableFuture<String> refreshed =
          OpenIDConnectionUtils.resolveOIDCTokenFromAuthConfig(
              config, login, HttpClientUtils.getHttpClientFactory().newBuilder());
      return refreshed.get(LONGEST_REFRESH_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RayInterruptedException("interrupted while refreshing the id-token of " + user, e);
    } catch (ExecutionException e) {
      throw broken(user, "has ended and could not be refreshed: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw broken(user, "has ended and was not refreshed within 60 seconds", e);
    } catch (RuntimeException e) { // fabric8 quotes the kubeconfig in some of these
      throw broken(user, "has ended and could not be refreshed; log in again", null);
    }
  }

  /** Empty means the authorities that the JDK trusts; fabric8 fails without any. */
  private static String authority(KubeconfigUser user, Map<String, String> login, Config cluster) {
    Path file =
        !isBlank(login.get(AUTHORITY))
            ? user.beside(String.valueOf(login.get(AUTHORITY)))
            : isBlank(cluster.getCaCertFile()) ? null : Path.of(cluster.getCaCertFile());
    if (file == null) {
      return isBlank(cluster.getCaCertData()) ? "" : cluster.getCaCertData();
    }
    try {
      return Base64.getEncoder().encodeToString(Files.readAllBytes(file));
    } catch (IOException e) {
      throw broken(user, "has ended and the certificate authority " + file + " is unreadable", e);
    }
  }

  private static Map<String, String> settings(@Nullable AuthProviderConfig provider) {
    return provider == null || provider.getConfig() == null ? Map.of() : provider.getConfig();
  }

  private static boolean isGood(@Nullable String idToken, TimeSource time) {
    return idToken != null
        && Jwt.expiry(idToken).filter(end -> end.isAfter(time.instant().plus(MARGIN))).isPresent();
  }

  private static AccessToken usable(KubeconfigUser user, @Nullable String idToken) {
    try {
      return Jwt.token(String.valueOf(idToken));
    } catch (IllegalArgumentException e) {
      throw broken(user, "is not usable: " + e.getMessage(), null);
    }
  }

  private static TokenUnavailableException broken(
      KubeconfigUser user, String what, @Nullable Throwable cause) {
    String message = "the OpenID Connect id-token of " + user + " " + what;
    return cause == null
        ? TokenUnavailableException.broken(message)
        : TokenUnavailableException.broken(message, cause);
  }

  private static boolean isBlank(@Nullable String text) {
    return text == null || text.isBlank();
  }
}
