package io.rayauth.testkit.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Accepts submissions, starts them when there is room and watches them; Ray's job manager. */
public final class Jobs implements AutoCloseable {
  private record Waiting(JobRun run, Instant since) {}

  private final FakeCluster cluster;
  private final Path folder;
  private final JobTable table = new JobTable();
  private final JobLogs logs;
  private final PackageStore packages;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<String, Waiting> waiting = new LinkedHashMap<>();
  private final Map<String, JobRun> started = new LinkedHashMap<>();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "fake-ray-jobs");
        thread.setDaemon(true);
        return thread;
      });

  /** For a test run that ends without closing its fake. */
  private final Thread emergency = new Thread(this::killAndDelete, "fake-ray-shutdown");

  private volatile long freeHeadMemory = 16L << 30;
  private int running;
  private int folders;
  private boolean closed;
  private volatile boolean agentRuns = true;

  /** Starts to watch; everything on disk goes into a new temporary folder. */
  public Jobs(FakeCluster cluster) {
    this.cluster = cluster;
    try {
      this.folder = Files.createTempDirectory("fake-ray");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a folder for the fake Ray", e);
    }
    this.logs = new JobLogs(folder);
    this.packages = new PackageStore(cluster, folder);
    Runtime.getRuntime().addShutdownHook(emergency);
    threads.execute(this::monitor);
  }

  public JobTable table() {
    return table;
  }

  public PackageStore packages() {
    return packages;
  }

  JobLogs logs() {
    return logs;
  }

  FakeCluster cluster() {
    return cluster;
  }

  /** Takes the agent of the node away, and the logs with it. */
  public void loseAgent() {
    agentRuns = false;
  }

  /** Brings the agent back. */
  public void restoreAgent() {
    agentRuns = true;
  }

  boolean agentRuns() {
    return agentRuns;
  }

  /** Stores a submission; false if its id is taken. */
  boolean add(SubmitRequest request) {
    String message = "Job has not started yet.";
    if (request.asksForResources()) {
      message +=
          " It may be waiting for resources (CPUs, GPUs, memory, custom resources) to become"
              + " available.";
    }
    if (request.runtimeEnv() != null && !request.runtimeEnv().isEmpty()) {
      message += " It may be waiting for the runtime environment to be set up.";
    }
    return table.add(JobRecord.pending(request, message, cluster.millis()));
  }

  /** Adds a driver that nobody submitted. */
  public void addDriver(String jobId, String entrypoint) {
    table.putDriver(JobRecord.driver(jobId, entrypoint, cluster.millis()));
  }

  /** Adds the record of a job that succeeded before. */
  public void addFinished(String id, String entrypoint, Map<String, String> metadata) {
    JobRecord over = record(id, entrypoint, metadata, "SUCCEEDED");
    if (!table.add(over)) {
      throw new IllegalArgumentException("there is a job " + id + " already");
    }
  }

  /** Adds or replaces a record that no process belongs to. */
  public void put(String id, String status) {
    table.put(record(id, "true", Map.of(), status));
  }

  private JobRecord record(
      String id, String entrypoint, Map<String, String> metadata, String status) {
    Map<String, Object> submission = new LinkedHashMap<>();
    submission.put("submission_id", id);
    submission.put("entrypoint", entrypoint);
    submission.put("metadata", metadata);
    try {
      long now = cluster.millis();
      JobRecord pending =
          JobRecord.pending(SubmitRequest.of(submission), "Job has not started yet.", now);
      return switch (status) {
        case "PENDING" -> pending;
        case "RUNNING" -> pending.running();
        case "SUCCEEDED" ->
            pending.running().ended(status, "Job finished successfully.", null, 0, now);
        case "STOPPED" ->
            pending.running().ended(status, "Job was intentionally stopped.", null, null, now);
        case "FAILED" ->
            pending
                .running()
                .ended(
                    status,
                    "Job entrypoint command failed with exit code 1. No logs available.",
                    "JOB_ENTRYPOINT_COMMAND_ERROR",
                    1,
                    now);
        default -> throw new IllegalArgumentException("Ray has no job status " + status);
      };
    } catch (SubmitRequest.Invalid impossible) {
      throw new IllegalArgumentException(impossible);
    }
  }

  /** Lets a stored submission run when there is room for it. */
  void start(SubmitRequest request) {
    Instant now = cluster.time().instant();
    logs.setUp(request.id(), now);
    lock.lock();
    try {
      Path own = folder.resolve("job-" + folders++);
      JobRun run = new JobRun(request, cluster, table, logs, packages, own);
      waiting.put(request.id(), new Waiting(run, now));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Signals a job; false if it has no supervisor (any more). */
  boolean stop(String id) {
    lock.lock();
    try {
      Waiting waits = waiting.get(id);
      JobRun run = waits == null ? started.get(id) : waits.run();
      boolean isOver = table.find(id).map(JobRecord::isTerminal).orElse(true);
      if (run == null || isOver) {
        return false;
      }
      run.requestStop();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void monitor() {
    lock.lock();
    try {
      while (!closed) {
        look();
        changed.await(cluster.monitorInterval().toNanos(), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException closing) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private void look() {
    Instant now = cluster.time().instant();
    for (Iterator<Waiting> left = waiting.values().iterator(); left.hasNext(); ) {
      Waiting next = left.next();
      SubmitRequest request = next.run().request();
      if (now.isAfter(next.since().plus(FakeCluster.START_TIMEOUT))) {
        left.remove();
        next.run().giveUpWaiting();
      } else if (running < cluster.maxRunningJobs() && isFeasible(request)) {
        left.remove();
        started.put(request.id(), next.run());
        running++;
        threads.execute(() -> run(next.run()));
      }
    }
    for (Iterator<JobRun> left = started.values().iterator(); left.hasNext(); ) {
      JobRun run = left.next();
      if (run.isEnded()) {
        left.remove();
        // the record of a job that ended since the last look may have been deleted: it comes back
        table.add(JobRecord.returned(run.request().id(), cluster.millis()));
      }
    }
  }

  private void run(JobRun run) {
    try {
      run.run();
    } finally {
      lock.lock();
      try {
        running--;
      } finally {
        lock.unlock();
      }
    }
  }

  private boolean isFeasible(SubmitRequest request) {
    Map<String, Double> wanted = new LinkedHashMap<>(request.resources());
    wanted.put("CPU", request.cpus());
    wanted.put("GPU", request.gpus());
    wanted.put("memory", (double) request.memory());
    boolean enough =
        wanted.entrySet().stream()
            .allMatch(
                entry -> entry.getValue() <= cluster.resources().getOrDefault(entry.getKey(), 0.0));
    boolean labelled =
        request.labels().entrySet().stream()
            .allMatch(label ->
                label.getValue().startsWith("!")
                    || (label.getKey().equals("ray.io/node-id")
                        && label.getValue().equals(FakeCluster.NODE_ID)));
    return enough && labelled && JobProcess.fitsOneArgument(PythonJson.text(request.runtimeEnv()));
  }

  /** Finds what a file name of ours would not do for: where Ray could not open its log. */
  static @Nullable String logFileError(String id) {
    String path = "/tmp/ray/" + FakeCluster.SESSION + "/logs/job-driver-" + id + ".log";
    if (id.indexOf('\0') >= 0) {
      return "ValueError: embedded null byte";
    }
    if (id.indexOf('/') >= 0) {
      return "FileNotFoundError: [Errno 2] No such file or directory: '" + path + "'";
    }
    return ("job-driver-" + id + ".log").getBytes(StandardCharsets.UTF_8).length > 255
        ? "OSError: [Errno 36] File name too long: '" + path + "'"
        : null;
  }

  /** Sets what the head reports as free, in bytes. */
  public void freeHeadMemory(long bytes) {
    freeHeadMemory = bytes;
  }

  long freeHeadMemory() {
    return freeHeadMemory;
  }

  /** Whether any job runs now. */
  boolean isActive() {
    lock.lock();
    try {
      return running > 0;
    } finally {
      lock.unlock();
    }
  }

  /** Processes of jobs that are alive now. */
  public int runningProcesses() {
    List<JobRun> runs;
    lock.lock();
    try {
      runs = new ArrayList<>(started.values());
    } finally {
      lock.unlock();
    }
    return runs.stream().mapToInt(JobRun::runningProcesses).sum();
  }

  /** The text of a job's log, or why Python could not read it; empty before the job has a node. */
  Optional<byte[]> logOf(JobRecord job) {
    return job.hasStarted() ? logs.bytes(String.valueOf(job.submissionId())) : Optional.empty();
  }

  /** Kills all processes and deletes everything on disk. */
  @Override
  public void close() {
    killAndDelete();
    try {
      Runtime.getRuntime().removeShutdownHook(emergency);
    } catch (IllegalStateException shuttingDown) {
      // then the hook finds nothing left to do
    }
  }

  private void killAndDelete() {
    List<JobRun> runs;
    lock.lock();
    try {
      closed = true;
      waiting.clear();
      runs = new ArrayList<>(started.values());
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    runs.forEach(JobRun::kill);
    threads.shutdown();
    try {
      if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
      deleteFolder();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete the folder of the fake Ray", e);
    }
  }

  private void deleteFolder() throws IOException {
    if (Files.notExists(folder)) {
      return;
    }
    List<Path> paths;
    try (Stream<Path> all = Files.walk(folder)) {
      paths = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.deleteIfExists(path);
    }
  }
}
