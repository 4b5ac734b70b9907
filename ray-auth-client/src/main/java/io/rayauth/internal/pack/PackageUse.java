package io.rayauth.internal.pack;

import java.util.List;

/**
 * Is a key of the runtime env that names packages, and what Ray takes there ({@code
 * runtime_env_package.py}).
 */
public enum PackageUse {
  WORKING_DIR("working_dir", "a working directory", ".zip .tar.gz .tgz .tar.xz"),
  PY_MODULES("py_modules", "a Python module", ".zip .whl .tar.gz .tgz .tar.xz"),
  JAVA_JARS("java_jars", "a jar", ".jar .zip");

  private final String key;
  private final String words;
  private final String extensions;

  PackageUse(String key, String words, String extensions) {
    this.key = key;
    this.words = words;
    this.extensions = extensions;
  }

  /** Returns the key. */
  public String key() {
    return key;
  }

  String words() {
    return words;
  }

  List<String> extensions() {
    return List.of(extensions.split(" "));
  }

  boolean takes(String name) {
    return extensions().stream().anyMatch(name::endsWith);
  }
}
