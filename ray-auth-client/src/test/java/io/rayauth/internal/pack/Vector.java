package io.rayauth.internal.pack;

import io.rayauth.internal.pack.FolderWalk.GitignoreFiles;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * Is one case whose results Ray's own code computed; the files say of themselves what they hold.
 */
record Vector(JsonNode json) {
  private static final String FOLDER = "vectors";
  private static final ObjectMapper JSON = new ObjectMapper();

  static List<Vector> all() throws IOException, URISyntaxException {
    Path folder = Path.of(Objects.requireNonNull(Vector.class.getResource(FOLDER)).toURI());
    List<Vector> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        try (InputStream in = Files.newInputStream(file)) {
          all.add(new Vector(JSON.readTree(in)));
        }
      }
    }
    return all;
  }

  String kind() {
    return json.path("kind").asString();
  }

  String expectedUri() {
    return json.path("expected_uri").asString();
  }

  List<String> effectiveExcludes() {
    return strings("effective_excludes");
  }

  List<String> expectedHashedPaths() {
    return strings("expected_hashed_paths");
  }

  GitignoreFiles gitignoreFiles() {
    return json.path("include_gitignore").asBoolean()
        ? GitignoreFiles.HEEDED
        : GitignoreFiles.PASSED_OVER;
  }

  List<ZipListing.Entry> expectedZipEntries() {
    return nodes("expected_zip_entries")
        .map(entry ->
            new ZipListing.Entry(
                entry.path("name").asString(),
                entry.path("unix_mode").asString(),
                entry.path("size").asLong(),
                entry.path("sha1").isNull() ? null : entry.path("sha1").asString()))
        .toList();
  }

  /** Writes the folder, or the single file, below another and returns where. */
  Path writeBelow(Path parent) throws IOException {
    Path root = parent.resolve(json.path("root_name").asString());
    boolean single = kind().equals("archive") || kind().equals("py_file");
    if (!single) {
      Files.createDirectories(root);
    }
    for (JsonNode entry : nodes("entries").toList()) {
      Path file = single ? root : root.resolve(entry.path("path").asString());
      Files.createDirectories(file.getParent());
      switch (entry.path("type").asString()) {
        case "file" -> Files.write(file, content(entry));
        case "dir" -> Files.createDirectories(file);
        default -> Files.createSymbolicLink(file, Path.of(entry.path("target").asString()));
      }
      if (entry.has("mode")) {
        Files.setPosixFilePermissions(file, permissions(entry.path("mode").asString()));
      }
    }
    return root;
  }

  private static byte[] content(JsonNode entry) {
    if (entry.has("content_base64")) {
      return Base64.getDecoder().decode(entry.path("content_base64").asString());
    }
    JsonNode repeat = entry.path("content_repeat");
    String text =
        entry.has("content_repeat")
            ? repeat.path("text").asString().repeat(repeat.path("count").asInt())
            : entry.path("content").asString();
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Set<PosixFilePermission> permissions(String octal) {
    int mode = Integer.parseInt(octal, 8);
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    for (int i = 0; i < 9; i++) {
      if ((mode & (0400 >> i)) != 0) {
        permissions.add(PosixFilePermission.values()[i]);
      }
    }
    return permissions;
  }

  private List<String> strings(String key) {
    return nodes(key).map(JsonNode::asString).toList();
  }

  private Stream<JsonNode> nodes(String key) {
    return StreamSupport.stream(json.path(key).spliterator(), false);
  }

  @Override
  public String toString() {
    return json.path("name").asString();
  }
}
