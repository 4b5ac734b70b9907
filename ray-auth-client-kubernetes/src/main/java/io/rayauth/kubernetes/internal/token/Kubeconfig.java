package io.rayauth.kubernetes.internal.token;

import io.fabric8.kubernetes.api.model.Config;
import io.fabric8.kubernetes.api.model.Context;
import io.fabric8.kubernetes.api.model.NamedAuthInfo;
import io.fabric8.kubernetes.api.model.NamedCluster;
import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.rayauth.token.TokenUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the user of a context in one or more kubeconfig files, merged as kubectl merges them: of
 * two entries with one name the first counts, files that do not exist are passed over.
 *
 * <p>fabric8 can read the same files, but runs an exec plugin while it reads, takes another context
 * where the one asked for is missing and does not know {@code tokenFile}.
 */
public final class Kubeconfig {
  private final List<Path> files;
  private final @Nullable String context;

  /** Creates one; reads nothing. */
  public Kubeconfig(List<Path> files, @Nullable String context) {
    this.files = List.copyOf(files);
    this.context = context;
  }

  /** Finds the files that kubectl would read. */
  public static Kubeconfig ofDefault() {
    return new Kubeconfig(ClientToken.defaultFiles(), null);
  }

  /** Takes one file. */
  public static Kubeconfig ofFile(Path file) {
    return new Kubeconfig(List.of(file), null);
  }

  /**
   * Reads the names of all contexts, in the order of the files.
   *
   * @throws TokenUnavailableException if none of the files exists (absent), or one cannot be read
   *     (broken)
   */
  public List<String> contexts() {
    return read().stream()
        .flatMap(part -> Stream.ofNullable(part.content().getContexts()).flatMap(List::stream))
        .filter(named -> named.getName() != null && named.getContext() != null)
        .map(NamedContext::getName)
        .distinct()
        .toList();
  }

  List<Path> files() {
    return files;
  }

  /** Tells whether there is any of the files. */
  public boolean exists() {
    return files.stream().anyMatch(Files::isRegularFile);
  }

  @Override
  public String toString() {
    return "kubeconfig "
        + String.join(", ", files.stream().map(Path::toString).toList())
        + (context == null ? "" : " (context '" + context + "')");
  }

  /** One file and what stands in it. */
  private record Part(Path file, Config content) {}

  /**
   * Reads the files.
   *
   * @throws TokenUnavailableException if none of them exists (absent), or if one cannot be read or
   *     the context or its user is not in them (broken)
   */
  KubeconfigUser user() {
    List<Part> parts = read();
    String contextName =
        Optional.ofNullable(context)
            .or(() -> first(parts, part -> Stream.ofNullable(part.content().getCurrentContext())))
            .filter(name -> !name.isEmpty())
            .orElseThrow(() -> broken("has no current-context; name a context"));
    Context found =
        first(parts, part -> named(part, contextName))
            .orElseThrow(() -> broken("has no context '" + contextName + "'"));
    if (found.getUser() == null || found.getUser().isEmpty()) {
      throw TokenUnavailableException.absent(
          "the context '" + contextName + "' of " + this + " has no user");
    }
    Part userPart =
        part(parts, part -> users(part).anyMatch(user -> user.getName().equals(found.getUser())))
            .orElseThrow(() ->
                broken(
                    "has no user '"
                        + found.getUser()
                        + "', which its context '"
                        + contextName
                        + "' names"));
    Part clusterPart =
        part(parts, part -> clusters(part).anyMatch(c -> c.getName().equals(found.getCluster())))
            .orElse(userPart);
    return new KubeconfigUser(
        contextName,
        found.getUser(),
        users(userPart)
            .filter(user -> user.getName().equals(found.getUser()))
            .findFirst()
            .orElseThrow()
            .getUser(),
        userPart.file(),
        clusters(clusterPart)
            .filter(cluster -> cluster.getName().equals(found.getCluster()))
            .findFirst()
            .map(NamedCluster::getCluster)
            .orElse(null),
        clusterPart.file());
  }

  private List<Part> read() {
    List<Part> parts = new ArrayList<>();
    for (Path file : files) {
      if (Files.isRegularFile(file)) {
        parts.add(new Part(file, parsed(file)));
      }
    }
    if (parts.isEmpty()) {
      throw TokenUnavailableException.absent("the " + this + " does not exist");
    }
    return parts;
  }

  /** What a parser complains about may be a piece of a token, so its words are dropped. */
  private static Config parsed(Path file) {
    Config config;
    try (InputStream in = Files.newInputStream(file)) {
      config = Serialization.unmarshal(in, Config.class);
    } catch (IOException e) {
      throw TokenUnavailableException.broken(
          "the kubeconfig " + file + " cannot be read: " + e.getClass().getSimpleName(), e);
    } catch (RuntimeException e) {
      throw TokenUnavailableException.broken("the kubeconfig " + file + " is not valid YAML");
    }
    if (config == null) {
      throw TokenUnavailableException.broken("the kubeconfig " + file + " is empty");
    }
    return config;
  }

  private TokenUnavailableException broken(String what) {
    return TokenUnavailableException.broken("the " + this + " " + what);
  }

  private static <T> Optional<T> first(List<Part> parts, Function<Part, Stream<T>> what) {
    return parts.stream().flatMap(what).findFirst();
  }

  private static Optional<Part> part(List<Part> parts, Predicate<Part> condition) {
    return parts.stream().filter(condition).findFirst();
  }

  private static Stream<Context> named(Part part, String context) {
    return Stream.ofNullable(part.content().getContexts())
        .flatMap(List::stream)
        .filter(named -> context.equals(named.getName()))
        .map(NamedContext::getContext)
        .filter(Objects::nonNull);
  }

  private static Stream<NamedAuthInfo> users(Part part) {
    return Stream.ofNullable(part.content().getUsers())
        .flatMap(List::stream)
        .filter(user -> user.getName() != null && user.getUser() != null);
  }

  private static Stream<NamedCluster> clusters(Part part) {
    return Stream.ofNullable(part.content().getClusters())
        .flatMap(List::stream)
        .filter(cluster -> cluster.getName() != null && cluster.getCluster() != null);
  }
}
