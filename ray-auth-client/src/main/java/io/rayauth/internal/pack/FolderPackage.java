package io.rayauth.internal.pack;

import static java.util.Objects.requireNonNull;

import io.rayauth.error.PackageException;
import io.rayauth.internal.pack.TreeEntry.Kind;
import io.rayauth.job.PackageReport;
import io.rayauth.job.PackageUri;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Is a folder, or a single module file, that is zipped when the cluster does not have it.
 *
 * <p>Neither the folder nor the zip is ever held in memory: the zip is written to a temporary file
 * that only its owner can read.
 */
final class FolderPackage implements LocalPackage {
  /** Nodes take a single top folder away from what they fetch from elsewhere, so there is one. */
  private static final String OUTER_FOLDER = "package/";

  private final FolderWalk folder;
  private final String top;
  private final PackageUri content;
  private final PackageUri uri;
  private final Contents contents;

  private FolderPackage(
      FolderWalk folder, String top, PackageUri content, PackageUri uri, Contents contents) {
    this.folder = folder;
    this.top = top;
    this.content = content;
    this.uri = uri;
    this.contents = contents;
  }

  /**
   * Reads and names a folder.
   *
   * @param top the folder in the zip that all is put into, with a slash at its end; empty for none
   */
  static FolderPackage read(FolderWalk folder, String top) throws IOException {
    Contents contents = new Contents();
    PackageUri uri = FolderReading.of(folder, new Listing(contents)).uri();
    return new FolderPackage(folder, top, uri, uri, contents);
  }

  @Override
  public Path source() {
    return folder.root();
  }

  @Override
  public PackageUri uri() {
    return uri;
  }

  /** Returns what decides how a package of this name is laid out: two must not differ. */
  String layout() {
    return top;
  }

  @Override
  public FolderPackage forStore() {
    return new FolderPackage(folder, OUTER_FOLDER + top, content, uri, contents);
  }

  @Override
  public String nameInStore() {
    return nameFor(OUTER_FOLDER + top).name();
  }

  /** Returns the same under a name that tells how it is laid out, which Ray's does not. */
  FolderPackage withANameOfItsOwn() {
    return new FolderPackage(folder, top, content, nameFor(top), contents);
  }

  private PackageUri nameFor(String layout) {
    PackageHash hash = new PackageHash();
    hash.begin(layout);
    hash.end();
    String mark = hash.uri().name().replace("_ray_pkg_", "_in_").replace(".zip", "");
    return new PackageUri(content.value().replace(".zip", mark + ".zip"));
  }

  @Override
  public long bytes() {
    return contents.bytes();
  }

  @Override
  public PackageReport.Builder report() {
    PackageReport.Builder report = PackageReport.of(folder.root(), uri.value());
    contents.describeIn(report);
    return report;
  }

  @Override
  public FolderPackage readAgain() throws IOException {
    return read(folder, top);
  }

  @Override
  public SealedPackage seal(long limit) throws IOException {
    Path file = temporaryFile();
    try {
      long size = zip(file, limit);
      return new SealedPackage(file, size, SealedPackage.Ownership.OURS);
    } catch (IOException | RuntimeException | Error e) {
      new SealedPackage(file, 0, SealedPackage.Ownership.OURS).close();
      throw e;
    }
  }

  private long zip(Path file, long limit) throws IOException {
    try (ZipWriter zip = new ZipWriter(file)) {
      PackageUri packed = FolderReading.of(folder, new Zipping(zip, limit)).uri();
      if (!packed.equals(content)) {
        throw new FolderChangedException(
            folder.root() + " is not what it was when it was read", null);
      }
      zip.finish();
      checkSize(zip.size(), limit);
      return zip.size();
    }
  }

  private void checkSize(long size, long limit) {
    if (size > limit) {
      throw new TooLargeException(
          "%s makes a package of more than the %,d bytes that the dashboard takes (%,d bytes before they are compressed). The largest files: %s. Left out: %s. Exclude what the job does not need, put it where the cluster can fetch it (s3://, gs://, https://), or give the client a packageStore(…)"
              .formatted(
                  folder.root(),
                  limit,
                  contents.bytes(),
                  contents.largest(),
                  contents.exclusions().isEmpty() ? "nothing" : contents.exclusions()));
    }
  }

  private static Path temporaryFile() {
    try {
      return Files.createTempFile("ray-package-", ".zip");
    } catch (IOException e) {
      throw new PackageException(
          "no temporary file for a package: " + e.getMessage() + "; is java.io.tmpdir writable?",
          e);
    }
  }

  /** Keeps account. */
  private record Listing(Contents contents) implements FolderReading.Sink {
    @Override
    public void begin(TreeEntry entry, byte[] beginning, int length) {
      boolean secret =
          entry.kind() == Kind.FILE
              && (SecretLookingFiles.byPath(entry.path())
                  || SecretLookingFiles.byContent(entry.path(), beginning, length));
      if (secret) {
        contents.looksSecret(entry.path());
      }
    }

    @Override
    public void content(byte[] buffer, int length) {}

    @Override
    public void end(TreeEntry entry, long size) {
      contents.add(entry, size);
    }

    @Override
    public void leftOut(String path, String source, IgnorePattern rule) {
      contents.leftOut(path, source, rule);
    }

    @Override
    public void note(String text) {
      contents.note(text);
    }
  }

  /** Packs, and stops when the package gets too large. */
  private final class Zipping implements FolderReading.Sink {
    private final ZipWriter zip;
    private final long limit;
    private ZipWriter.@Nullable OpenFile file;

    Zipping(ZipWriter zip, long limit) {
      this.zip = zip;
      this.limit = limit;
    }

    @Override
    public void begin(TreeEntry entry, byte[] beginning, int length) throws IOException {
      if (entry.kind() == Kind.FILE) {
        file = zip.file(top + entry.path(), entry.mode(), entry.size(), beginning, length);
      } else if (entry.kind() == Kind.EMPTY_FOLDER) {
        zip.folder(nameOf(entry), entry.mode());
      }
    }

    @Override
    public void content(byte[] buffer, int length) throws IOException {
      requireNonNull(file).add(buffer, length);
      checkSize(zip.size(), limit);
    }

    @Override
    public void end(TreeEntry entry, long size) {
      if (entry.kind() == Kind.FILE) {
        requireNonNull(file).end();
      }
    }

    private String nameOf(TreeEntry folder) {
      if (!folder.path().isEmpty()) {
        return top + folder.path();
      }
      return top.isEmpty() ? "." : top.substring(0, top.length() - 1);
    }
  }
}
