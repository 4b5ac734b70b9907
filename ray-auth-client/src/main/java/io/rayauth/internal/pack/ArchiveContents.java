package io.rayauth.internal.pack;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** Collects what the names in an archive tell; only zips, wheels and jars are looked into. */
final class ArchiveContents {
  /** The node's own word for the folder that macOS adds ({@code packaging.py}). */
  private static final String MAC_OS_FOLDER = "__MACOSX";

  private final Contents report = new Contents();
  private @Nullable String onlyFolder;
  private boolean severalOnTop;

  /** Looks into an archive. */
  static ArchiveContents of(Path file, String extension) throws IOException {
    ArchiveContents contents = new ArchiveContents();
    if (extension.startsWith(".tar")) {
      return contents;
    }
    try {
      ZipNames.read(file, contents::add);
    } catch (ZipException | EOFException e) {
      contents.severalOnTop = true;
      contents.report.note(
          "is no zip that can be read ("
              + e.getMessage()
              + "), so nobody has looked whether secrets are in it");
    }
    return contents;
  }

  /** Returns what there is to tell people. */
  Contents report() {
    return report;
  }

  /** Returns the folder that everything else is in, if it is known that there is one. */
  @Nullable String onlyFolder() {
    return severalOnTop ? null : onlyFolder;
  }

  private void add(String name) {
    if (SecretLookingFiles.byPath(name)) {
      report.looksSecret(name);
    }
    int slash = name.indexOf('/');
    String top = slash < 0 ? "" : name.substring(0, slash);
    if (top.equals(MAC_OS_FOLDER)) {
      return;
    }
    severalOnTop |= top.isEmpty() || (onlyFolder != null && !onlyFolder.equals(top));
    onlyFolder = top;
  }
}
