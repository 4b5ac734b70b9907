package io.rayauth.internal.pack;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells local paths from URIs, and refuses URIs that no node could use. */
final class RemoteUri {
  private static final Pattern SCHEME = Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*)://.*");

  /** {@code Protocol} of {@code runtime_env_uri.py}. */
  private static final Set<String> FETCHED =
      Set.of("gcs", "http", "https", "s3", "gs", "azure", "abfss", "file");

  private static final Set<String> INSTALLED = Set.of("conda", "pip", "uv");
  private static final String LOCAL = "local";

  private RemoteUri() {}

  /**
   * Checks a value as Ray's own client and the nodes would.
   *
   * @return false if it is a local path
   * @throws IllegalArgumentException if it is a URI that Ray does not take for this use
   */
  static boolean isRemote(String value, PackageUse use) {
    Matcher uri = SCHEME.matcher(value);
    if (!uri.matches()) {
      return false;
    }
    String scheme = uri.group(1).toLowerCase(Locale.ROOT);
    if (scheme.equals(LOCAL)) {
      checkLocal(value, use);
    } else if (FETCHED.contains(scheme)) {
      String shown = withoutQuery(value);
      if (!use.takes(shown)) {
        throw new IllegalArgumentException(
            "Only %s files are supported for %s URIs; got %s."
                .formatted(String.join(", ", use.extensions()), use.key(), shown));
      }
    } else if (!INSTALLED.contains(scheme)) {
      throw new IllegalArgumentException(
          "%s of the runtime env is %s, and Ray knows no protocol '%s'; use one of gcs, http, https, s3, gs, azure, abfss, file, local, or a path on this machine"
              .formatted(use.key(), withoutQuery(value), scheme));
    }
    return true;
  }

  private static void checkLocal(String value, PackageUse use) {
    String path = value.substring(LOCAL.length() + 3);
    if (!path.startsWith("/") && !path.matches("[a-zA-Z]:[\\\\/].*")) {
      throw new IllegalArgumentException(
          "%s of the runtime env is %s, whose path is not absolute; write local:///path/on/every/node"
              .formatted(use.key(), value));
    }
    if (PackageUse.PY_MODULES.takes(path) || PackageUse.WORKING_DIR.takes(path)) {
      throw new IllegalArgumentException(
          "%s of the runtime env is %s, an archive; local:// names a directory, which is never unpacked"
              .formatted(use.key(), value));
    }
  }

  /** A query can be a signature, which is nothing to show. */
  private static String withoutQuery(String value) {
    int query = value.indexOf('?');
    return query < 0 ? value : value.substring(0, query);
  }
}
