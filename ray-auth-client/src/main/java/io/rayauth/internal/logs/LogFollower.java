package io.rayauth.internal.logs;

import io.rayauth.error.RayInterruptedException;
import io.rayauth.internal.call.CallEngine;
import io.rayauth.internal.call.CallEngine.Tokens;
import io.rayauth.internal.http.ApiRequest;
import io.rayauth.internal.http.ApiResponse;
import io.rayauth.internal.http.JdkTransport;
import io.rayauth.internal.http.Outcome;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.time.TimeSource;
import java.lang.System.Logger.Level;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Follows a job's log to its end on the calling thread.
 *
 * <p>A closed WebSocket says nothing about the job (Ray closes with 1000 whatever happened), so the
 * job is asked after each close, and only a terminal status ends the following. What the stream did
 * not deliver then is taken from the whole log.
 */
public final class LogFollower {
  private static final System.Logger LOG = System.getLogger(LogFollower.class.getName());
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
  private static final Duration HANDSHAKE = Duration.ofSeconds(30);

  /**
   * A connection that an intermediary forgot stays silent for ever, and Ray answers no ping: after
   * this silence the job is asked.
   */
  private static final Duration SILENCE = Duration.ofSeconds(15);

  private final CallEngine engine;
  private final JdkTransport transport;
  private final Function<JobId, JobDetails> jobs;
  private final JobLogs logs;
  private final TimeSource time;

  /** Creates a follower. */
  public LogFollower(
      CallEngine engine,
      JdkTransport transport,
      Function<JobId, JobDetails> jobs,
      JobLogs logs,
      TimeSource time) {
    this.engine = engine;
    this.transport = transport;
    this.jobs = jobs;
    this.logs = logs;
    this.time = time;
  }

  /** Hands on each line once and returns the job when it has ended. */
  public JobDetails follow(JobId id, Consumer<String> sink) {
    LineSplitter lines = new LineSplitter(sink);
    LogCursor cursor = new LogCursor();
    Duration pause = FIRST_PAUSE;
    try {
      while (true) {
        JobDetails job = jobs.apply(id);
        if (!job.status().isTerminal()) {
          cursor.replay();
          boolean delivered = tail(id, cursor, lines);
          job = jobs.apply(id);
          pause = delivered || pause.compareTo(LONGEST_PAUSE) >= 0 ? pause : pause.multipliedBy(2);
        }
        if (job.status().isTerminal()) {
          cursor.replay();
          lines.accept(cursor.fresh(logs.read(id, jobs)));
          lines.end();
          return job;
        }
        time.sleep(pause);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RayInterruptedException("interrupted while following the log of " + id, e);
    }
  }

  /** Reads one connection to its end and tells whether anything new came. */
  private boolean tail(JobId id, LogCursor cursor, LineSplitter lines) throws InterruptedException {
    TailConnection connection = new TailConnection();
    if (!open(id, connection)) {
      lines.accept(cursor.fresh(logs.read(id, jobs)));
      return false;
    }
    boolean delivered = false;
    try {
      for (String piece = next(connection); piece != null; piece = next(connection)) {
        if (piece.isEmpty() && jobs.apply(id).status().isTerminal()) {
          return delivered;
        }
        String fresh = cursor.fresh(piece);
        delivered |= !fresh.isEmpty();
        lines.accept(fresh);
      }
      return delivered;
    } finally {
      connection.drop(transport);
    }
  }

  private static @Nullable String next(TailConnection connection)
      throws InterruptedException {
    return connection.next(SILENCE.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * Opens the WebSocket, with one fresh token if the first is refused; false if there is none to be
   * had here and the log must be polled.
   */
  private boolean open(JobId id, TailConnection connection) throws InterruptedException {
    ApiRequest request = ApiRequest.of("GET", JobLogs.path(id) + "/tail");
    for (int attempt = 1; ; attempt++) {
      Tokens tokens = engine.tokens();
      CompletableFuture<WebSocket> opening =
          transport.openWebSocket(request.path(), tokens.headers(), connection);
      try {
        opening.get(HANDSHAKE.toNanos(), TimeUnit.NANOSECONDS);
        return true;
      } catch (CancellationException e) {
        return false; // the client was closed, which the next call says
      } catch (TimeoutException e) {
        LOG.log(Level.DEBUG, "no WebSocket within 30 s; reading the log instead");
        return false;
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof WebSocketHandshakeException refused)) {
          LOG.log(
              Level.DEBUG,
              () ->
                  "no WebSocket: "
                      + transport.noAnswer(e.getCause() == null ? e : e.getCause()).what());
          return false;
        }
        int status = refused.getResponse().statusCode();
        boolean credentials = status == 401 || status == 403;
        if (credentials && attempt == 1 && engine.replaced(tokens)) {
          continue;
        }
        if (credentials || status == 404 || status == 400) {
          throw engine.failure(request, new Outcome.Answer(answer(refused)), attempt, tokens);
        }
        LOG.log(Level.DEBUG, () -> "no WebSocket: status " + status + "; reading the log instead");
        return false;
      } finally {
        opening.cancel(true);
      }
    }
  }

  private static ApiResponse answer(WebSocketHandshakeException refused) {
    Object body = refused.getResponse().body();
    byte[] bytes =
        body instanceof byte[] raw ? raw : String.valueOf(body).getBytes(StandardCharsets.UTF_8);
    return new ApiResponse(
        refused.getResponse().statusCode(), refused.getResponse().headers(), bytes);
  }
}
