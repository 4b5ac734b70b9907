package io.rayauth.kubernetes.internal.helm;

import io.rayauth.kubernetes.RayKubernetesException;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Is a chart under a name that Helm can follow; what was downloaded is gone once it is closed. */
public final class LocatedChart implements AutoCloseable {
  private final String reference;
  private final @Nullable String version;
  private final boolean plainHttp;
  private final @Nullable Path downloaded;

  private LocatedChart(
      String reference, @Nullable String version, boolean plainHttp, @Nullable Path downloaded) {
    this.reference = reference;
    this.version = version;
    this.plainHttp = plainHttp;
    this.downloaded = downloaded;
  }

  static LocatedChart of(ChartSource.Local local) {
    if (!Files.exists(local.path())) {
      throw new RayKubernetesException(
          Reason.NOT_FOUND,
          "there is no chart at %s".formatted(local.path().toAbsolutePath()),
          null);
    }
    return new LocatedChart(local.path().toAbsolutePath().toString(), null, false, null);
  }

  static LocatedChart of(ChartSource.Oci oci) {
    return new LocatedChart(oci.reference(), oci.version(), oci.isOnLoopback(), null);
  }

  static LocatedChart download(byte[] archive) {
    try {
      Path file = Files.createTempFile("ray-auth-client-chart", ".tgz");
      Files.write(file, archive);
      return new LocatedChart(file.toString(), null, false, file);
    } catch (IOException e) {
      throw new RayKubernetesException(
          Reason.OTHER, "writing the chart to a temporary file failed: " + e, e);
    }
  }

  String reference() {
    return reference;
  }

  Optional<String> version() {
    return Optional.ofNullable(version);
  }

  /** Tells whether its registry is asked without TLS. */
  boolean isPlainHttp() {
    return plainHttp;
  }

  @Override
  public void close() {
    if (downloaded != null) {
      try {
        Files.deleteIfExists(downloaded);
      } catch (IOException e) {
        throw new UncheckedIOException("the temporary file " + downloaded + " stays", e);
      }
    }
  }
}
