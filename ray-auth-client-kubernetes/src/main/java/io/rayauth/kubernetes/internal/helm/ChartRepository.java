package io.rayauth.kubernetes.internal.helm;

import io.rayauth.error.RayInterruptedException;
import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Downloads a chart from a repository and checks it against the index.
 *
 * <p>Follows redirects, as GitHub's pages need it; no credentials ever travel here. Source: Helm's
 * "The Chart Repository Guide".
 */
final class ChartRepository {
  private static final Duration EACH_DOWNLOAD = Duration.ofMinutes(2);
  private static final String DIGEST_PREFIX = "sha256:";

  private final ChartSource.Repository source;
  private final Function<String, Object> yaml;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(Version.HTTP_1_1)
          .followRedirects(Redirect.NORMAL)
          .connectTimeout(Duration.ofSeconds(20))
          .build();

  ChartRepository(ChartSource.Repository source, Function<String, Object> yaml) {
    this.source = source;
    this.yaml = yaml;
  }

  /** Returns the chart's archive. */
  byte[] archive() {
    URI base = URI.create(source.url().toString().replaceFirst("/*$", "/"));
    Map<?, ?> entry = entry(get(base.resolve("index.yaml")));
    if (!(entry.get("urls") instanceof List<?> urls && !urls.isEmpty())) {
      throw invalid("the index names no archive for " + source);
    }
    byte[] archive = get(base.resolve(String.valueOf(urls.get(0))));
    if (entry.get("digest") instanceof String digest) {
      String wanted =
          digest.startsWith(DIGEST_PREFIX) ? digest.substring(DIGEST_PREFIX.length()) : digest;
      String found = sha256(archive);
      if (!found.equals(wanted)) {
        throw invalid(
            "the archive of %s has sha256 %s, and the index says %s"
                .formatted(source, found, wanted));
      }
    }
    return archive;
  }

  private Map<?, ?> entry(byte[] index) {
    Object parsed;
    try {
      parsed = yaml.apply(new String(index, StandardCharsets.UTF_8));
    } catch (RuntimeException e) {
      throw invalid("index.yaml of %s is no YAML".formatted(source.url()));
    }
    if (!(parsed instanceof Map<?, ?> root && root.get("entries") instanceof Map<?, ?> charts)) {
      throw invalid("%s is no chart repository: its index has no entries".formatted(source.url()));
    }
    if (!(charts.get(source.name()) instanceof List<?> versions)) {
      throw missing(
          "%s has no chart '%s', but %s".formatted(source.url(), source.name(), charts.keySet()));
    }
    return versions.stream()
        .filter(Map.class::isInstance)
        .map(version -> (Map<?, ?>) version)
        .filter(version -> source.version().equals(version.get("version")))
        .findFirst()
        .orElseThrow(() ->
            missing(
                "%s has no version %s of chart '%s', but %s"
                    .formatted(
                        source.url(),
                        source.version(),
                        source.name(),
                        versions.stream()
                            .limit(10)
                            .map(version -> ((Map<?, ?>) version).get("version"))
                            .toList())));
  }

  private byte[] get(URI uri) {
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(EACH_DOWNLOAD).GET().build();
    try {
      HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
      if (response.statusCode() != 200) {
        throw missing("%s answered with status %d".formatted(uri, response.statusCode()));
      }
      return response.body();
    } catch (IOException e) {
      throw new RayKubernetesException(
          Reason.UNREACHABLE,
          "downloading %s failed: %s"
              .formatted(
                  uri,
                  e.getMessage() == null ? "no connection to " + uri.getHost() : e.getMessage()),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RayInterruptedException("interrupted while downloading " + uri, e);
    }
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static RayKubernetesException missing(String message) {
    return new RayKubernetesException(Reason.NOT_FOUND, message, null);
  }

  private static RayKubernetesException invalid(String message) {
    return new RayKubernetesException(Reason.INVALID, message, null);
  }
}
