package io.rayauth.internal.pack;

import io.rayauth.internal.pack.TreeEntry.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/**
 * Reads a folder once: hashes everything and hands it on. A folder is read at least twice, to name
 * it and to pack it, and both times by this, so that the hashes of both tell whether it changed.
 */
final class FolderReading implements TreeVisitor {
  /** Gets what is read. */
  interface Sink {
    /** Gets a path and, of a file, its first bytes; all bytes follow in {@link #content}. */
    void begin(TreeEntry entry, byte[] beginning, int length) throws IOException;

    void content(byte[] buffer, int length) throws IOException;

    void end(TreeEntry entry, long size) throws IOException;

    default void leftOut(String path, String source, IgnorePattern rule) {}

    default void note(String text) {}
  }

  private final PackageHash hash = new PackageHash();
  private final byte[] buffer = new byte[64 * 1024];
  private final Sink sink;

  private FolderReading(Sink sink) {
    this.sink = sink;
  }

  /**
   * Reads a folder and returns its hash.
   *
   * @throws FolderChangedException if something is gone that was there a moment ago
   * @throws ClosedByInterruptException if the thread was interrupted
   * @throws IllegalArgumentException if something cannot be read or packed
   */
  static PackageHash of(FolderWalk folder, Sink sink) throws IOException {
    FolderReading reading = new FolderReading(sink);
    try {
      folder.walk(reading);
    } catch (NoSuchFileException e) {
      throw new FolderChangedException(e.getFile() + " is gone", e);
    } catch (NotDirectoryException e) {
      throw new FolderChangedException(e.getFile() + " was a folder a moment ago", e);
    } catch (FileSystemException e) {
      throw unreadable(e.getFile(), e);
    }
    return reading.hash;
  }

  @Override
  public void visit(TreeEntry entry) throws IOException {
    hash.begin(entry.path());
    if (entry.kind() == Kind.FILE) {
      read(entry);
    } else {
      sink.begin(entry, buffer, 0);
      sink.end(entry, 0);
    }
    hash.end();
  }

  @Override
  public void leftOut(String path, String source, IgnorePattern rule) {
    sink.leftOut(path, source, rule);
  }

  @Override
  public void note(String text) {
    sink.note(text);
  }

  private void read(TreeEntry entry) throws IOException {
    long size = 0;
    try (InputStream in = Files.newInputStream(entry.file())) {
      int length = next(in, entry.file());
      sink.begin(entry, buffer, length);
      while (length > 0) {
        hash.content(buffer, length);
        sink.content(buffer, length);
        size += length;
        length = length < buffer.length ? 0 : next(in, entry.file());
      }
    }
    sink.end(entry, size);
  }

  private int next(InputStream in, Path file) throws IOException {
    if (Thread.currentThread().isInterrupted()) {
      throw new ClosedByInterruptException(); // the JDK's own streams from files do not look
    }
    try {
      return in.readNBytes(buffer, 0, buffer.length);
    } catch (IOException e) {
      throw unreadable(file.toString(), e);
    }
  }

  private static IllegalArgumentException unreadable(String file, IOException cause) {
    String why = cause.getMessage();
    if (cause instanceof AccessDeniedException) {
      why = "access denied";
    } else if (cause instanceof FileSystemException failure && failure.getReason() != null) {
      why = failure.getReason();
    }
    return new IllegalArgumentException(
        file + " cannot be read (" + why + "), so it cannot be packed; exclude it or allow it",
        cause);
  }
}
