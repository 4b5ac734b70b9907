package io.rayauth.internal.env;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checks the keys of a runtime env that Ray knows as Ray's own client does ({@code validation.py}
 * and {@code runtime_env.py}); the dashboard itself takes anything and fails the job later. Keys it
 * does not know pass.
 */
public final class EnvRules {
  private static final List<String> INSTALLERS = List.of("pip", "uv", "conda");
  private static final Set<String> BESIDE_AN_IMAGE = Set.of("config", "env_vars");
  private static final Set<String> PIP_KEYS =
      Set.of("packages", "pip_check", "pip_version", "pip_install_options");
  private static final Set<String> UV_KEYS =
      Set.of("packages", "uv_check", "uv_version", "uv_pip_install_options");

  private EnvRules() {}

  /**
   * Checks everything that can be checked without looking at files.
   *
   * @throws IllegalArgumentException if Ray would refuse it; the message never shows a value of
   *     {@code env_vars}
   */
  public static void check(Map<String, ? extends @Nullable Object> env) {
    checkCombination(env);
    for (Map.Entry<String, ? extends @Nullable Object> field : env.entrySet()) {
      Object value = field.getValue();
      if (value != null) {
        check(field.getKey(), value);
      }
    }
  }

  private static void checkCombination(Map<String, ? extends @Nullable Object> env) {
    List<String> installers = INSTALLERS.stream().filter(key -> env.get(key) != null).toList();
    if (installers.size() > 1) {
      throw new IllegalArgumentException(
          "runtime_env has "
              + String.join(" and ", installers)
              + "; Ray takes one of pip, uv and conda. Packages of pip can stand in the conda environment");
    }
    for (String image : List.of("container", "image_uri")) {
      List<String> others = new ArrayList<>(env.keySet());
      others.removeIf(key -> env.get(key) == null); // are not sent
      others.remove(image);
      others.removeAll(BESIDE_AN_IMAGE);
      if (env.get(image) != null && !others.isEmpty()) {
        throw new IllegalArgumentException(
            "runtime_env has %s together with %s; Ray takes only config and env_vars beside it"
                .formatted(image, String.join(", ", others)));
      }
    }
  }

  private static void check(String key, Object value) {
    switch (key) {
      case "working_dir", "py_executable", "image_uri", "worker_process_setup_hook" ->
          string(key, value);
      case "py_modules", "java_jars", "excludes" -> strings(key, value);
      case "pip" -> installer("pip", value, PIP_KEYS, List.of("pip_install_options"));
      case "uv" -> installer("uv", value, UV_KEYS, List.of("uv_pip_install_options"));
      case "conda" -> stringOrObject(key, value);
      case "nsight", "rocprof_sys", "_nsight", "_rocprof_sys" -> stringOrObject(key, value);
      case "container" -> object(key, value);
      case "env_vars" -> object(key, value).forEach((name, text) -> variable(name, text));
      case "config" -> config(object(key, value));
      default -> {}
    }
  }

  /** A string names a file of requirements. */
  private static void installer(
      String key, Object value, Set<String> known, List<String> listKeys) {
    if (value instanceof String) {
      return;
    }
    if (value instanceof List<?>) {
      strings(key, value);
      return;
    }
    Map<?, ?> fields = object(key, value);
    for (Object field : fields.keySet()) {
      if (!known.contains(String.valueOf(field))) {
        throw new IllegalArgumentException(
            "runtime_env.%s has the key '%s'; Ray takes only %s"
                .formatted(key, field, String.join(", ", known.stream().sorted().toList())));
      }
    }
    Object packages = fields.get("packages");
    if (packages == null) {
      throw new IllegalArgumentException("runtime_env." + key + " has no 'packages'");
    }
    if (!(key.equals("pip") && packages instanceof String)) {
      strings(key + ".packages", packages);
    }
    for (String listKey : listKeys) {
      if (fields.get(listKey) != null) {
        strings(key + "." + listKey, fields.get(listKey));
      }
    }
    if (fields.get(key + "_check") != null && !(fields.get(key + "_check") instanceof Boolean)) {
      throw wrong(key + "." + key + "_check", "true or false");
    }
    if (fields.get(key + "_version") != null) {
      string(key + "." + key + "_version", fields.get(key + "_version"));
    }
  }

  private static void config(Map<?, ?> config) {
    Object timeout = config.get("setup_timeout_seconds");
    if (timeout != null) {
      boolean whole = timeout instanceof Integer || timeout instanceof Long;
      long seconds = whole ? ((Number) timeout).longValue() : 0;
      if (seconds < 1 && seconds != -1) {
        throw wrong("config.setup_timeout_seconds", "a whole number above 0, or -1 for no limit");
      }
    }
    if (config.get("eager_install") != null && !(config.get("eager_install") instanceof Boolean)) {
      throw wrong("config.eager_install", "true or false");
    }
    if (config.get("log_files") != null) {
      strings("config.log_files", config.get("log_files"));
    }
  }

  private static void variable(Object name, @Nullable Object value) {
    if (!(value instanceof String text)) {
      throw wrong("env_vars." + name, "a string");
    }
    String both = name + text;
    if (String.valueOf(name).isEmpty()
        || String.valueOf(name).indexOf('=') >= 0
        || both.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "runtime_env.env_vars has a variable no process can be given: an empty name, a name with '=', or a NUL");
    }
  }

  private static void stringOrObject(String key, Object value) {
    if (!(value instanceof String || value instanceof Map<?, ?>)) {
      throw wrong(key, "a string or an object");
    }
  }

  private static void string(String key, @Nullable Object value) {
    if (!(value instanceof String)) {
      throw wrong(key, "a string");
    }
  }

  private static void strings(String key, @Nullable Object value) {
    if (!(value instanceof List<?> list && list.stream().allMatch(String.class::isInstance))) {
      throw wrong(key, "a list of strings");
    }
  }

  private static Map<?, ?> object(String key, Object value) {
    if (value instanceof Map<?, ?> object) {
      return object;
    }
    throw wrong(key, "an object");
  }

  private static IllegalArgumentException wrong(String key, String expected) {
    return new IllegalArgumentException("runtime_env." + key + " must be " + expected);
  }
}
