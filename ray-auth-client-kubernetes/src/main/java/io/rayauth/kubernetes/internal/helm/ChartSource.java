package io.rayauth.kubernetes.internal.helm;

import java.net.URI;
import java.nio.file.Path;

/** Says where a chart comes from. */
public sealed interface ChartSource {
  /** A chart in a repository: {@code index.yaml} below a URL names its archive. */
  record Repository(URI url, String name, String version) implements ChartSource {
    @Override
    public String toString() {
      return "chart %s %s of %s".formatted(name, version, url);
    }
  }

  /** A chart in an OCI registry. */
  record Oci(String reference, String version) implements ChartSource {
    @Override
    public String toString() {
      return "chart %s:%s".formatted(reference, version);
    }
  }

  /** An archive or a folder on this machine. */
  record Local(Path path) implements ChartSource {
    @Override
    public String toString() {
      return "chart " + path;
    }
  }
}
