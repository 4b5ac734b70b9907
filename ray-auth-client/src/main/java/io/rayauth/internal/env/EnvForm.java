package io.rayauth.internal.env;

import io.rayauth.job.RuntimeEnv;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Brings a runtime env into the form that Ray's own client sends: files of this machine are read,
 * repeated packages and empty keys go, profilers get the names the nodes know.
 *
 * <p>The short forms of {@code pip}, {@code uv} and {@code config} stay, as the nodes take them.
 */
public final class EnvForm {
  private EnvForm() {}

  /**
   * Returns what to send; local packages are not touched.
   *
   * @throws IllegalArgumentException if a file that is named cannot be read or understood
   */
  public static RuntimeEnv of(RuntimeEnv env) {
    Map<String, @Nullable Object> sent = new LinkedHashMap<>();
    env.asMap()
        .forEach((key, value) -> {
          Object formed = formed(key, value);
          if (formed != null) {
            sent.put(key.equals("nsight") || key.equals("rocprof_sys") ? "_" + key : key, formed);
          }
        });
    return RuntimeEnv.of(sent);
  }

  private static @Nullable Object formed(String key, @Nullable Object value) {
    if (value == null) {
      return null;
    }
    return switch (key) {
      case "pip", "uv" -> installer(key, value);
      case "conda" -> conda(value);
      case "env_vars" -> ((Map<?, ?>) value).isEmpty() ? null : value;
      case "excludes" -> ((List<?>) value).isEmpty() ? null : value;
      default -> value;
    };
  }

  private static @Nullable Object installer(String key, Object value) {
    if (value instanceof Map<?, ?> given) {
      List<Object> packages = packages(key, given.get("packages"));
      Map<Object, @Nullable Object> fields = new LinkedHashMap<>(given);
      fields.put("packages", packages);
      return packages.isEmpty() ? null : fields;
    }
    List<Object> packages = packages(key, value);
    return packages.isEmpty() ? null : packages;
  }

  private static List<Object> packages(String key, @Nullable Object value) {
    if (value instanceof String file) {
      return requirements(key, file).stream().distinct().map(Object.class::cast).toList();
    }
    return value instanceof List<?> list
        ? list.stream().distinct().map(Object.class::cast).toList()
        : List.of();
  }

  /** Comments and blank lines stay, as in Ray. */
  private static List<String> requirements(String key, String file) {
    try {
      return List.of(Files.readString(Path.of(file)).strip().split("\\r\\n?|\\n", -1));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "runtime_env." + key + " names the file " + file + ", which cannot be read: " + e, e);
    }
  }

  /** A name is that of an environment on the nodes, or of a file here, as its ending tells. */
  private static Object conda(Object value) {
    if (!(value instanceof String name)) {
      return value;
    }
    if (name.matches(".*[^/]\\.ya?ml")) {
      return CondaFile.read(Path.of(name));
    }
    if (Path.of(name).isAbsolute() && !Files.isDirectory(Path.of(name))) {
      throw new IllegalArgumentException(
          "runtime_env.conda is the path "
              + name
              + ", and there is no such folder here, where Ray's client looks for it, too; give the name of an environment on the nodes");
    }
    return value;
  }
}
