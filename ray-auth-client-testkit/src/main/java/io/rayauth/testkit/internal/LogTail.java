package io.rayauth.testkit.internal;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Optional;

/**
 * Follows the log of one job over one WebSocket, from the start of the file to the end of the job
 * (ray/dashboard/modules/job/utils.py, file_tail_iterator).
 */
final class LogTail {
  private static final int NORMAL = 1000;
  private static final int LINES_IN_FRAME = 10;
  private static final int CHARS_IN_FRAME = 20_000;

  /** What the dashboard takes from the agent in one message; more ends the stream. */
  private static final int LARGEST_FRAME = 4 << 20;

  private final Jobs jobs;
  private final String id;
  private final boolean compressed;
  private final int interval;

  LogTail(Jobs jobs, String id, boolean compressed) {
    this.jobs = jobs;
    this.id = id;
    this.compressed = compressed;
    this.interval = Math.max(1, (int) jobs.cluster().tailInterval().toMillis());
  }

  void run(WebSocketFrames frames) throws IOException {
    Optional<JobRecord> job = jobs.table().find(id);
    while (job.isPresent() && !job.get().hasStarted() && !job.get().isTerminal()) {
      if (!frames.isOpenAfter(interval)) {
        return;
      }
      job = jobs.table().find(id);
    }
    if (job.filter(JobRecord::hasStarted).isPresent() && !compressed) {
      boolean ended;
      try (PythonText text = new PythonText(Files.newInputStream(jobs.logs().file(id)))) {
        ended = follow(text, frames);
      } catch (CharacterCodingException notUtf8) {
        ended = true;
      }
      if (!ended) {
        return;
      }
    } else if (compressed && !frames.isOpenAfter(interval)) {
      return;
    }
    frames.close(NORMAL);
  }

  /** Sends until the job is over; false if the client left before. */
  private boolean follow(PythonText text, WebSocketFrames frames) throws IOException {
    while (true) {
      if (!jobs.agentRuns()) {
        return true; // the dashboard closes with 1000 then too
      }
      boolean over = jobs.table().find(id).map(JobRecord::isTerminal).orElse(true);
      for (String chunk = chunk(text); !chunk.isEmpty(); chunk = chunk(text)) {
        byte[] payload = chunk.getBytes(StandardCharsets.UTF_8);
        if (payload.length >= LARGEST_FRAME) {
          return true;
        }
        frames.text(payload);
      }
      if (over) {
        return true;
      }
      if (!frames.isOpenAfter(interval)) {
        return false;
      }
    }
  }

  private static String chunk(PythonText text) throws IOException {
    StringBuilder chunk = new StringBuilder();
    for (int lines = 0; lines < LINES_IN_FRAME && chunk.length() <= CHARS_IN_FRAME; lines++) {
      String line = text.line();
      if (line.isEmpty()) {
        break;
      }
      chunk.append(line);
    }
    return chunk.toString();
  }
}
