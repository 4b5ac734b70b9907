package io.rayauth.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Lets Ray's own client make calls, in one Python process that stays. */
final class PythonClient implements AutoCloseable {
  private static final Path PROGRAM = Path.of("benchmarks", "python_client.py");
  private static final JsonMapper JSON = JsonMapper.shared();

  private final Process process;
  private final Writer blocks;
  private final BufferedReader answers;
  private final String version;

  private PythonClient(Process process, URI address, String token) throws IOException {
    this.process = process;
    this.blocks = process.outputWriter();
    this.answers = process.inputReader();
    // Through stdin: arguments and environment can be read by others.
    this.version =
        ask(Map.of("address", address.toString(), "token", token)).get("version").asString();
  }

  static PythonClient start(Path python, URI address, String token) throws IOException {
    return new PythonClient(
        new ProcessBuilder(python.toString(), PROGRAM.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start(),
        address,
        token);
  }

  /** Which Ray on which Python. */
  String version() {
    return version;
  }

  /** Looks at one job, again and again. */
  long job(String id, int calls) {
    return nanos(Map.of("call", "job", "id", id, "calls", calls));
  }

  /** Looks at one job from many threads at once. */
  long concurrentJob(String id, int callers, int callsEach) {
    return nanos(Map.of("call", "many", "id", id, "callers", callers, "calls", callsEach));
  }

  /** Lists all jobs. */
  long jobs(int expected, int calls) {
    return nanos(Map.of("call", "list", "jobs", expected, "calls", calls));
  }

  /** Finds the name of a folder's package. */
  long name(Path folder) {
    return nanos(Map.of("call", "name", "folder", folder.toString()));
  }

  /** Packs a folder and sends it. */
  long send(Path folder) {
    return nanos(Map.of("call", "send", "folder", folder.toString()));
  }

  /** Packs a folder and tells how large the package is, in bytes. */
  long size(Path folder) {
    return number(Map.of("call", "size", "folder", folder.toString()), "bytes");
  }

  /** Tails a log to its end. */
  long tail(String id, long characters) {
    return nanos(Map.of("call", "tail", "id", id, "characters", characters));
  }

  @Override
  public void close() throws IOException {
    blocks.close();
    process.destroy();
  }

  private long nanos(Map<String, Object> block) {
    return number(block, "nanos");
  }

  private long number(Map<String, Object> block, String key) {
    try {
      return ask(block).get(key).asLong();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonNode ask(Map<String, ?> line) throws IOException {
    blocks.write(JSON.writeValueAsString(line) + "\n");
    blocks.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the Python client has ended; its message stands above");
    }
    return JSON.readTree(answer);
  }
}
