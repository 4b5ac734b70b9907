package io.rayauth.proxy.internal.guard;

import io.rayauth.proxy.internal.page.Refusal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Refuses paths that two servers could take for different ones. Nothing is rewritten, so that what
 * the rules have seen is what the cluster gets; a browser never sends what is refused here.
 */
final class PathRules {
  private static final Refusal AMBIGUOUS =
      new Refusal(
          400,
          "ambiguous path",
          "This address can be read in two ways",
          "It has an empty, a dot or a parameter segment, or encodes what should stand for itself."
              + " Begin at / and follow the links.");

  private PathRules() {}

  /** Checks the path of a request as it was sent, without its query. */
  static void check(String path) throws Refused {
    String[] segments = path.substring(1).split("/", -1);
    for (int i = 0; i < segments.length; i++) {
      boolean isEmptyInside = segments[i].isEmpty() && i < segments.length - 1;
      if (isEmptyInside || segments[i].equals(".") || segments[i].equals("..")) {
        throw new Refused(AMBIGUOUS);
      }
    }
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c <= ' ' || c > '~' || c == ';' || c == '\\' || c == '#') {
        throw new Refused(AMBIGUOUS);
      }
    }
    if (path.indexOf('%') >= 0) {
      checkEncoded(path);
    }
  }

  private static void checkEncoded(String path) throws Refused {
    ByteBuffer decoded = ByteBuffer.allocate(path.length());
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '%') {
        byte octet = octet(path, i);
        boolean isDoubled = octet == '%' && isOctet(path, i + 3);
        if (isDoubled || (octet >= 0 && octet < ' ') || "/\\.;\u007f".indexOf(octet) >= 0) {
          throw new Refused(AMBIGUOUS);
        }
        decoded.put(octet);
        i += 2;
      } else {
        decoded.put((byte) c);
      }
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(decoded.flip()); // reports overlong forms
    } catch (CharacterCodingException e) {
      throw new Refused(AMBIGUOUS);
    }
  }

  private static byte octet(String path, int percent) throws Refused {
    if (!isOctet(path, percent + 1)) {
      throw new Refused(AMBIGUOUS);
    }
    return (byte) HexFormat.fromHexDigits(path, percent + 1, percent + 3);
  }

  private static boolean isOctet(String path, int at) {
    return at + 2 <= path.length()
        && HexFormat.isHexDigit(path.charAt(at))
        && HexFormat.isHexDigit(path.charAt(at + 1));
  }
}
