package io.rayauth.kubernetes.internal.helm;

import java.net.URI;
import java.nio.file.Path;
import java.util.regex.Pattern;

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
    private static final Pattern LOOPBACK =
        Pattern.compile("oci://(localhost|127\\.[0-9.]+|\\[::1])(:[0-9]+)?/.*");

    /** Tells whether the registry is on this machine, where nobody has certificates. */
    boolean isOnLoopback() {
      return LOOPBACK.matcher(reference).matches();
    }

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
