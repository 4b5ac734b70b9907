package io.rayauth.internal.submit;

import io.rayauth.JobClient;
import io.rayauth.error.JobNotFoundException;
import io.rayauth.error.RayApiException;
import io.rayauth.error.RayException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.error.RayTransportException;
import io.rayauth.internal.http.ApiRequest;
import io.rayauth.internal.http.ApiResponse;
import io.rayauth.internal.http.ExchangeWatch;
import io.rayauth.internal.http.JdkTransport;
import io.rayauth.internal.json.JobCodec;
import io.rayauth.job.AwaitTimeoutException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobResult;
import io.rayauth.job.RunOptions;
import io.rayauth.job.Submission;
import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Takes one job from its submission to its result, on the calling thread. */
public final class JobRun {
  private static final Duration FOR_EVER = ChronoUnit.FOREVER.getDuration();

  /** How long somebody who has given up is kept for each question that is left. */
  private static final Duration LAST_WORD = Duration.ofSeconds(2);

  /** The pauses before a submission that was interrupted is looked for: it may be on its way. */
  private static final List<Duration> PAUSES =
      List.of(Duration.ZERO, Duration.ofMillis(500), Duration.ofSeconds(1));

  private final JobClient client;
  private final Function<ApiRequest, ApiResponse> lastWords;
  private final JdkTransport transport;
  private final TimeSource time;
  private final RunOptions options;

  /** Whether what is thrown is a sink's, however much it may look like a failure of this client. */
  private boolean sinkThrew;

  /** Creates a run of one job. */
  public JobRun(
      JobClient client,
      BiFunction<ApiRequest, Duration, ApiResponse> calls,
      JdkTransport transport,
      TimeSource time,
      RunOptions options) {
    this.client = client;
    this.lastWords = request -> calls.apply(request, LAST_WORD);
    this.transport = transport;
    this.time = time;
    this.options = options;
  }

  /** Submits the job and waits for what becomes of it. */
  public JobResult toTheEnd(Claim claim) {
    Submission submission = submit(claim);
    try {
      options.submissionSink().ifPresent(sink -> tell(sink, submission));
      Consumer<String> lines = options.lineSink().orElse(null);
      return lines == null ? await(claim.id()) : follow(claim.id(), lines);
    } catch (RuntimeException | Error e) {
      if (sinkThrew || e instanceof RayInterruptedException) {
        abandon(e, () -> stop(claim.id()));
      } else if (isLoss(e)) {
        return JobResult.lost(claim.id(), String.valueOf(e.getMessage()));
      }
      throw e;
    }
  }

  private Submission submit(Claim claim) {
    try {
      return claim.submit();
    } catch (RayInterruptedException e) {
      abandon(e, () -> stopOnceThere(claim));
      throw e;
    }
  }

  private JobResult await(JobId id) {
    try {
      return JobResult.of(client.await(id, options.timeout().orElse(FOR_EVER)));
    } catch (AwaitTimeoutException e) {
      return timedOut(id, e.lastSeen());
    }
  }

  private JobResult follow(JobId id, Consumer<String> lines) {
    ExchangeWatch.Exchange limit = transport.limit(options.timeout().orElse(FOR_EVER));
    try {
      JobDetails ended =
          client.follow(
              id,
              line -> {
                tell(lines, line);
                limit.remind();
              });
      limit.over(false);
      return JobResult.of(ended);
    } catch (RuntimeException | Error e) {
      ExchangeWatch.End end = limit.over(false);
      if (end == ExchangeWatch.End.DEADLINE) {
        return overtime(id);
      }
      if (end == ExchangeWatch.End.CLOSED) {
        throw closed(id, e);
      }
      throw e;
    }
  }

  /** The interrupt came from the client's end and not from who called. */
  private static RayTransportException closed(JobId id, Throwable cause) {
    return RayTransportException.notSent(
        "the client was closed while it followed job " + id + ", which runs on", cause, 0);
  }

  /** Looks once more: the job may have ended at the last moment. */
  private JobResult overtime(JobId id) {
    try {
      JobDetails job = JobCodec.job(lastWords.apply(ApiRequest.of("GET", Claim.path(id))).body());
      return job.status().isTerminal() ? JobResult.of(job) : timedOut(id, job);
    } catch (JobNotFoundException gone) {
      return JobResult.lost(id, String.valueOf(gone.getMessage()));
    } catch (RayApiException | RayTransportException unseen) {
      return timedOut(id, null);
    }
  }

  private JobResult timedOut(JobId id, @Nullable JobDetails job) {
    String fate = "it runs on";
    if (options.stopsIfAbandoned()) {
      try {
        stop(id);
        fate = "it was told to stop";
      } catch (RayApiException | RayTransportException e) {
        fate = "it could not be told to stop: " + e.getMessage();
      }
    }
    String message =
        "job %s %s after %s; %s"
            .formatted(
                id,
                job == null ? "had not ended" : "is " + job.status(),
                options.timeout().orElse(FOR_EVER),
                fate);
    return JobResult.timedOut(id, job, message);
  }

  /** Tells whether the job, or the head, is out of sight for longer than is worth waiting for. */
  private boolean isLoss(Throwable failure) {
    return !transport.isClosed()
        && (failure instanceof JobNotFoundException
            || failure instanceof RayTransportException
            || (failure instanceof RayApiException refused && refused.isRetryable()));
  }

  private <T> void tell(Consumer<T> sink, T news) {
    try {
      sink.accept(news);
    } catch (RuntimeException | Error e) {
      sinkThrew = true;
      throw e;
    }
  }

  /** Does what is to be done for a job that nobody waits for, unhindered by the interrupt. */
  private void abandon(Throwable why, Runnable stop) {
    if (!options.stopsIfAbandoned()) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    try {
      stop.run();
    } catch (RayException e) {
      why.addSuppressed(e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Looks before it stops, as the id may be that of another job. */
  private void stopOnceThere(Claim claim) {
    for (Duration pause : PAUSES) {
      try {
        time.sleep(pause);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      if (claim.isThere(lastWords)) {
        stop(claim.id());
        return;
      }
    }
  }

  private void stop(JobId id) {
    try {
      ApiResponse unused = lastWords.apply(ApiRequest.of("POST", Claim.path(id) + "/stop"));
    } catch (JobNotFoundException gone) {
      // and with it what was to be stopped
    }
  }
}
