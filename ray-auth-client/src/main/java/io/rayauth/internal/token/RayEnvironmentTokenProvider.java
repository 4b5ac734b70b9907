package io.rayauth.internal.token;

import io.rayauth.internal.token.FileTokenProvider.Content;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenUnavailableException;
import java.io.File;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Looks for the token where Ray's own programs look, in their order and by their rules (Ray's
 * {@code authentication_token_loader.cc}).
 *
 * <p>One difference: Ray reads the token once for the life of the process; here a file is read
 * again whenever the provider is asked.
 */
public final class RayEnvironmentTokenProvider implements ChangingTokenProvider {
  static final String TOKEN = "RAY_AUTH_TOKEN";
  static final String PATH = "RAY_AUTH_TOKEN_PATH";
  static final String KUBERNETES = "RAY_ENABLE_K8S_TOKEN_AUTH";
  static final Path KUBERNETES_FILE = Path.of("/var/run/secrets/ray.io/serviceaccount/token");

  private final Map<String, String> environment;
  private final Path kubernetesFile;
  private final String homeVariable;

  /** One for each path, so that the warning about permissions comes once. */
  private final Map<Path, FileTokenProvider> files = new ConcurrentHashMap<>();

  /** Creates a provider over the environment of this process. */
  public RayEnvironmentTokenProvider() {
    this(System.getenv(), KUBERNETES_FILE, File.separatorChar == '\\' ? "USERPROFILE" : "HOME");
  }

  RayEnvironmentTokenProvider(
      Map<String, String> environment, Path kubernetesFile, String homeVariable) {
    this.environment = environment;
    this.kubernetesFile = kubernetesFile;
    this.homeVariable = homeVariable;
  }

  @Override
  public AccessToken token() {
    if (isSet(TOKEN)) {
      return new EnvironmentTokenProvider(environment, TOKEN).token();
    }
    if (isSet(PATH)) {
      return named(environment.getOrDefault(PATH, ""));
    }
    List<String> tried = new ArrayList<>();
    tried.add(TOKEN + " is not set");
    tried.add(PATH + " is not set");
    return fromKubernetes(tried)
        .or(() -> fromHome(tried))
        .orElseThrow(
            () -> TokenUnavailableException.absent("no token: " + String.join("; ", tried)));
  }

  @Override
  public Optional<Duration> recheckAfter() {
    return isSet(TOKEN) ? Optional.empty() : Optional.of(FILE_RECHECK);
  }

  @Override
  public String toString() {
    return "Ray's environment";
  }

  /**
   * An explicit path does not fall through, so that nobody runs under another identity by a typo.
   */
  private AccessToken named(String path) {
    try {
      return file(Path.of(path)).token();
    } catch (TokenUnavailableException e) {
      throw TokenUnavailableException.broken(PATH + " is set, but " + e.getMessage(), e);
    } catch (InvalidPathException e) {
      throw TokenUnavailableException.broken(PATH + " is set, but not to a path", e);
    }
  }

  private Optional<AccessToken> fromKubernetes(List<String> tried) {
    String mode = environment.getOrDefault(KUBERNETES, "").toLowerCase(Locale.ROOT);
    if (!mode.equals("true") && !mode.equals("1")) {
      tried.add(KUBERNETES + " is not on");
      return Optional.empty();
    }
    return ifPresent(
        () -> {
          Optional<AccessToken> token = file(kubernetesFile).read();
          if (token.isEmpty()) {
            tried.add("the token file " + kubernetesFile + " is blank");
          }
          return token;
        },
        tried);
  }

  private Optional<AccessToken> fromHome(List<String> tried) {
    if (!isSet(homeVariable)) {
      tried.add(homeVariable + " is not set");
      return Optional.empty();
    }
    Path path = Path.of(environment.getOrDefault(homeVariable, ""), ".ray", "auth_token");
    return ifPresent(() -> Optional.of(file(path).token()), tried);
  }

  private static Optional<AccessToken> ifPresent(
      Supplier<Optional<AccessToken>> reading, List<String> tried) {
    try {
      return reading.get();
    } catch (TokenUnavailableException e) {
      if (!e.isAbsent()) {
        throw e;
      }
      tried.add(String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private FileTokenProvider file(Path path) {
    return files.computeIfAbsent(path, p -> new FileTokenProvider(p, Content.FIRST_LINE));
  }

  private boolean isSet(String variable) {
    return !environment.getOrDefault(variable, "").isEmpty();
  }
}
