package io.rayauth.job;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Tells what became of one local path that a job needed: what is in its package, what was left out
 * and why, where it is and how long that took.
 *
 * <p>Immutable and thread-safe. Comes from {@link Submission#packages()}, and, before anything is
 * sent, through {@code RayClientListener.onPackageRead}.
 */
public final class PackageReport {

  /** Says where a package is. */
  public enum Outcome {
    /** Only read so far. */
    READ,
    /** The cluster had it, whoever uploaded it. */
    ALREADY_THERE,
    /** Uploaded to the cluster by this call. */
    UPLOADED,
    /** In the {@link PackageStore}, as the dashboard does not take that much. */
    IN_PACKAGE_STORE
  }

  /**
   * Tells how much one rule left out.
   *
   * @param rule the pattern as written
   * @param source where it stands: {@code excludes}, or the path of an ignore file
   * @param paths how many paths it left out; a folder counts once, with all that is in it
   * @param examples the first few of them
   */
  public record Exclusion(String rule, String source, long paths, List<String> examples) {
    /** Copies the list. */
    public Exclusion {
      examples = List.copyOf(examples);
    }

    @Override
    public String toString() {
      return "'%s' of %s: %,d, such as %s".formatted(rule, source, paths, examples.get(0));
    }
  }

  /**
   * Is a file and its size.
   *
   * @param path relative to the folder
   * @param bytes its size, not compressed
   */
  public record SizedPath(String path, long bytes) {
    @Override
    public String toString() {
      return "%s (%,d bytes)".formatted(path, bytes);
    }
  }

  private final Path source;
  private final String uri;
  private final Outcome outcome;
  private final long files;
  private final long bytes;
  private final @Nullable Long packedBytes;
  private final List<Exclusion> exclusions;
  private final List<SizedPath> largest;
  private final List<String> secretLooking;
  private final List<String> notes;
  private final Duration reading;
  private final Duration packing;
  private final Duration sending;

  private PackageReport(Builder builder) {
    this.source = builder.source;
    this.uri = builder.uri;
    this.outcome = builder.outcome;
    this.files = builder.files;
    this.bytes = builder.bytes;
    this.packedBytes = builder.packedBytes;
    this.exclusions = List.copyOf(builder.exclusions);
    this.largest = List.copyOf(builder.largest);
    this.secretLooking = List.copyOf(builder.secretLooking);
    this.notes = List.copyOf(builder.notes);
    this.reading = builder.reading;
    this.packing = builder.packing;
    this.sending = builder.sending;
  }

  /**
   * Starts a report, such as one for the test of a listener.
   *
   * @param source the local path
   * @param uri what the job names
   * @return a builder
   */
  public static Builder of(Path source, String uri) {
    return new Builder(source, uri);
  }

  /**
   * Returns the folder or file on this machine.
   *
   * @return an absolute path, unless the caller gave an archive by a relative one
   */
  public Path source() {
    return source;
  }

  /**
   * Returns what the job names.
   *
   * @return {@code gcs://…}, or an address in the {@link PackageStore}
   */
  public String uri() {
    return uri;
  }

  /**
   * Returns where the package is.
   *
   * @return {@link Outcome#READ} before anything was sent
   */
  public Outcome outcome() {
    return outcome;
  }

  /**
   * Returns how many files are in the package; folders do not count.
   *
   * @return 1 for an archive
   */
  public long files() {
    return files;
  }

  /**
   * Returns the size of these files.
   *
   * @return bytes, not compressed
   */
  public long bytes() {
    return bytes;
  }

  /**
   * Returns the size of the package.
   *
   * @return bytes; empty if it did not have to be made, because it was already there
   */
  public OptionalLong packedBytes() {
    return packedBytes == null ? OptionalLong.empty() : OptionalLong.of(packedBytes);
  }

  /**
   * Returns what was left out, by rule.
   *
   * @return an unmodifiable list in the order the rules were met
   */
  public List<Exclusion> exclusions() {
    return exclusions;
  }

  /**
   * Returns the largest files.
   *
   * @return at most ten, the largest first
   */
  public List<SizedPath> largest() {
    return largest;
  }

  /**
   * Returns the files that look like secrets: keys, tokens, kubeconfigs, cloud credentials.
   * Everybody who may use the cluster can read a package.
   *
   * @return paths relative to the folder, by name or by the first bytes
   */
  public List<String> secretLooking() {
    return secretLooking;
  }

  /**
   * Returns what else is remarkable: links that lead nowhere or out of the folder, names that a
   * node skips, very large files.
   *
   * @return sentences for people
   */
  public List<String> notes() {
    return notes;
  }

  /**
   * Returns how long it took to read the folder and to find its name.
   *
   * @return all passes together
   */
  public Duration reading() {
    return reading;
  }

  /**
   * Returns how long it took to make the package.
   *
   * @return zero if that was not needed
   */
  public Duration packing() {
    return packing;
  }

  /**
   * Returns how long it took to ask for the package and to send it, waiting for another thread's
   * upload of the same one included.
   *
   * @return zero before anything was sent
   */
  public Duration sending() {
    return sending;
  }

  /**
   * Returns all of it in one line, and one more for each rule, each secret-looking file and each
   * note.
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s from %s: %,d files, %,d bytes".formatted(uriWithoutQuery(), source, files, bytes));
    switch (outcome) {
      case READ -> text.append(" (read in %d ms)".formatted(reading.toMillis()));
      case ALREADY_THERE ->
          text.append(
              ", already there (read in %d ms, asked in %d ms)"
                  .formatted(reading.toMillis(), sending.toMillis()));
      case UPLOADED, IN_PACKAGE_STORE ->
          text.append(
              ", %s as %,d bytes (read in %d ms, packed in %d ms, sent in %d ms)"
                  .formatted(
                      outcome == Outcome.UPLOADED ? "uploaded" : "put into the package store",
                      packedBytes().orElse(0),
                      reading.toMillis(),
                      packing.toMillis(),
                      sending.toMillis()));
    }
    exclusions.forEach(exclusion -> text.append("\n  left out by ").append(exclusion));
    secretLooking.forEach(path -> text.append("\n  looks like a secret: ").append(path));
    notes.forEach(note -> text.append("\n  ").append(note));
    return text.toString();
  }

  /** A query can be the signature by which a store lets everybody in who has it. */
  private String uriWithoutQuery() {
    int query = uri.indexOf('?');
    return query < 0 ? uri : uri.substring(0, query) + "?…";
  }

  /** Collects the parts of a report. Not thread-safe. */
  public static final class Builder {
    private final Path source;
    private String uri;
    private Outcome outcome = Outcome.READ;
    private long files = 1;
    private long bytes;
    private @Nullable Long packedBytes;
    private List<Exclusion> exclusions = List.of();
    private List<SizedPath> largest = List.of();
    private List<String> secretLooking = List.of();
    private List<String> notes = List.of();
    private Duration reading = Duration.ZERO;
    private Duration packing = Duration.ZERO;
    private Duration sending = Duration.ZERO;

    private Builder(Path source, String uri) {
      this.source = source;
      this.uri = uri;
    }

    /**
     * Says where the package is. Default: {@link Outcome#READ}.
     *
     * @param outcome the outcome
     * @param uri what the job names
     * @return this builder
     */
    public Builder outcome(Outcome outcome, String uri) {
      this.outcome = outcome;
      this.uri = uri;
      return this;
    }

    /**
     * Says what is in the package. Default: one file without a byte.
     *
     * @param files how many
     * @param bytes their size
     * @return this builder
     */
    public Builder files(long files, long bytes) {
      this.files = files;
      this.bytes = bytes;
      return this;
    }

    /**
     * Says how large the package is. Default: not known.
     *
     * @param packedBytes its size
     * @return this builder
     */
    public Builder packedBytes(long packedBytes) {
      this.packedBytes = packedBytes;
      return this;
    }

    /**
     * Says what was left out. Default: nothing.
     *
     * @param exclusions by rule
     * @return this builder
     */
    public Builder exclusions(List<Exclusion> exclusions) {
      this.exclusions = exclusions;
      return this;
    }

    /**
     * Says which files are the largest. Default: none.
     *
     * @param largest the largest first
     * @return this builder
     */
    public Builder largest(List<SizedPath> largest) {
      this.largest = largest;
      return this;
    }

    /**
     * Says which files look like secrets. Default: none.
     *
     * @param secretLooking their paths
     * @return this builder
     */
    public Builder secretLooking(List<String> secretLooking) {
      this.secretLooking = secretLooking;
      return this;
    }

    /**
     * Says what else is remarkable. Default: nothing.
     *
     * @param notes sentences for people
     * @return this builder
     */
    public Builder notes(List<String> notes) {
      this.notes = notes;
      return this;
    }

    /**
     * Says how long each phase took. Default: no time.
     *
     * @param reading to read the folder
     * @param packing to make the package
     * @param sending to ask for it and to send it
     * @return this builder
     */
    public Builder times(Duration reading, Duration packing, Duration sending) {
      this.reading = reading;
      this.packing = packing;
      this.sending = sending;
      return this;
    }

    /**
     * Creates the report.
     *
     * @return an immutable report
     */
    public PackageReport build() {
      return new PackageReport(this);
    }
  }
}
