package io.rayauth.internal.logs;

import io.rayauth.RayEndpoint;
import io.rayauth.error.JobNotFoundException;
import io.rayauth.error.RayApiException;
import io.rayauth.error.RayAuthException;
import io.rayauth.error.RayException;
import io.rayauth.internal.call.CallEngine;
import io.rayauth.internal.call.CallEngine.Tokens;
import io.rayauth.internal.http.ApiRequest;
import io.rayauth.internal.http.ApiResponse;
import io.rayauth.internal.http.JdkTransport;
import io.rayauth.internal.http.Outcome;
import io.rayauth.internal.json.JobCodec;
import io.rayauth.internal.websocket.HandshakeRefusedException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * Knows the ways to a job's log: the WebSocket and the text of the Jobs API, and the file of the
 * state API, which has every byte and needs the node it is on. Thread-safe.
 */
public final class LogAccess {
  private static final System.Logger LOG = System.getLogger(LogAccess.class.getName());
  private static final Duration HANDSHAKE = Duration.ofSeconds(30);

  /**
   * What the state API gives the node to send a whole file, in seconds. Its default is 30, and the
   * dashboard cuts every answer after 300.
   */
  private static final int FILE_SECONDS = 300;

  private final CallEngine engine;
  private final JdkTransport transport;
  private final Duration requestTimeout;

  /** Creates an access over one client's connections. */
  public LogAccess(CallEngine engine, JdkTransport transport, Duration requestTimeout) {
    this.engine = engine;
    this.transport = transport;
    this.requestTimeout = requestTimeout;
  }

  /**
   * Returns the whole log as it is now. The Jobs API fails for ever on a byte that is not UTF-8;
   * the state API then has the raw bytes.
   */
  public String read(JobId id, Function<JobId, JobDetails> jobs) {
    try {
      return text(id);
    } catch (RayApiException refused) {
      if (!refused.reason().contains("UnicodeDecodeError")) {
        throw refused;
      }
      JobDetails job = jobs.apply(id);
      byte[] bytes =
          call(file(job, job.driverNodeId().orElseThrow(() -> refused), "file", -1)).body();
      RawText text = new RawText(bytes.length);
      return text.text(bytes, bytes.length) + text.end();
    }
  }

  /** Gets the log in one answer, whatever its size. */
  LogReading whole(JobId id) {
    return new WholeLog(text(id));
  }

  /** Reads the file to its end. */
  LogReading file(JobDetails job, String node) {
    return open(file(job, node, "file", -1));
  }

  /** Reads the file from its start and on while it grows; the end of the job does not end it. */
  LogReading stream(JobDetails job, String node) {
    return open(file(job, node, "stream", -1));
  }

  /** Reads the last thousand lines of the file. */
  LogReading lastLines(JobDetails job, String node) {
    return open(file(job, node, "file", 1000));
  }

  /** Tells whether the client was closed. */
  boolean isClosed() {
    return transport.isClosed();
  }

  /**
   * Opens the WebSocket, with one fresh token if the first is refused; empty if there is none to be
   * had now.
   *
   * @throws RayAuthException if the fresh token is refused as well
   * @throws JobNotFoundException if there is no such job
   */
  Optional<LogReading> tail(JobId id) throws InterruptedException {
    ApiRequest request = ApiRequest.of("GET", path(id) + "/tail");
    for (int attempt = 1; ; attempt++) {
      Tokens tokens = engine.tokens();
      try {
        return Optional.of(
            new TailConnection(
                transport.openWebSocket(request.path(), tokens.headers(), HANDSHAKE)));
      } catch (HandshakeRefusedException refused) {
        ApiResponse answer = new ApiResponse(refused.status(), refused.headers(), refused.body());
        boolean credentials = answer.status() == 401 || answer.status() == 403;
        if (credentials && attempt == 1 && engine.replaced(tokens)) {
          continue;
        }
        RayException failure = engine.failure(request, new Outcome.Answer(answer), attempt, tokens);
        if (credentials || failure instanceof JobNotFoundException) {
          throw failure;
        }
        LOG.log(Level.DEBUG, () -> "no WebSocket: status " + answer.status());
        return Optional.empty();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, () -> "no WebSocket: " + transport.noAnswer(e).what());
        return Optional.empty();
      }
    }
  }

  private String text(JobId id) {
    return JobCodec.logs(call(ApiRequest.of("GET", path(id))).body());
  }

  private LogReading open(ApiRequest request) {
    return new RawLog(call(request.leavingOpen()).openBody());
  }

  private ApiResponse call(ApiRequest request) {
    return engine.run(request, requestTimeout);
  }

  private static String path(JobId id) {
    return "/api/jobs/" + RayEndpoint.segment(id.value()) + "/logs";
  }

  /** Asks by the file's name, which works without the record of the job too. */
  private static ApiRequest file(JobDetails job, String node, String medium, int lines) {
    return ApiRequest.of(
        "GET",
        "/api/v0/logs/%s?node_id=%s&filename=job-driver-%s.log&lines=%d&timeout=%d"
            .formatted(
                medium,
                RayEndpoint.segment(node),
                RayEndpoint.segment(job.id().value()),
                lines,
                FILE_SECONDS));
  }
}
