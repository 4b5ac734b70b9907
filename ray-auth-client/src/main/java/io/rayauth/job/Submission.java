package io.rayauth.job;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells how a submission went. Immutable. */
public final class Submission {
  private final JobId id;
  private final @Nullable JobDetails attachedTo;
  private final List<PackageReport> packages;

  private Submission(JobId id, @Nullable JobDetails attachedTo, List<PackageReport> packages) {
    this.id = id;
    this.attachedTo = attachedTo;
    this.packages = List.copyOf(packages);
  }

  /**
   * Creates the result of a submission that the server accepted.
   *
   * @param id the job's id
   * @return a submission that is not attached
   */
  public static Submission accepted(JobId id) {
    return new Submission(id, null, List.of());
  }

  /**
   * Creates the result of a submission whose job was already there.
   *
   * @param job the job as it was found
   * @return a submission that is attached
   */
  public static Submission attached(JobDetails job) {
    return new Submission(job.id(), job, List.of());
  }

  /**
   * Returns the same with reports on its packages.
   *
   * @param packages one for each local path, in the order they were sent
   * @return the changed submission
   */
  public Submission withPackages(List<PackageReport> packages) {
    return new Submission(id, attachedTo, packages);
  }

  /**
   * Returns the id of the job.
   *
   * @return the chosen or generated submission id
   */
  public JobId id() {
    return id;
  }

  /**
   * Tells whether the job was already there, and ours: the answer to an earlier try had been lost,
   * or the same was submitted under the same id before, by this or another process.
   *
   * @return false if the server accepted the job just now
   */
  public boolean attached() {
    return attachedTo != null;
  }

  /**
   * Returns the job that was already there, as it was found. It may have ended long ago: what has
   * run is not run again.
   *
   * @return empty if the server accepted the job just now
   */
  public Optional<JobDetails> attachedTo() {
    return Optional.ofNullable(attachedTo);
  }

  /**
   * Tells what became of the local paths that the job needed: its working directory and modules.
   *
   * @return one report for each, empty if it needed none; not part of {@link #equals(Object)}
   */
  public List<PackageReport> packages() {
    return packages;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Submission that && id.equals(that.id) && attached() == that.attached();
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, attached());
  }

  @Override
  public String toString() {
    return id + (attachedTo == null ? "" : " (attached, " + attachedTo.status() + ")");
  }
}
