package io.rayauth.job;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Describes the environment a job runs in: files, Python packages, variables.
 *
 * <p>Immutable and thread-safe. Keys and forms are those of Ray's {@code runtime_env}; a key
 * without a method of its own goes in through {@link Builder#put(String, Object)}. Values of {@code
 * env_vars} may be secrets: {@link #toString()} shows keys only.
 */
public final class RuntimeEnv {
  private static final RuntimeEnv EMPTY = new RuntimeEnv(Map.of());

  private final Map<String, @Nullable Object> fields;

  private RuntimeEnv(Map<String, ?> fields) {
    this.fields = copyOfObject("", fields);
  }

  /**
   * Returns the environment that asks for nothing.
   *
   * @return the one empty environment
   */
  public static RuntimeEnv empty() {
    return EMPTY;
  }

  /**
   * Creates an environment from a map in the form of Ray's JSON.
   *
   * @param fields keys and JSON values: strings, numbers, booleans, nulls, lists and maps of them;
   *     copied
   * @return the environment
   * @throws IllegalArgumentException if a value is none of these, with its place
   */
  public static RuntimeEnv of(Map<String, ?> fields) {
    return new RuntimeEnv(fields);
  }

  /**
   * Starts an environment.
   *
   * @return an empty builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns the environment in the form of Ray's JSON.
   *
   * @return an unmodifiable map in the order the keys were given
   */
  public Map<String, @Nullable Object> asMap() {
    return fields;
  }

  /**
   * Tells whether nothing is asked for.
   *
   * @return true if there is no key
   */
  public boolean isEmpty() {
    return fields.isEmpty();
  }

  /**
   * Returns a copy with one key set.
   *
   * @param key such as {@code working_dir}
   * @param value a JSON value
   * @return the changed environment
   * @throws IllegalArgumentException if the value is not a JSON value
   */
  public RuntimeEnv with(String key, Object value) {
    Map<String, @Nullable Object> changed = new LinkedHashMap<>(fields);
    changed.put(key, value);
    return new RuntimeEnv(changed);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RuntimeEnv that && fields.equals(that.fields);
  }

  @Override
  public int hashCode() {
    return fields.hashCode();
  }

  @Override
  public String toString() {
    return "RuntimeEnv" + fields.keySet();
  }

  private static Map<String, @Nullable Object> copyOfObject(String place, Map<?, ?> object) {
    Map<String, @Nullable Object> copy = new LinkedHashMap<>();
    object.forEach((key, value) -> {
      if (!(key instanceof String name)) {
        throw new IllegalArgumentException(
            "runtime_env" + place + " has a key that is not a string: " + key);
      }
      copy.put(name, copyOfValue(place + "." + name, value));
    });
    return Collections.unmodifiableMap(copy);
  }

  private static @Nullable Object copyOfValue(String place, @Nullable Object value) {
    if (value == null || value instanceof String || value instanceof Boolean) {
      return value;
    }
    if (value instanceof Number number) {
      if (!Double.isFinite(number.doubleValue())) {
        throw new IllegalArgumentException(
            "runtime_env" + place + " is " + number + ", which JSON cannot say");
      }
      return number;
    }
    if (value instanceof Map<?, ?> object) {
      return copyOfObject(place, object);
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> copy = new ArrayList<>(list.size());
      for (int i = 0; i < list.size(); i++) {
        copy.add(copyOfValue(place + "[" + i + "]", list.get(i)));
      }
      return Collections.unmodifiableList(copy);
    }
    throw new IllegalArgumentException(
        "runtime_env"
            + place
            + " is a "
            + value.getClass().getName()
            + "; use strings, numbers, booleans, lists and maps");
  }

  /** Collects the parts of an environment. Not thread-safe. */
  public static final class Builder {
    private final Map<String, Object> fields = new LinkedHashMap<>();

    private Builder() {}

    /**
     * Sets the folder the entrypoint starts in. Default: none.
     *
     * @param uri an archive the cluster can fetch, such as {@code gcs://…}, {@code s3://…/x.zip} or
     *     {@code https://…/x.zip}
     * @return this builder
     */
    public Builder workingDir(String uri) {
      return put("working_dir", uri);
    }

    /**
     * Adds a Python module. Default: none.
     *
     * @param uri an archive or wheel the cluster can fetch
     * @return this builder
     */
    public Builder pyModule(String uri) {
      return append("py_modules", List.of(uri));
    }

    /**
     * Adds packages that pip installs. Default: none.
     *
     * @param requirements such as {@code requests==2.32.0}
     * @return this builder
     */
    public Builder pip(String... requirements) {
      return append("pip", List.of(requirements));
    }

    /**
     * Adds packages that uv installs. Default: none.
     *
     * @param requirements such as {@code requests==2.32.0}
     * @return this builder
     */
    public Builder uv(String... requirements) {
      return append("uv", List.of(requirements));
    }

    /**
     * Names a conda environment that exists on the nodes. Default: none.
     *
     * @param name the environment's name
     * @return this builder
     */
    public Builder conda(String name) {
      return put("conda", name);
    }

    /**
     * Sets an environment variable of the entrypoint. Default: none.
     *
     * @param name the variable
     * @param value its value; readable by everybody who may read the job
     * @return this builder
     */
    public Builder envVar(String name, String value) {
      Map<String, Object> variables = new LinkedHashMap<>();
      if (fields.get("env_vars") instanceof Map<?, ?> before) {
        before.forEach((key, old) -> variables.put(String.valueOf(key), String.valueOf(old)));
      }
      variables.put(name, value);
      return put("env_vars", variables);
    }

    /**
     * Leaves paths out of a packaged folder. Default: none.
     *
     * @param pattern in the form of {@code .gitignore}
     * @return this builder
     */
    public Builder exclude(String pattern) {
      return append("excludes", List.of(pattern));
    }

    /**
     * Sets any key, known or not.
     *
     * @param key a key of Ray's {@code runtime_env}
     * @param jsonValue a string, number, boolean, list or map
     * @return this builder
     */
    public Builder put(String key, Object jsonValue) {
      fields.put(key, jsonValue);
      return this;
    }

    /**
     * Creates the environment.
     *
     * @return an immutable environment
     * @throws IllegalArgumentException if more than one of {@code pip}, {@code uv} and {@code
     *     conda} is given, which Ray refuses, or a value is not a JSON value
     */
    public RuntimeEnv build() {
      List<String> installers =
          List.of("pip", "uv", "conda").stream().filter(fields::containsKey).toList();
      if (installers.size() > 1) {
        throw new IllegalArgumentException(
            "runtime_env has "
                + String.join(" and ", installers)
                + "; Ray takes one of pip, uv and conda");
      }
      return new RuntimeEnv(fields);
    }

    private Builder append(String key, List<String> more) {
      List<Object> all = new ArrayList<>();
      if (fields.get(key) instanceof List<?> before) {
        all.addAll(before);
      }
      all.addAll(more);
      return put(key, all);
    }
  }
}
