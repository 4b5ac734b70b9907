package io.rayauth.internal.pack;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Reads names as the UTF-8 that is on the disk, whatever encoding the JVM takes it for. */
final class FileNames {
  private FileNames() {}

  /**
   * Returns the last name of a path.
   *
   * @throws IllegalArgumentException if its bytes are not UTF-8
   */
  static String of(Path file) {
    String decoded = String.valueOf(file.getFileName());
    if (decoded.chars().allMatch(c -> c < 128)) {
      return decoded;
    }
    // A JVM under LANG=C takes these bytes for ASCII, but keeps them: the URI shows each of them.
    String uri = file.toUri().getRawPath();
    String trimmed = uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
    byte[] bytes = unescaped(trimmed.substring(trimmed.lastIndexOf('/') + 1));
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          file
              + " has a name that is not UTF-8, which Ray cannot pack; rename it, or exclude the folder it is in",
          e);
    }
  }

  private static byte[] unescaped(String segment) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(segment.length());
    for (int i = 0; i < segment.length(); i++) {
      if (segment.charAt(i) == '%') {
        bytes.write(Integer.parseInt(segment, i + 1, i + 3, 16));
        i += 2;
      } else {
        bytes.write(segment.charAt(i));
      }
    }
    return bytes.toByteArray();
  }
}
