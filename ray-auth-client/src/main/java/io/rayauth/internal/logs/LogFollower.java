package io.rayauth.internal.logs;

import io.rayauth.error.JobNotFoundException;
import io.rayauth.error.RayApiException;
import io.rayauth.error.RayAuthException;
import io.rayauth.error.RayException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.error.RayTransportException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.LogGapException;
import io.rayauth.job.LogLine;
import io.rayauth.job.LogPosition;
import io.rayauth.time.TimeSource;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Follows a job's log to its end, line by line, on the thread that asks for the next one.
 *
 * <p>A closed WebSocket says nothing about the job (Ray closes with 1000 whatever happened), so the
 * job is looked at after each end of a reading, and only a terminal status ends the following. Then
 * the file is read once more for what did not arrive. Every reading replays the log from its start;
 * {@link LineAssembler} skips what was there before. Not thread-safe.
 */
public final class LogFollower implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(LogFollower.class.getName());
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  /**
   * A connection that an intermediary forgot stays silent for ever, and Ray answers no ping: after
   * this silence the job is looked at.
   */
  private static final Duration SILENT_TAIL = Duration.ofSeconds(15);

  /** The stream of the state API does not end with the job. */
  private static final Duration SILENT_STREAM = Duration.ofSeconds(2);

  /** After so many looks, and twice, four times as many, the end of the file is compared too. */
  private static final int LOOKS_BEFORE_COMPARING = 4;

  /** How long the log of a job that has ended is asked for again if it cannot be read. */
  private static final Duration REST_TRIES = Duration.ofSeconds(30);

  /** From this size on the end of the file is compared before all of it is read again. */
  private static final long LARGE = 8L << 20;

  /** The ways to read the log of a job that runs, in the order they are tried. */
  private enum Way {
    TAIL,
    STREAM,
    POLL;

    Way next() {
      return switch (this) {
        case TAIL -> STREAM;
        case STREAM -> POLL;
        case POLL -> TAIL;
      };
    }
  }

  private final JobId id;
  private final Function<JobId, JobDetails> jobs;
  private final LogAccess logs;
  private final TimeSource time;
  private final Duration patience;
  private final LineAssembler lines;
  private final Queue<LogLine> ready = new ArrayDeque<>();
  private final RecentText recent = new RecentText();

  private Way way = Way.TAIL;
  private @Nullable LogReading reading;

  /** Whether this reading has brought something new. */
  private boolean fresh;

  private int silences;
  private Duration pause = FIRST_PAUSE;
  private long lastContact;

  /** Whether to pause before the next reading is opened. */
  private boolean paused;

  private @Nullable JobDetails job;

  /** Where the log is; null until the job has started. */
  private @Nullable String node;

  /** Whether the job has ended, so that what is read now is the rest. */
  private boolean over;

  private @Nullable JobNotFoundException gone;
  private int restTries;
  private long restTriesSince;
  private boolean ended;
  private @Nullable RayException failure;

  /**
   * Creates a follower; nothing is sent before the first line is asked for.
   *
   * @param patience how long the cluster may be out of reach
   * @param longestLine longer lines come in parts
   */
  public LogFollower(
      JobId id,
      LogPosition from,
      Duration patience,
      int longestLine,
      Function<JobId, JobDetails> jobs,
      LogAccess logs,
      TimeSource time) {
    this.id = id;
    this.patience = patience;
    this.jobs = jobs;
    this.logs = logs;
    this.time = time;
    this.lines = new LineAssembler(from, longestLine, ready::add);
    this.lastContact = time.nanoTime();
  }

  /** Waits for the next line; null at the end of the log. */
  public @Nullable LogLine next() {
    try {
      if (Thread.interrupted()) { // nothing waits, and so nothing else looks, while lines pour in
        throw new InterruptedException("before the next line");
      }
      while (ready.isEmpty()) {
        if (ended) {
          if (failure != null) {
            throw failure;
          }
          return null;
        }
        step();
      }
      return ready.remove();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RayInterruptedException("interrupted while following the log of " + id, e);
    }
  }

  /** Returns the job as it was last seen: with a terminal status once the log is at its end. */
  public JobDetails job() {
    if (job == null) {
      throw new IllegalStateException("no line of " + id + " was asked for yet");
    }
    return job;
  }

  /** Drops the connection. */
  @Override
  public void close() {
    if (reading != null) {
      reading.close();
      reading = null;
    }
  }

  private void step() throws InterruptedException {
    LogReading reading = this.reading;
    if (reading == null) {
      open();
      return;
    }
    String piece = reading.next(way == Way.STREAM ? SILENT_STREAM : SILENT_TAIL);
    if (piece == null) {
      readingEnded(reading);
    } else if (piece.isEmpty()) {
      readingSilent(reading);
    } else {
      silences = 0;
      String news = lines.accept(piece);
      if (!news.isEmpty()) {
        fresh = true;
        recent.add(news);
      } else if (lines.isReplaced()) {
        gap("it is not the log that was read so far", null);
      }
    }
  }

  private void open() throws InterruptedException {
    if (!over) {
      look();
      if (!over && paused) {
        pause();
      }
    }
    fresh = false;
    silences = 0;
    if (over) {
      openRest();
    } else {
      openNext();
    }
  }

  /** Looks at the job, for as long as an outage may last once it was seen. */
  private void look() throws InterruptedException {
    while (true) {
      try {
        JobDetails seen = jobs.apply(id);
        job = seen;
        node = seen.driverNodeId().orElse(node);
        over = seen.status().isTerminal();
        lastContact = time.nanoTime();
        return;
      } catch (JobNotFoundException e) {
        if (job == null) {
          throw e;
        }
        deleted(e);
        return;
      } catch (RayApiException | RayTransportException e) {
        boolean passing = !(e instanceof RayApiException refused) || refused.isRetryable();
        if (job == null || !passing || logs.isClosed() || since(lastContact) > patience.toNanos()) {
          throw e;
        }
        pause();
      }
    }
  }

  /** The file of a job whose record is gone may still be there. */
  private void deleted(JobNotFoundException e) {
    gone = e;
    over = true;
  }

  /** Opens a reading of a job that runs; if there is none to be had, the job is looked at again. */
  private void openNext() throws InterruptedException {
    try {
      do {
        Optional<LogReading> opened = opened(way);
        if (opened.isPresent()) {
          begin(opened.get());
          return;
        }
        way = way.next();
      } while (way != Way.TAIL);
      paused = true;
    } catch (JobNotFoundException e) {
      deleted(e);
    }
  }

  private Optional<LogReading> opened(Way way) throws InterruptedException {
    if (way == Way.TAIL) {
      return logs.tail(id);
    }
    if (node == null) {
      return Optional.empty(); // nothing was written yet
    }
    try {
      return Optional.of(way == Way.STREAM ? logs.stream(job(), node) : logs.whole(id));
    } catch (RayApiException | RayTransportException e) {
      throwIfFinal(e);
      if (way == Way.POLL && e instanceof RayApiException refused && refused.status() / 100 == 4) {
        throw e;
      }
      LOG.log(Level.DEBUG, () -> "the log of " + id + " cannot be read now: " + e.getMessage());
      return Optional.empty();
    }
  }

  /** Opens a reading of the log of a job that has ended. */
  private void openRest() throws InterruptedException {
    boolean neverWritten = gone != null && node == null;
    if (neverWritten || (lines.received().characters() >= LARGE && isAtEndOfFile())) {
      finish();
      return;
    }
    try {
      boolean byFile = node != null && (gone != null || restTries % 2 == 0);
      begin(byFile ? logs.file(job(), Objects.requireNonNull(node)) : logs.whole(id));
    } catch (RayApiException | RayTransportException e) {
      throwIfFinal(e);
      tryRestAgain(e);
    }
  }

  private void begin(LogReading opened) {
    reading = opened;
    lines.replay();
  }

  private void readingEnded(LogReading reading) throws InterruptedException {
    close();
    if (fresh) {
      pause = FIRST_PAUSE;
    }
    if (!over) {
      if (!fresh || way == Way.POLL) {
        way = way.next();
      }
      paused = fresh || way == Way.TAIL;
    } else if (reading.isWhole()) {
      finish();
    } else {
      tryRestAgain(null);
    }
  }

  private void readingSilent(LogReading reading) throws InterruptedException {
    if (over) {
      readingEnded(reading);
      return;
    }
    look();
    silences++;
    boolean doubtful =
        way == Way.TAIL && silences >= LOOKS_BEFORE_COMPARING && Integer.bitCount(silences) == 1;
    if (over || (doubtful && node != null && !isAtEndOfFile())) {
      close();
    }
  }

  /** Tells whether the last lines of the file are those that came last. */
  private boolean isAtEndOfFile() throws InterruptedException {
    if (node == null) {
      return false;
    }
    RecentText end = new RecentText();
    try (LogReading last = logs.lastLines(job(), node)) {
      String piece = last.next(SILENT_TAIL);
      while (piece != null && !piece.isEmpty()) {
        end.add(piece);
        piece = last.next(SILENT_TAIL);
      }
      return last.isWhole() && recent.endsLike(end) && end.feedsAtEnd() <= recent.feedsAtEnd();
    } catch (RayApiException | RayTransportException e) {
      throwIfFinal(e);
      return false;
    }
  }

  private void throwIfFinal(RayException e) {
    if (e instanceof RayAuthException || logs.isClosed()) {
      throw e;
    }
  }

  /**
   * The file and the text of the Jobs API take turns. A refusal to read it is believed sooner than
   * an outage.
   */
  private void tryRestAgain(@Nullable RayException why) throws InterruptedException {
    if (restTries++ == 0 || fresh) {
      restTriesSince = time.nanoTime();
      return;
    }
    boolean refused = why instanceof RayApiException api && !api.isRetryable();
    Duration longest = refused && REST_TRIES.compareTo(patience) < 0 ? REST_TRIES : patience;
    if (since(restTriesSince) > longest.toNanos()) {
      gap(why == null ? "the answer breaks off" : String.valueOf(why.getMessage()), why);
    } else {
      pause();
    }
  }

  private void finish() {
    if (lines.isBehind()) {
      gap("it is shorter than what was read so far", null);
      return;
    }
    lines.end();
    failure = gone;
    ended = true;
  }

  private void gap(String why, @Nullable RayException cause) {
    close();
    lines.breakOff();
    LogPosition received = lines.received();
    failure =
        new LogGapException(
            "the log of job %s (%s) cannot be read on behind its first %,d characters: %s"
                .formatted(
                    id, gone == null ? job().status() : "deleted", received.characters(), why),
            received,
            gone == null ? job : null,
            cause);
    ended = true;
  }

  private void pause() throws InterruptedException {
    paused = false;
    time.sleep(pause);
    pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : pause;
  }

  private long since(long moment) {
    return time.nanoTime() - moment;
  }
}
