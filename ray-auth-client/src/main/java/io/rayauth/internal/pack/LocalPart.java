package io.rayauth.internal.pack;

import io.rayauth.job.JobSpec;
import io.rayauth.job.RuntimeEnv;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Is one path of this machine that a runtime env names, and where it names it.
 *
 * @param use the key
 * @param index the place in the key's list; 0 for {@code working_dir}, which is no list
 * @param path as given
 * @param excludes those of the runtime env
 */
record LocalPart(PackageUse use, int index, Path path, List<String> excludes) {

  /**
   * Finds all of them.
   *
   * @throws IllegalArgumentException if a value is neither a path nor a URI that Ray takes
   */
  static List<LocalPart> in(JobSpec spec) {
    Map<String, @Nullable Object> env = spec.runtimeEnv().asMap();
    List<String> excludes = strings(env.get("excludes"));
    List<LocalPart> parts = new ArrayList<>();
    if (spec.workingDir().isPresent()) {
      parts.add(
          new LocalPart(PackageUse.WORKING_DIR, 0, spec.workingDir().orElseThrow(), excludes));
    } else if (env.get("working_dir") != null) {
      String workingDir = String.valueOf(env.get("working_dir"));
      addIfLocal(parts, PackageUse.WORKING_DIR, 0, workingDir, excludes);
    }
    for (PackageUse use : List.of(PackageUse.PY_MODULES, PackageUse.JAVA_JARS)) {
      List<String> values = strings(env.get(use.key()));
      for (int i = 0; i < values.size(); i++) {
        addIfLocal(parts, use, i, values.get(i), excludes);
      }
    }
    return parts;
  }

  private static void addIfLocal(
      List<LocalPart> parts, PackageUse use, int index, String value, List<String> excludes) {
    if (value.isBlank()) {
      throw new IllegalArgumentException(use.key() + " of the runtime env is empty");
    }
    if (!RemoteUri.isRemote(value, use)) {
      parts.add(new LocalPart(use, index, Path.of(value), excludes));
    }
  }

  /** The spec has checked that it is a list of strings. */
  private static List<String> strings(@Nullable Object value) {
    List<String> strings = new ArrayList<>();
    if (value instanceof List<?> list) {
      list.forEach(item -> strings.add(String.valueOf(item)));
    }
    return strings;
  }

  /**
   * Reads and names what is there.
   *
   * @throws IllegalArgumentException if it cannot be used
   */
  LocalPackage read(PackageSettings settings) throws IOException {
    boolean folder = Files.isDirectory(path) && use != PackageUse.JAVA_JARS;
    boolean module = use == PackageUse.PY_MODULES && FileNames.of(path).endsWith(".py");
    if (!folder && !(module && Files.isRegularFile(path))) {
      return Archive.of(path).checkedFor(use);
    }
    List<String> all = new ArrayList<>();
    if (use == PackageUse.WORKING_DIR) {
      all.addAll(settings.defaultExcludes());
    }
    all.addAll(excludes);
    Path root = root(path.toAbsolutePath());
    FolderWalk walk = new FolderWalk(root, all, settings.gitignoreFiles());
    return FolderPackage.read(walk, folder && use == PackageUse.PY_MODULES ? top(root) : "");
  }

  /**
   * Takes dots out of a path. Two of them may follow a link, so the system says where they lead.
   */
  private static Path root(Path absolute) throws IOException {
    if (absolute.endsWith("..")) {
      return absolute.toRealPath();
    }
    Path parent = absolute.getParent();
    Path name = absolute.getFileName();
    return parent == null || name == null ? absolute : root(parent).resolve(name).normalize();
  }

  /** Ray packs a module with the name of its folder, which is the name of the import. */
  private static String top(Path root) {
    if (root.getFileName() == null) {
      throw new IllegalArgumentException(
          root + " has no name to import it by, so it cannot be a Python module");
    }
    return FileNames.of(root) + "/";
  }

  /** Returns the runtime env with a URI in place of the path. */
  RuntimeEnv replacedIn(RuntimeEnv env, String uri) {
    if (use == PackageUse.WORKING_DIR) {
      return env.with(use.key(), uri);
    }
    List<String> values = strings(env.asMap().get(use.key()));
    values.set(index, uri);
    return env.with(use.key(), values);
  }
}
