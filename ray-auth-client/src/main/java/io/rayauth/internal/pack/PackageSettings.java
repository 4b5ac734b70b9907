package io.rayauth.internal.pack;

import io.rayauth.internal.pack.FolderWalk.GitignoreFiles;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Holds what Ray's own client lets the environment decide about packages ({@code
 * ray_constants.py}), so that both choose the same files on one machine.
 *
 * @param defaultExcludes come before those of the user, for working directories only
 * @param gitignoreFiles whether {@code .gitignore} files count
 */
public record PackageSettings(List<String> defaultExcludes, GitignoreFiles gitignoreFiles) {
  private static final String DEFAULT_EXCLUDES = ".git,.venv,venv,__pycache__";

  /** Reads {@code RAY_OVERRIDE_RUNTIME_ENV_DEFAULT_EXCLUDES} and the switch for git's files. */
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
            : GitignoreFiles.HEEDED);
  }
}
