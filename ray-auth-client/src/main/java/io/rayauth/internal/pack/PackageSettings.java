package io.rayauth.internal.pack;

import io.rayauth.internal.pack.FolderWalk.GitignoreFiles;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Holds what Ray's own client lets the environment decide about packages ({@code ray_constants.py},
 * {@code packaging.py}), so that both choose the same files on one machine.
 *
 * @param defaultExcludes come before those of the user, for working directories only
 * @param gitignoreFiles whether {@code .gitignore} files count
 * @param largeFrom from how many bytes on a package is called very large
 */
public record PackageSettings(
    List<String> defaultExcludes, GitignoreFiles gitignoreFiles, long largeFrom) {
  private static final String DEFAULT_EXCLUDES = ".git,.venv,venv,__pycache__";

  /** Half of what the cluster's own store takes. */
  private static final long LARGE_MEBIBYTES = 256;

  /**
   * Reads {@code RAY_OVERRIDE_RUNTIME_ENV_DEFAULT_EXCLUDES}, {@code
   * RAY_RUNTIME_ENV_IGNORE_GITIGNORE} and {@code RAY_PACKAGE_SIZE_WARNING_MIB}.
   */
  public static PackageSettings of(Map<String, String> environment) {
    String excludes =
        environment.getOrDefault("RAY_OVERRIDE_RUNTIME_ENV_DEFAULT_EXCLUDES", DEFAULT_EXCLUDES);
    return new PackageSettings(
        Arrays.stream(excludes.split(",", -1))
            .map(String::strip)
            .filter(exclude -> !exclude.isEmpty())
            .toList(),
        "1".equals(environment.get("RAY_RUNTIME_ENV_IGNORE_GITIGNORE"))
            ? GitignoreFiles.PASSED_OVER
            : GitignoreFiles.HEEDED,
        largeFrom(environment.get("RAY_PACKAGE_SIZE_WARNING_MIB")));
  }

  /** Less than nothing turns it off, and what is no number does not count. */
  private static long largeFrom(@Nullable String mebibytes) {
    long size = LARGE_MEBIBYTES;
    try {
      size = mebibytes == null ? size : Integer.parseInt(mebibytes.strip());
    } catch (NumberFormatException e) {
      // Ray's own client keeps its default then.
    }
    return size < 0 ? Long.MAX_VALUE : size << 20;
  }

  /** Returns what to tell people of the size of a package. */
  Optional<String> noteOn(SealedPackage sealed) {
    return sealed.size() < largeFrom
        ? Optional.empty()
        : Optional.of(
            "the package is very large (%,d bytes), and every node of the job fetches it"
                .formatted(sealed.size()));
  }
}
