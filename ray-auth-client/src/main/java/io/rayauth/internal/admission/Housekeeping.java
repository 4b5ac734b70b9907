package io.rayauth.internal.admission;

import io.rayauth.error.RayApiException;
import io.rayauth.error.RayAuthException;
import io.rayauth.error.RayException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.internal.watch.Pace;
import io.rayauth.internal.watch.Recurring;
import io.rayauth.job.JobId;
import io.rayauth.time.TimeSource;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Deletes the records of jobs that have ended, by their age and number, as long as it is open. */
public final class Housekeeping implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Housekeeping.class.getName());

  /** Whoever waits for the end of a job should see it before its record goes. */
  private static final Duration YOUNGEST = Duration.ofMinutes(1);

  private final Duration oldest;
  private final int most;
  private final HeadView head;
  private final Consumer<JobId> deletion;
  private final BooleanSupplier isClientClosed;
  private final Pace pace;
  private final TimeSource time;
  private final Recurring rounds;

  private record Ended(JobId id, Instant at) {}

  /** Starts to keep house. */
  public Housekeeping(
      Duration oldest,
      int most,
      HeadView head,
      Consumer<JobId> deletion,
      BooleanSupplier isClientClosed,
      Pace pace,
      TimeSource time) {
    this.oldest = oldest;
    this.most = most;
    this.head = head;
    this.deletion = deletion;
    this.isClientClosed = isClientClosed;
    this.pace = pace;
    this.time = time;
    this.rounds = new Recurring("ray-auth-housekeeping", time, this::round);
    rounds.wake();
  }

  @Override
  public void close() {
    rounds.close();
  }

  private @Nullable Duration round() {
    long begun = time.nanoTime();
    try {
      List<Ended> ended = ended();
      Instant now = time.instant();
      for (int i = 0; i < ended.size(); i++) {
        Duration age = Duration.between(ended.get(i).at(), now);
        if (age.compareTo(YOUNGEST) > 0 && (i >= most || age.compareTo(oldest) > 0)) {
          delete(ended.get(i).id());
        }
      }
      return Duration.ofNanos(pace.afterLook(true, time.nanoTime() - begun));
    } catch (RayInterruptedException closing) {
      throw closing;
    } catch (RayException e) {
      LOG.log(Level.DEBUG, "the records stay for now", e);
      return isClientClosed.getAsBoolean() ? null : Duration.ofNanos(pace.afterFailure());
    }
  }

  /** The last to end comes first. A record without an end is as old as can be. */
  private List<Ended> ended() {
    List<Ended> ended = new ArrayList<>();
    head.submissions(
        ended::clear,
        job -> {
          if (job.status().isTerminal()) {
            ended.add(new Ended(job.id(), job.endedAt().orElse(Instant.EPOCH)));
          }
        });
    ended.sort(Comparator.comparing(Ended::at).reversed());
    return ended;
  }

  private void delete(JobId id) {
    try {
      deletion.accept(id);
    } catch (RayAuthException refused) {
      throw refused;
    } catch (RayApiException | IllegalArgumentException e) {
      LOG.log(Level.DEBUG, "one record stays, or is gone already", e);
    }
  }
}
