package io.rayauth.job;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says where a submission stands in the queue of a governor. Immutable. */
public final class QueuePlace {
  private static final QueuePlace ORDINARY = new QueuePlace("", 0, null);

  private final String group;
  private final int priority;
  private final @Nullable Duration patience;

  private QueuePlace(String group, int priority, @Nullable Duration patience) {
    this.group = group;
    this.priority = priority;
    this.patience = patience;
  }

  /**
   * Returns the place of those who say nothing: the group with the empty name, priority 0, and
   * patience without an end.
   *
   * @return the place
   */
  public static QueuePlace ordinary() {
    return ORDINARY;
  }

  /**
   * Returns the same place in another group. Groups of one priority take turns, whatever the number
   * of their submissions; within a group the one that came first goes first.
   *
   * @param group such as a user or a team
   * @return the changed place
   */
  public QueuePlace inGroup(String group) {
    return new QueuePlace(group, priority, patience);
  }

  /**
   * Returns the same place with another priority. Those of a higher one all go first, however long
   * the others have waited.
   *
   * @param priority 0 is ordinary
   * @return the changed place
   */
  public QueuePlace withPriority(int priority) {
    return new QueuePlace(group, priority, patience);
  }

  /**
   * Returns the same place for somebody who leaves the queue after a time.
   *
   * @param patience how long to wait for the turn
   * @return the changed place
   */
  public QueuePlace within(Duration patience) {
    return new QueuePlace(group, priority, patience);
  }

  /**
   * Returns who shares turns.
   *
   * @return the name of the group
   */
  public String group() {
    return group;
  }

  /**
   * Returns the priority.
   *
   * @return 0 is ordinary
   */
  public int priority() {
    return priority;
  }

  /**
   * Returns how long to wait for the turn.
   *
   * @return empty for as long as it takes
   */
  public Optional<Duration> patience() {
    return Optional.ofNullable(patience);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof QueuePlace that
        && group.equals(that.group)
        && priority == that.priority
        && Objects.equals(patience, that.patience);
  }

  @Override
  public int hashCode() {
    return Objects.hash(group, priority, patience);
  }

  @Override
  public String toString() {
    return "QueuePlace[" + group + ", priority " + priority + ", " + patience + "]";
  }
}
