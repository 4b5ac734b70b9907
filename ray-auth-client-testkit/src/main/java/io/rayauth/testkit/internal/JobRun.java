package io.rayauth.testkit.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Takes one job from its environment to its end; stands for Ray's supervisor actor. */
final class JobRun {
  private static final String DEFAULT_STOP_WAIT = "3";

  private final SubmitRequest request;
  private final FakeCluster cluster;
  private final JobTable table;
  private final JobLogs logs;
  private final PackageStore packages;
  private final Path folder;
  private final CompletableFuture<String> stopSignal = new CompletableFuture<>();
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable JobProcess process;
  private boolean killed;
  private volatile boolean ended;

  JobRun(
      SubmitRequest request,
      FakeCluster cluster,
      JobTable table,
      JobLogs logs,
      PackageStore packages,
      Path folder) {
    this.request = request;
    this.cluster = cluster;
    this.table = table;
    this.logs = logs;
    this.packages = packages;
    this.folder = folder;
  }

  SubmitRequest request() {
    return request;
  }

  boolean isEnded() {
    return ended;
  }

  /** Asks the job to stop; one that has not started yet is stopped once it has. */
  void requestStop() {
    Map<String, String> variables = RuntimeEnvSetup.variables(request.runtimeEnv());
    stopSignal.complete(variables.getOrDefault("RAY_JOB_STOP_SIGNAL", "SIGTERM"));
  }

  /** Ends a job that waited too long for its resources. */
  void giveUpWaiting() {
    ended("FAILED", startTimeout(), "JOB_SUPERVISOR_ACTOR_START_TIMEOUT", null);
    ended = true;
  }

  private String startTimeout() {
    String text =
        RayTexts.of(
            "failed-start-timeout", "seconds", FakeCluster.START_TIMEOUT.toSeconds() + ".0");
    int hint = text.indexOf(" This may be because");
    return request.asksForResources() ? text : text.substring(0, hint);
  }

  /** Runs the job to its end; blocks. */
  void run() {
    try (RuntimeEnvSetup setup = new RuntimeEnvSetup(request, packages, folder)) {
      Files.createDirectories(folder);
      setup.prepare();
      execute(setup);
    } catch (RuntimeEnvFailure failure) {
      ended("FAILED", failure.text(), failure.errorType(), null);
    } catch (IOException | RuntimeException e) {
      ended(
          "FAILED",
          "Unexpected error occurred: " + e,
          "JOB_SUPERVISOR_ACTOR_UNKNOWN_FAILURE",
          null);
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    } finally {
      ended = true;
    }
  }

  private void execute(RuntimeEnvSetup setup) throws IOException, InterruptedException {
    table.update(request.id(), JobRecord::running);
    String config = request.driverConfig();
    if (!JobProcess.fitsOneArgument(request.entrypoint())
        || !JobProcess.fitsOneArgument("RAY_JOB_CONFIG_JSON_ENV_VAR=" + config)) {
      logs.running(request.id(), request.entrypoint());
      ended("FAILED", argumentTooLong(), "JOB_ENTRYPOINT_COMMAND_START_ERROR", null);
      return;
    }
    logs.running(request.id(), request.entrypoint());
    Map<String, String> variables = new LinkedHashMap<>(JobProcess.variables(config));
    variables.putAll(setup.variables());
    JobProcess started = start(setup.directory(), variables);
    if (started == null) {
      return;
    }
    CompletableFuture.anyOf(started.onExit(), stopSignal).join();
    if (stopSignal.isDone()) {
      started.stop(stopSignal.join(), patience());
      started.kill();
      ended("STOPPED", "Job was intentionally stopped.", null, null);
      return;
    }
    started.kill();
    int code = started.exitCode();
    if (code == 0) {
      ended("SUCCEEDED", "Job finished successfully.", null, 0);
    } else {
      ended("FAILED", failure(code), "JOB_ENTRYPOINT_COMMAND_ERROR", code);
    }
  }

  private @Nullable JobProcess start(Path directory, Map<String, String> variables)
      throws IOException {
    lock.lock();
    try {
      if (!killed) {
        process =
            JobProcess.start(
                request.entrypoint(), directory, variables, logs.file(request.id()), folder);
      }
      return process;
    } finally {
      lock.unlock();
    }
  }

  private Duration patience() {
    String seconds =
        RuntimeEnvSetup.variables(request.runtimeEnv())
            .getOrDefault("RAY_JOB_STOP_WAIT_TIME_S", DEFAULT_STOP_WAIT);
    return Duration.ofMillis((long) (Double.parseDouble(seconds) * 1000));
  }

  private String failure(int code) {
    String start = "Job entrypoint command failed with exit code " + code;
    String last = logs.lastLines(request.id());
    return last.isEmpty()
        ? start + ". No logs available."
        : start + ", last available logs (truncated to 20,000 chars):\n" + last;
  }

  private static String argumentTooLong() {
    return RayTexts.of("failed-argument-too-long");
  }

  private void ended(
      String status, String message, @Nullable String error, @Nullable Integer code) {
    table.update(request.id(), job -> job.ended(status, message, error, code, cluster.millis()));
  }

  /** Kills the processes of the job, now and those that it is about to start. */
  void kill() {
    lock.lock();
    try {
      killed = true;
      if (process != null) {
        process.kill();
      }
    } finally {
      lock.unlock();
    }
    stopSignal.complete("SIGTERM");
  }

  int runningProcesses() {
    lock.lock();
    try {
      return process == null ? 0 : process.alive();
    } finally {
      lock.unlock();
    }
  }
}
