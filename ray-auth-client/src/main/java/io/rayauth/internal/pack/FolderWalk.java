package io.rayauth.internal.pack;

import io.rayauth.internal.pack.TreeEntry.Kind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Goes through a folder as Ray's own client does ({@code _dir_travel} of {@code packaging.py}): by
 * the rules, through links, in the order of the names, which makes the packages the same each time.
 *
 * <p>Nothing but folders within loops of links is remembered of what was passed, so a folder of any
 * size takes the memory of its largest single folder's list of names. Thread-safe: each walk has
 * its own state.
 *
 * @param root a folder or a single file, absolute
 * @param excludes patterns that hold for the whole of it
 * @param gitignoreFiles whether {@code .gitignore} files count; {@code .rayignore} files always do
 */
record FolderWalk(Path root, List<String> excludes, GitignoreFiles gitignoreFiles) {
  /** Whether {@code .gitignore} files count. */
  enum GitignoreFiles {
    HEEDED,
    PASSED_OVER
  }

  private static final PosixFilePermission[] FROM_HIGHEST_BIT = PosixFilePermission.values();

  /**
   * A link to a folder above it is walked until the system refuses to follow more links (40 on
   * Linux), as Ray does, so one such link makes 41 passes. Links that lead into each other multiply
   * them: two of them make 2^40, and Ray's own client does not come to an end.
   */
  private static final int MOST_PASSES = 100;

  /**
   * Walks.
   *
   * @throws IllegalArgumentException if something in the folder cannot be packed, with its path and
   *     what to do
   */
  void walk(TreeVisitor visitor) throws IOException {
    new Walk(visitor).start();
  }

  private final class Walk {
    private final TreeVisitor visitor;
    private final List<IgnoreRules> rules = new ArrayList<>();
    private final Deque<Object> foldersAbove = new ArrayDeque<>();
    private final Path realRoot;
    private final Map<Object, Integer> passes = new HashMap<>();
    private int loopsAbove;

    Walk(TreeVisitor visitor) throws IOException {
      this.visitor = visitor;
      this.realRoot = root.toRealPath();
    }

    void start() throws IOException {
      if (Files.isRegularFile(root)) {
        visitor.visit(entry(FileNames.of(root), root, Kind.FILE, attributes(root)));
        return;
      }
      rules.add(IgnoreRules.ofExcludes(excludes));
      visit("", root);
    }

    private void visit(String path, Path file) throws IOException {
      if (isLeftOut(path)) {
        return;
      }
      BasicFileAttributes attributes = lookAt(path, file);
      if (attributes == null) {
        visitor.visit(new TreeEntry(path, file, Kind.DANGLING_LINK, 0, 0));
      } else if (attributes.isDirectory()) {
        visitFolder(path, file, attributes);
      } else if (attributes.isRegularFile()) {
        visitor.visit(entry(path, file, Kind.FILE, attributes));
      } else {
        throw new IllegalArgumentException(
            file
                + " is a pipe, a socket or a device, which cannot be packed; remove it or exclude '/"
                + path
                + "'");
      }
    }

    private void visitFolder(String path, Path folder, BasicFileAttributes attributes)
        throws IOException {
      int before = rules.size();
      if (gitignoreFiles == GitignoreFiles.HEEDED) {
        addIgnoreFile(path, folder, ".gitignore");
      }
      addIgnoreFile(path, folder, ".rayignore");
      if (rules.size() == before || !isLeftOut(path)) {
        Object fileKey = attributes.fileKey();
        Object key = fileKey == null ? folder : fileKey;
        boolean loop = foldersAbove.contains(key);
        if (loop && loopsAbove == 0) {
          visitor.note(
              path
                  + " is a link to a folder above it: everything in between is packed again and again, up to 40 times. Exclude it");
        }
        loopsAbove += loop ? 1 : 0;
        if (loopsAbove > 0) {
          countPass(path, key);
        }
        foldersAbove.push(key);
        visitChildren(path, folder, attributes);
        foldersAbove.pop();
        loopsAbove -= loop ? 1 : 0;
      }
      rules.subList(before, rules.size()).clear();
    }

    private void countPass(String path, Object folder) {
      if (passes.merge(folder, 1, Integer::sum) > MOST_PASSES) {
        throw new IllegalArgumentException(
            "%s holds links to folders above them that lead into each other, so that one folder is in it more than %d times, at last as '/%s'. Ray's own client would go on for ever; exclude one of the links"
                .formatted(root, MOST_PASSES, path));
      }
    }

    private void visitChildren(String path, Path folder, BasicFileAttributes attributes)
        throws IOException {
      SortedMap<String, Path> children = children(folder);
      visitor.visit(
          entry(path, folder, children.isEmpty() ? Kind.EMPTY_FOLDER : Kind.FOLDER, attributes));
      for (var child : children.entrySet()) {
        visit(path.isEmpty() ? child.getKey() : path + "/" + child.getKey(), child.getValue());
      }
    }

    private SortedMap<String, Path> children(Path folder) throws IOException {
      SortedMap<String, Path> children = new TreeMap<>();
      try (DirectoryStream<Path> list = Files.newDirectoryStream(folder)) {
        for (Path child : list) {
          children.put(FileNames.of(child), child);
        }
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
      return children;
    }

    private boolean isLeftOut(String path) {
      for (IgnoreRules set : rules) {
        Optional<IgnorePattern> rule = set.match(path);
        if (rule.isPresent()) {
          visitor.leftOut(path, set.source(), rule.get());
          return true;
        }
      }
      return false;
    }

    private void addIgnoreFile(String path, Path folder, String name) throws IOException {
      Path file = folder.resolve(name);
      if (Files.isRegularFile(file)) {
        rules.add(IgnoreRules.ofFile(file, path.isEmpty() ? name : path + "/" + name, path));
      }
    }

    /** Returns null if it is a link that leads nowhere. */
    private @Nullable BasicFileAttributes lookAt(String path, Path file) throws IOException {
      BasicFileAttributes own = attributes(file, LinkOption.NOFOLLOW_LINKS);
      if (!own.isSymbolicLink()) {
        return own;
      }
      BasicFileAttributes followed;
      try {
        followed = attributes(file);
      } catch (AccessDeniedException e) {
        throw e;
      } catch (FileSystemException e) {
        // No such file, not a folder, links that lead to each other: not all have a class.
        visitor.note(path + " is a link that leads nowhere; it is not packed");
        return null;
      }
      if (loopsAbove == 0 && !file.toRealPath().startsWith(realRoot)) {
        visitor.note(path + " is a link that leads out of the folder; what it points to is packed");
      }
      return followed;
    }
  }

  private static BasicFileAttributes attributes(Path file, LinkOption... options)
      throws IOException {
    Class<? extends BasicFileAttributes> known =
        file.getFileSystem().supportedFileAttributeViews().contains("posix")
            ? PosixFileAttributes.class
            : BasicFileAttributes.class;
    return Files.readAttributes(file, known, options);
  }

  private static TreeEntry entry(
      String path, Path file, Kind kind, BasicFileAttributes attributes) {
    return new TreeEntry(
        path, file, kind, kind == Kind.FILE ? attributes.size() : 0, mode(attributes));
  }

  private static int mode(BasicFileAttributes attributes) {
    if (!(attributes instanceof PosixFileAttributes posix)) {
      return attributes.isDirectory() ? 0755 : 0644;
    }
    int mode = 0;
    for (int i = 0; i < FROM_HIGHEST_BIT.length; i++) {
      mode |= posix.permissions().contains(FROM_HIGHEST_BIT[i]) ? 0400 >> i : 0;
    }
    return mode;
  }
}
