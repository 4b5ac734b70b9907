package io.rayauth.job;

import io.rayauth.internal.env.EnvRules;
import java.nio.file.Path;
import java.time.Duration;
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
     *     {@code https://…/x.zip}, or {@code local://} and a folder on every node; without a
     *     protocol, a path on this machine
     * @return this builder
     */
    public Builder workingDir(String uri) {
      return put("working_dir", uri);
    }

    /**
     * Sets the folder the entrypoint starts in to one of this machine, which is uploaded before the
     * submission. Default: none.
     *
     * @param folder a folder or an archive, as for {@link JobSpec.Builder#workingDir(Path)}
     * @return this builder
     */
    public Builder workingDir(Path folder) {
      return put("working_dir", folder.toString());
    }

    /**
     * Adds a Python module. Default: none.
     *
     * @param uri an archive or wheel the cluster can fetch; without a protocol, a path on this
     *     machine
     * @return this builder
     */
    public Builder pyModule(String uri) {
      return append("py_modules", List.of(uri));
    }

    /**
     * Adds a Python module of this machine, which is uploaded before the submission. Default: none.
     *
     * @param module a folder, which is imported by its name, a {@code .py} file, a wheel, or an
     *     archive with modules in it
     * @return this builder
     */
    public Builder pyModule(Path module) {
      return pyModule(module.toString());
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
     * Installs with pip what a file of this machine lists. Default: none.
     *
     * @param requirements such as {@code requirements.txt}; read when the job is submitted
     * @return this builder
     */
    public Builder pipFile(Path requirements) {
      return put("pip", requirements.toString());
    }

    /**
     * Installs with uv what a file of this machine lists. Default: none.
     *
     * @param requirements such as {@code requirements.txt}; read when the job is submitted
     * @return this builder
     */
    public Builder uvFile(Path requirements) {
      return put("uv", requirements.toString());
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
     * @param name the environment's name; one that ends in {@code .yml} or {@code .yaml} is taken
     *     for a file of this machine, as Ray does
     * @return this builder
     */
    public Builder conda(String name) {
      return put("conda", name);
    }

    /**
     * Describes a conda environment, which is made on the nodes. Default: none.
     *
     * @param environment the content of an {@code environment.yml}, such as channels and
     *     dependencies
     * @return this builder
     */
    public Builder conda(Map<String, ?> environment) {
      return put("conda", environment);
    }

    /**
     * Describes a conda environment by a file of this machine. Default: none.
     *
     * @param environment such as {@code environment.yml}; read when the job is submitted. Keys,
     *     lists, quotes and comments are read, any other YAML is refused with its line
     * @return this builder
     * @throws IllegalArgumentException if its name does not end in {@code .yml} or {@code .yaml},
     *     by which Ray tells files from names
     */
    public Builder condaFile(Path environment) {
      String name = environment.toString();
      if (!name.endsWith(".yml") && !name.endsWith(".yaml")) {
        throw new IllegalArgumentException(
            name + " is no conda file to Ray: its name does not end in .yml or .yaml");
      }
      return put("conda", name);
    }

    /**
     * Sets the Python of the workers. Default: that of the node.
     *
     * @param command a path on the nodes, or a command such as {@code uv run}
     * @return this builder
     */
    public Builder pyExecutable(String command) {
      return put("py_executable", command);
    }

    /**
     * Runs the workers in a container; only {@code config} and variables can stand beside it.
     * Default: none.
     *
     * @param imageUri such as {@code rayproject/ray:2.60.0}
     * @return this builder
     */
    public Builder imageUri(String imageUri) {
      return put("image_uri", imageUri);
    }

    /**
     * Runs the workers in a container by Ray's older key; only {@code config} and variables can
     * stand beside it. Default: none.
     *
     * @param container such as {@code image} and {@code run_options}
     * @return this builder
     */
    public Builder container(Map<String, ?> container) {
      return put("container", container);
    }

    /**
     * Limits how long the nodes may take to set the environment up. Default: Ray's 10 minutes.
     *
     * @param timeout whole seconds, 1 or more
     * @return this builder
     * @throws IllegalArgumentException if it is less than a second
     */
    public Builder setupTimeout(Duration timeout) {
      if (timeout.toSeconds() < 1) {
        throw new IllegalArgumentException(
            "the setup timeout is " + timeout + "; give a second or more");
      }
      return config("setup_timeout_seconds", timeout.toSeconds());
    }

    /**
     * Sets the environment up when the first worker needs it, not when the job starts. Default:
     * when the job starts.
     *
     * @return this builder
     */
    public Builder lazyInstall() {
      return config("eager_install", false);
    }

    /**
     * Runs something in every worker before its tasks. Default: nothing.
     *
     * @param module the name of a module or function the workers can import
     * @return this builder
     */
    public Builder workerProcessSetupHook(String module) {
      return put("worker_process_setup_hook", module);
    }

    /**
     * Profiles the workers with Nsight Systems. Default: no.
     *
     * @param options names of options and their values
     * @return this builder
     */
    public Builder nsight(Map<String, ?> options) {
      return put("nsight", options);
    }

    /**
     * Profiles the workers with rocprof-sys. Default: no.
     *
     * @param options {@code args} and {@code env}
     * @return this builder
     */
    public Builder rocprofSys(Map<String, ?> options) {
      return put("rocprof_sys", options);
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
     * @throws IllegalArgumentException if Ray would refuse it: more than one of {@code pip}, {@code
     *     uv} and {@code conda}, an image together with packages, a key of the wrong type; or a
     *     value is not a JSON value
     */
    public RuntimeEnv build() {
      RuntimeEnv env = new RuntimeEnv(fields);
      EnvRules.check(env.asMap());
      return env;
    }

    private Builder config(String key, Object value) {
      Map<String, Object> config = new LinkedHashMap<>();
      if (fields.get("config") instanceof Map<?, ?> before) {
        before.forEach((name, old) -> config.put(String.valueOf(name), old));
      }
      config.put(key, value);
      return put("config", config);
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
