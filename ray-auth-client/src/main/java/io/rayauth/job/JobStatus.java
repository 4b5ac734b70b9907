package io.rayauth.job;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells where a job is in its life; open, so that a status a newer Ray invents is carried along
 * instead of failing.
 *
 * <p>Immutable. Source: {@code JobStatus} of Ray's {@code job/common.py}.
 */
public final class JobStatus {
  /** Names the statuses this version knows, for use in a {@code switch}. */
  public enum Known {
    /** Accepted, not started yet. */
    PENDING,
    /** The entrypoint runs. */
    RUNNING,
    /** Ended because somebody stopped it. */
    STOPPED,
    /** The entrypoint ended with exit code 0. */
    SUCCEEDED,
    /** The entrypoint ended otherwise, or never started. */
    FAILED
  }

  /** Accepted, not started yet. */
  public static final JobStatus PENDING = new JobStatus(Known.PENDING.name(), Known.PENDING);

  /** The entrypoint runs. */
  public static final JobStatus RUNNING = new JobStatus(Known.RUNNING.name(), Known.RUNNING);

  /** Ended because somebody stopped it. */
  public static final JobStatus STOPPED = new JobStatus(Known.STOPPED.name(), Known.STOPPED);

  /** The entrypoint ended with exit code 0. */
  public static final JobStatus SUCCEEDED = new JobStatus(Known.SUCCEEDED.name(), Known.SUCCEEDED);

  /** The entrypoint ended otherwise, or never started. */
  public static final JobStatus FAILED = new JobStatus(Known.FAILED.name(), Known.FAILED);

  private static final JobStatus[] ALL = {PENDING, RUNNING, STOPPED, SUCCEEDED, FAILED};

  private final String name;
  private final @Nullable Known known;

  private JobStatus(String name, @Nullable Known known) {
    this.name = name;
    this.known = known;
  }

  /**
   * Returns the status with the name the server uses.
   *
   * @param name such as {@code RUNNING}
   * @return one of the constants if the name is known
   */
  public static JobStatus of(String name) {
    for (JobStatus status : ALL) {
      if (status.name.equals(name)) {
        return status;
      }
    }
    return new JobStatus(name, null);
  }

  /**
   * Returns the name the server uses.
   *
   * @return such as {@code RUNNING}
   */
  public String name() {
    return name;
  }

  /**
   * Returns the enum constant, for use in a {@code switch}.
   *
   * @return empty for a status this version does not know
   */
  public Optional<Known> known() {
    return Optional.ofNullable(known);
  }

  /**
   * Tells whether the job has ended and will not change any more.
   *
   * @return true for STOPPED, SUCCEEDED and FAILED; false for a status this version does not know
   */
  public boolean isTerminal() {
    return known == Known.STOPPED || known == Known.SUCCEEDED || known == Known.FAILED;
  }

  /**
   * Returns the name in lower case, as in the sentence "the job succeeded".
   *
   * @return such as {@code succeeded}
   */
  public String inWords() {
    return name.toLowerCase(Locale.ROOT);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof JobStatus that && name.equals(that.name);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(name);
  }

  @Override
  public String toString() {
    return name;
  }
}
