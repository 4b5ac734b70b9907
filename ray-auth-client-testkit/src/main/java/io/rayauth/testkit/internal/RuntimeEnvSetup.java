package io.rayauth.testkit.internal;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Prepares what a runtime_env asks for: the working directory, modules and variables. Python
 * packages (pip, uv, conda) are taken as installed.
 */
final class RuntimeEnvSetup implements AutoCloseable {
  private static final String GCS = "gcs://";
  private static final String LOCAL = "local://";
  private static final List<String> ARCHIVES = List.of(".zip", ".tar.gz", ".tgz", ".tar.xz");
  private static final List<String> REMOTE =
      List.of("http://", "https://", "s3://", "gs://", "azure://", "abfss://", "file://");

  private final SubmitRequest request;
  private final PackageStore packages;
  private final Path folder;
  private final List<String> used = new ArrayList<>();
  private final List<String> pythonPath = new ArrayList<>();
  private final Map<String, String> variables = new LinkedHashMap<>();
  private Path directory;

  RuntimeEnvSetup(SubmitRequest request, PackageStore packages, Path folder) {
    this.request = request;
    this.packages = packages;
    this.folder = folder;
    this.directory = folder;
  }

  /** The variables of a runtime_env; those that are no text are left out. */
  static Map<String, String> variables(@Nullable Map<String, Object> env) {
    Map<String, String> variables = new LinkedHashMap<>();
    if (env != null && env.get("env_vars") instanceof Map<?, ?> given) {
      given.forEach((name, value) -> {
        if (value instanceof String text) {
          variables.put(String.valueOf(name), text);
        }
      });
    }
    return variables;
  }

  /** Checks and unpacks everything. */
  void prepare() throws RuntimeEnvFailure, IOException {
    Map<String, Object> env = request.runtimeEnv() == null ? Map.of() : request.runtimeEnv();
    checkResources();
    checkVariables(env.get("env_vars"));
    Object workingDir = env.get("working_dir");
    if (workingDir instanceof String uri) {
      checkWorkingDir(uri);
    }
    if (env.containsKey("pip") && env.containsKey("conda")) {
      throw startFailure(
          "The 'pip' field and 'conda' field of runtime_env cannot be specified at the same time.");
    }
    if (workingDir instanceof String uri) {
      directory = unpacked(uri, "working_dir");
      pythonPath.add(directory.toString());
    }
    if (env.get("py_modules") instanceof List<?> modules) {
      for (int i = 0; i < modules.size(); i++) {
        pythonPath.add(unpacked(String.valueOf(modules.get(i)), "py_module_" + i).toString());
      }
    }
    if (!pythonPath.isEmpty()) {
      variables.put("PYTHONPATH", String.join(File.pathSeparator, pythonPath));
    }
    variables.putAll(variables(request.runtimeEnv()));
  }

  private void checkResources() throws RuntimeEnvFailure {
    Map<String, Number> amounts = new LinkedHashMap<>();
    amounts.put("num_cpus", request.cpus());
    amounts.put("num_gpus", request.gpus());
    amounts.put("memory", request.memory());
    for (Map.Entry<String, Number> amount : amounts.entrySet()) {
      if (amount.getValue().doubleValue() < 0) {
        throw startFailure("The quantity of resource " + amount.getKey() + " cannot be negative");
      }
    }
    if (request.resources().containsKey("CPU") || request.resources().containsKey("GPU")) {
      throw startFailure(
          "Use the 'num_cpus' and 'num_gpus' keyword instead of 'CPU' and 'GPU' in 'resources'"
              + " keyword");
    }
  }

  private void checkVariables(@Nullable Object given) throws RuntimeEnvFailure {
    if (given instanceof Map<?, ?> map) {
      for (Object value : map.values()) {
        if (!(value instanceof String)) {
          throw RuntimeEnvFailure.start(
              RayTexts.of(
                  "failed-env-vars",
                  "id",
                  request.id(),
                  "error",
                  "runtime_env['env_vars'] must be of type Dict[str, str], but the value "
                      + PythonJson.text(value)
                      + " is of type "
                      + SubmitRequest.pythonType(value)));
        }
      }
    }
  }

  private void checkWorkingDir(String uri) throws RuntimeEnvFailure {
    boolean isRemote = REMOTE.stream().anyMatch(uri::startsWith);
    if (!uri.startsWith(GCS) && !uri.startsWith(LOCAL) && !isRemote) {
      throw RuntimeEnvFailure.start(
          RayTexts.of("failed-local-path", "id", request.id(), "path", uri));
    }
    int query = uri.indexOf('?');
    String path = query < 0 ? uri : uri.substring(0, query);
    if (!uri.startsWith(LOCAL) && ARCHIVES.stream().noneMatch(path::endsWith)) {
      throw startFailure(
          "Only .zip, .tar.gz, .tgz, .tar.xz files are supported for working_dir URIs; got "
              + path
              + ".");
    }
  }

  private RuntimeEnvFailure startFailure(String error) {
    return RuntimeEnvFailure.start(
        RayTexts.of("failed-options", "id", request.id(), "error", error));
  }

  private Path unpacked(String uri, String name) throws RuntimeEnvFailure, IOException {
    if (uri.startsWith(LOCAL)) {
      return Path.of(uri.substring(LOCAL.length()));
    }
    String key = uri.startsWith(GCS) ? uri.substring(GCS.length()) : "";
    Optional<Path> archive = key.isEmpty() ? Optional.empty() : packages.use(key);
    if (archive.isEmpty()) {
      throw RuntimeEnvFailure.setup(RayTexts.of("failed-missing-package", "uri", uri));
    }
    used.add(key);
    Path target = folder.resolve(name);
    try {
      Archive.unpack(archive.get(), key, target);
    } catch (ZipException notAnArchive) {
      throw RuntimeEnvFailure.setup(RayTexts.of("failed-bad-zip"));
    }
    return target;
  }

  Path directory() {
    return Files.isDirectory(directory) ? directory : folder;
  }

  Map<String, String> variables() {
    return variables;
  }

  /** Gives the packages back. */
  @Override
  public void close() {
    used.forEach(packages::release);
  }
}
