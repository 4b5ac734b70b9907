package io.rayauth.job;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Tells how a submission went. Immutable. */
public final class Submission {
  private final JobId id;
  private final boolean attached;
  private final List<PackageReport> packages;

  private Submission(JobId id, boolean attached, List<PackageReport> packages) {
    this.id = id;
    this.attached = attached;
    this.packages = List.copyOf(packages);
  }

  /**
   * Creates the result of a submission that the server accepted.
   *
   * @param id the job's id
   * @return a submission that is not attached
   */
  public static Submission accepted(JobId id) {
    return new Submission(id, false, List.of());
  }

  /**
   * Creates the result of a submission whose job was already there.
   *
   * @param id the job's id
   * @return a submission that is attached
   */
  public static Submission attached(JobId id) {
    return new Submission(id, true, List.of());
  }

  /**
   * Returns the same with reports on its packages.
   *
   * @param packages one for each local path, in the order they were sent
   * @return the changed submission
   */
  public Submission withPackages(List<PackageReport> packages) {
    return new Submission(id, attached, packages);
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
   * Tells whether the job was already there, and ours: the answer to an earlier try had been lost.
   *
   * @return false if the server accepted the job just now
   */
  public boolean attached() {
    return attached;
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
    return other instanceof Submission that && id.equals(that.id) && attached == that.attached;
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, attached);
  }

  @Override
  public String toString() {
    return id + (attached ? " (attached)" : "");
  }
}
