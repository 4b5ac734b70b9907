package io.rayauth.internal.admission;

import io.rayauth.internal.watch.Deadlines;
import io.rayauth.job.QueuePlace;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Waits in the queue for one submission; completes when it is its turn. */
final class Ticket extends CompletableFuture<@Nullable Void> implements Deadlines.Timed {
  private final QueuePlace place;
  private final long number;
  private final long deadline;

  Ticket(QueuePlace place, long number, long deadline) {
    this.place = place;
    this.number = number;
    this.deadline = deadline;
  }

  QueuePlace place() {
    return place;
  }

  @Override
  public long deadline() {
    return deadline;
  }

  @Override
  public long number() {
    return number;
  }
}
