package io.rayauth.internal.token;

import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenUnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Reads the token from a file, every time it is asked.
 *
 * <p>Comparing size and time first would save some 20 µs a minute under the cache and miss a token
 * of the same length that was written within one tick of the file system's clock. Opening the path
 * anew also follows the symlinks that the kubelet swaps when it rotates a projected token.
 */
public final class FileTokenProvider implements ChangingTokenProvider {
  private static final System.Logger LOG = System.getLogger(FileTokenProvider.class.getName());

  /** The longest token has 8,179 characters; the rest is room for lines that do not count. */
  private static final int LARGEST = 65_536;

  private final Path path;
  private final Content content;
  private final AtomicBoolean permissionsSeen = new AtomicBoolean();

  /** Says which part of a file is the token. */
  public enum Content {
    /** All of it, blanks at both ends cut off; a second line is an error. */
    WHOLE_FILE,
    /** The first line, blanks at both ends cut off; this is how Ray reads. */
    FIRST_LINE
  }

  /** Creates a provider; does not touch the file. */
  public FileTokenProvider(Path path, Content content) {
    this.path = path;
    this.content = content;
  }

  @Override
  public AccessToken token() {
    return read()
        .orElseThrow(() ->
            broken(content == Content.FIRST_LINE ? "has no token in its first line" : "is empty"));
  }

  /**
   * Reads the file.
   *
   * @return empty if there is no token in it
   * @throws TokenUnavailableException if there is no such file (absent) or it cannot be used
   */
  Optional<AccessToken> read() {
    String text = text();
    warnOnceIfOthersCanRead();
    if (content == Content.FIRST_LINE) {
      int end = text.indexOf('\n');
      text = end < 0 ? text : text.substring(0, end);
    }
    String value = Blanks.trim(text);
    try {
      return value.isEmpty() ? Optional.empty() : Optional.of(Jwt.token(value));
    } catch (IllegalArgumentException e) {
      throw TokenUnavailableException.broken(
          "the token file " + path + " holds no usable token: " + e.getMessage(), e);
    }
  }

  @Override
  public Optional<Duration> recheckAfter() {
    return Optional.of(FILE_RECHECK);
  }

  @Override
  public String toString() {
    return "token file " + path;
  }

  private String text() {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(LARGEST + 1);
    } catch (NoSuchFileException e) {
      throw TokenUnavailableException.absent(
          "the token file "
              + path
              + " does not exist"
              + (path.startsWith("~") ? " (~ is not expanded)" : ""));
    } catch (AccessDeniedException e) {
      throw TokenUnavailableException.broken(
          "the token file " + path + " may not be read by this process", e);
    } catch (IOException e) {
      throw Files.isDirectory(path)
          ? broken("is a directory")
          : TokenUnavailableException.broken("the token file " + path + " cannot be read", e);
    }
    if (bytes.length > LARGEST) {
      throw broken("has more than %,d bytes; is it really a token?".formatted(LARGEST));
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private TokenUnavailableException broken(String why) {
    return TokenUnavailableException.broken("the token file " + path + " " + why);
  }

  /**
   * A projected volume is left out: the kubelet gives such files mode 0644 by default and only the
   * pod's own containers see them.
   */
  private void warnOnceIfOthersCanRead() {
    if (permissionsSeen.getAndSet(true) || Files.isSymbolicLink(path.resolveSibling("..data"))) {
      return;
    }
    PosixFileAttributeView posix = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    if (posix == null) {
      return; // Windows
    }
    try {
      Set<PosixFilePermission> permissions = posix.readAttributes().permissions();
      if (permissions.contains(PosixFilePermission.GROUP_READ)
          || permissions.contains(PosixFilePermission.OTHERS_READ)) {
        LOG.log(
            Level.WARNING,
            "The token file {0} can be read by other users; chmod 600 would change that.",
            path);
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, () -> "The permissions of " + path + " cannot be read: " + e);
    }
  }
}
