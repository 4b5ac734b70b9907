package io.rayauth.internal.json;

import io.rayauth.RayVersion;
import io.rayauth.error.RayDecodeException;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobSpec;
import io.rayauth.job.JobStatus;
import io.rayauth.job.RuntimeEnv;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.core.sym.PropertyNameMatcher;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads and writes the bodies of the Jobs API.
 *
 * <p>Reads from the stream of tokens straight into values, because a list holds everything ever
 * submitted. Unknown keys are passed over, so that a newer Ray can add some.
 */
public final class JobCodec {
  static final int EXCERPT = 4096;

  /**
   * Metadata and runtime env travel to the driver in one environment variable, and Linux takes 128
   * KiB for one; Ray adds some bytes of its own (measured: 125,000 pass).
   */
  private static final int LONGEST_JOB_CONFIG = 125_000;

  /**
   * A log is one JSON string, for which Jackson's default limit is too short. Ray writes ASCII, and
   * so does this, so that sizes are counted as Ray counts them.
   */
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
                  .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                  .build())
          .build();

  private static final PropertyNameMatcher NAMES =
      JSON.tokenStreamFactory().constructNameMatcher(List.of(JobField.values()), false);

  private JobCodec() {}

  /**
   * Writes a submission.
   *
   * @throws IllegalArgumentException if metadata and runtime env together are more than a worker
   *     can be started with
   */
  public static byte[] submission(JobSpec spec, JobId id, RuntimeEnv runtimeEnv, Marks marks) {
    Map<String, @Nullable String> metadata = new LinkedHashMap<>(spec.metadata());
    metadata.put(Marks.NONCE, marks.nonce());
    metadata.put(Marks.FINGERPRINT, marks.fingerprint());
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("entrypoint", spec.entrypoint());
    fields.put("submission_id", id.value());
    if (!runtimeEnv.isEmpty()) {
      fields.put("runtime_env", runtimeEnv.asMap());
    }
    fields.put("metadata", metadata);
    fields.putAll(resources(spec));
    int config =
        JSON.writeValueAsBytes(metadata).length + JSON.writeValueAsBytes(runtimeEnv.asMap()).length;
    if (config > LONGEST_JOB_CONFIG) {
      throw new IllegalArgumentException(
          "metadata and runtime env have %,d bytes as JSON; a worker can be started with at most %,d. Ray would accept the job and fail it after 15 minutes. Put large values into a file of the working directory"
              .formatted(config, LONGEST_JOB_CONFIG));
    }
    return JSON.writeValueAsBytes(fields);
  }

  /** Returns the fields of a submission that say what the entrypoint itself reserves. */
  public static Map<String, Object> resources(JobSpec spec) {
    Map<String, Object> fields = new LinkedHashMap<>();
    spec.entrypointNumCpus().ifPresent(cpus -> fields.put("entrypoint_num_cpus", cpus));
    spec.entrypointNumGpus().ifPresent(gpus -> fields.put("entrypoint_num_gpus", gpus));
    spec.entrypointMemory().ifPresent(bytes -> fields.put("entrypoint_memory", bytes));
    if (!spec.entrypointResources().isEmpty()) {
      fields.put("entrypoint_resources", spec.entrypointResources());
    }
    if (!spec.entrypointLabelSelector().isEmpty()) {
      fields.put("entrypoint_label_selector", spec.entrypointLabelSelector());
    }
    return fields;
  }

  /** Reads the id out of the answer to a submission. */
  public static JobId submissionId(byte[] body) {
    return decoded(
        "the answer to a submission",
        body,
        parser -> new JobId(textField(parser, "submission_id")));
  }

  /** Reads the version. */
  public static RayVersion version(byte[] body) {
    return decoded(
        "a version",
        body,
        parser -> {
          Map<String, @Nullable Object> fields = object(parser);
          String rayVersion = text(fields, "ray_version");
          if (rayVersion.isEmpty()) {
            throw new IllegalStateException("there is no text 'ray_version'");
          }
          return new RayVersion(
              text(fields, "version"),
              rayVersion,
              text(fields, "ray_commit"),
              text(fields, "session_name"));
        });
  }

  /** Reads by what a job is known. */
  public static Marks marks(byte[] body) {
    return decoded(
        "a job",
        body,
        parser -> {
          Map<?, ?> metadata =
              object(parser).get("metadata") instanceof Map<?, ?> map ? map : Map.of();
          return new Marks(
              metadata.get(Marks.NONCE) instanceof String nonce ? nonce : "",
              metadata.get(Marks.FINGERPRINT) instanceof String text ? text : null);
        });
  }

  /** Reads whether a job was stopped. */
  public static boolean stopped(byte[] body) {
    return decoded(
        "the answer to a stop", body, parser -> Boolean.TRUE.equals(object(parser).get("stopped")));
  }

  /** Reads a log. */
  public static String logs(byte[] body) {
    return decoded("a log", body, parser -> textField(parser, "logs"));
  }

  /**
   * Reads from a summary of nodes how much memory of the head is free, in bytes ({@code mem} is
   * total, available, percent and used: {@code _get_mem_usage} of {@code reporter_agent.py}).
   *
   * @return empty if the head has not reported yet
   */
  public static OptionalLong freeHeadMemory(byte[] body) {
    return decoded(
        "a summary of nodes",
        body,
        parser -> {
          if (object(parser).get("data") instanceof Map<?, ?> data
              && data.get("summary") instanceof List<?> nodes) {
            for (Object node : nodes) {
              if (node instanceof Map<?, ?> fields
                  && fields.get("raylet") instanceof Map<?, ?> raylet
                  && Boolean.TRUE.equals(raylet.get("isHeadNode"))
                  && fields.get("mem") instanceof List<?> memory
                  && memory.size() > 1
                  && memory.get(1) instanceof Number available) {
                return OptionalLong.of(available.longValue());
              }
            }
            return OptionalLong.empty();
          }
          throw new IllegalStateException("there is no list 'summary'");
        });
  }

  /** Reads one job. */
  public static JobDetails job(byte[] body) {
    return decoded(
        "a job",
        body,
        parser -> job(parser, (from, to) -> Arrays.copyOfRange(body, (int) from, (int) to)));
  }

  /**
   * Reads a list of jobs while it arrives.
   *
   * @throws UncheckedIOException if the stream breaks
   */
  public static List<JobDetails> jobs(InputStream body) {
    List<JobDetails> jobs = new ArrayList<>();
    jobs(body, jobs::add);
    return List.copyOf(jobs);
  }

  /**
   * Hands on each job of a list while it arrives; a list that turns out to be none has had some of
   * its jobs handed on by then.
   *
   * @throws UncheckedIOException if the stream breaks
   */
  public static void jobs(InputStream body, Consumer<JobDetails> sink) {
    Recording recording = new Recording(body);
    Object unused =
        decoded(
            "a list of jobs",
            () -> JSON.createParser(recording),
            recording::excerpt,
            parser -> {
              if (!parser.isExpectedStartArrayToken()) {
                throw new IllegalStateException(
                    "expected a JSON array, got " + parser.currentToken());
              }
              while (parser.nextToken() != JsonToken.END_ARRAY) {
                sink.accept(job(parser, recording::slice));
                recording.forgetBefore(parser.currentLocation().getByteOffset());
              }
              if (parser.nextToken() != null) {
                throw new IllegalStateException("something follows the list");
              }
              return true;
            });
  }

  private static JobDetails job(JsonParser parser, Slices slices) {
    expectObject(parser);
    String submissionId = null;
    String rayJobId = null;
    String type = JobDetails.SUBMISSION;
    String status = "";
    String entrypoint = "";
    String message = null;
    String errorType = null;
    String driverNodeId = null;
    long startTime = 0;
    long endTime = 0;
    Supplier<Map<String, String>> metadata = Map::of;
    Supplier<RuntimeEnv> runtimeEnv = RuntimeEnv::empty;
    Integer exitCode = null;
    for (int name = parser.nextNameMatch(NAMES);
        name != PropertyNameMatcher.MATCH_END_OBJECT;
        name = parser.nextNameMatch(NAMES)) {
      JsonToken token = parser.nextToken();
      if (name < 0) {
        parser.skipChildren();
        continue;
      }
      if (token == JsonToken.VALUE_NULL) {
        continue;
      }
      switch (JobField.at(name)) {
        case SUBMISSION_ID -> submissionId = parser.getString();
        case JOB_ID -> rayJobId = parser.getString();
        case TYPE -> type = parser.getString();
        case STATUS -> status = parser.getString();
        case ENTRYPOINT -> entrypoint = parser.getString();
        case MESSAGE -> message = parser.getString();
        case ERROR_TYPE -> errorType = parser.getString();
        case DRIVER_NODE_ID -> driverNodeId = parser.getString();
        case START_TIME -> startTime = parser.getLongValue();
        case END_TIME -> endTime = parser.getLongValue();
        case METADATA -> metadata = laterFrom(parser, slices, JobCodec::strings);
        case RUNTIME_ENV ->
            runtimeEnv = laterFrom(parser, slices, env -> RuntimeEnv.of(object(env)));
        case DRIVER_EXIT_CODE -> exitCode = parser.getIntValue();
      }
    }
    String id = submissionId != null ? submissionId : rayJobId;
    if (id == null) {
      throw new IllegalStateException("a job without submission_id and job_id");
    }
    return JobDetails.of(new JobId(id), JobStatus.of(status))
        .type(type)
        .entrypoint(entrypoint)
        .message(message)
        .errorType(errorType)
        .rayJobId(rayJobId)
        .driverNodeId(driverNodeId)
        .startedAt(startTime > 0 ? Instant.ofEpochMilli(startTime) : null)
        .endedAt(endTime > 0 ? Instant.ofEpochMilli(endTime) : null) // a driver that runs has 0
        .metadata(metadata)
        .runtimeEnv(runtimeEnv)
        .driverExitCode(exitCode)
        .build();
  }

  /**
   * Passes over an object and keeps a copy of its bytes, not the whole body, to be read when
   * somebody looks. Passing over checks the syntax, so reading it later finds nothing new.
   */
  private static <T> Supplier<T> laterFrom(
      JsonParser parser, Slices slices, Function<JsonParser, T> reader) {
    expectObject(parser);
    long start = parser.currentLocation().getByteOffset() - 1;
    parser.skipChildren();
    byte[] object = slices.between(start, parser.currentLocation().getByteOffset());
    return () -> decoded("a job", object, reader);
  }

  private static Map<String, String> strings(JsonParser parser) {
    Map<String, String> strings = new LinkedHashMap<>();
    object(parser).forEach((key, value) -> strings.put(key, String.valueOf(value)));
    strings.keySet().removeIf(key -> key.startsWith(Marks.PREFIX)); // ours, not the caller's
    return strings;
  }

  private static String textField(JsonParser parser, String wanted) {
    expectObject(parser);
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      JsonToken token = parser.nextToken();
      if (name.equals(wanted) && token == JsonToken.VALUE_STRING) {
        return parser.getString();
      }
      parser.skipChildren();
    }
    throw new IllegalStateException("there is no text '" + wanted + "'");
  }

  private static String text(Map<String, @Nullable Object> fields, String name) {
    return fields.get(name) instanceof String text ? text : "";
  }

  private static Map<String, @Nullable Object> object(JsonParser parser) {
    expectObject(parser);
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      parser.nextToken();
      fields.put(name, value(parser));
    }
    return fields;
  }

  private static @Nullable Object value(JsonParser parser) {
    return switch (parser.currentToken()) {
      case VALUE_NULL -> null;
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
      case START_OBJECT -> object(parser);
      case START_ARRAY -> {
        List<@Nullable Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(parser));
        }
        yield list;
      }
      default -> throw new IllegalStateException("unexpected " + parser.currentToken());
    };
  }

  private static void expectObject(JsonParser parser) {
    if (!parser.isExpectedStartObjectToken()) {
      throw new IllegalStateException("expected a JSON object, got " + parser.currentToken());
    }
  }

  private static <T> T decoded(String what, byte[] body, Function<JsonParser, T> reader) {
    return decoded(
        what,
        () -> JSON.createParser(body),
        () -> new String(body, 0, Math.min(body.length, EXCERPT), StandardCharsets.UTF_8),
        reader);
  }

  private static <T> T decoded(
      String what,
      Supplier<JsonParser> source,
      Supplier<String> excerpt,
      Function<JsonParser, T> reader) {
    try (JsonParser parser = source.get()) {
      parser.nextToken();
      return reader.apply(parser);
    } catch (JacksonIOException e) {
      throw new UncheckedIOException(e.getCause());
    } catch (JacksonException | IllegalStateException | IllegalArgumentException e) {
      String said =
          e instanceof JacksonException jackson ? jackson.getOriginalMessage() : e.getMessage();
      throw new RayDecodeException(
          "the server's answer is not " + what + ": " + said + "; is this a Ray dashboard?",
          excerpt.get(),
          e);
    }
  }

  /** Gives copies of parts of a body. */
  @FunctionalInterface
  private interface Slices {
    byte[] between(long from, long to);
  }
}
