package io.rayauth.testkit.internal;

import java.io.Serial;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Is a submission that passed the checks Ray makes before it answers. */
record SubmitRequest(
    String id,
    String entrypoint,
    @Nullable Map<String, Object> metadata,
    @Nullable Map<String, Object> runtimeEnv,
    double cpus,
    double gpus,
    long memory,
    Map<String, Double> resources,
    Map<String, String> labels,
    int encodedLength) {

  /** Says with which text of Ray a submission is refused with status 400. */
  static final class Invalid extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    Invalid(String text) {
      super(text);
    }
  }

  private static final List<String> FIELDS =
      List.of(
          "entrypoint",
          "submission_id",
          "job_id",
          "runtime_env",
          "metadata",
          "entrypoint_num_cpus",
          "entrypoint_num_gpus",
          "entrypoint_memory",
          "entrypoint_resources",
          "entrypoint_label_selector");

  /** Letters and digits without I l o O 0 (ray/dashboard/modules/job/job_manager.py). */
  private static final String ID_ALPHABET =
      "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz123456789";

  private static final RandomGenerator RANDOM = new SecureRandom();
  private static final String LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?";
  private static final Pattern LABEL_SELECTOR =
      Pattern.compile("!?(?:in\\(" + LABEL + "(?:, *" + LABEL + ")*\\)|" + LABEL + ")?");

  /** Checks a JSON object the way JobSubmitRequest.__post_init__ does. */
  static SubmitRequest of(Map<?, ?> json) throws Invalid {
    Map<String, Object> given = new LinkedHashMap<>();
    for (Map.Entry<?, ?> entry : json.entrySet()) {
      if (entry.getValue() != null) { // fields with null are dropped first, even unknown ones
        given.put(String.valueOf(entry.getKey()), entry.getValue());
      }
    }
    for (String name : given.keySet()) {
      if (!FIELDS.contains(name)) {
        throw new Invalid(
            init("JobSubmitRequest.__init__() got an unexpected keyword argument '" + name + "'"));
      }
    }
    if (!given.containsKey("entrypoint")) {
      throw new Invalid(
          init("JobSubmitRequest.__init__() missing 1 required positional argument: 'entrypoint'"));
    }
    String entrypoint = string(given, "entrypoint", 483, "entrypoint must be a string, got ");
    String id =
        string(given, "submission_id", 488, "submission_id must be a string if provided, got ");
    String alias = string(given, "job_id", 494, "job_id must be a string if provided, got ");
    Map<String, Object> env = object(given, "runtime_env", 499);
    Map<String, Object> metadata = object(given, "metadata", 507);
    values(metadata, "metadata values must be strings, got ", 517, String.class);
    Number cpus = number(given, "entrypoint_num_cpus", 524);
    Number gpus = number(given, "entrypoint_num_gpus", 532);
    Number memory = integer(given, "entrypoint_memory", 540);
    Map<String, Object> resources = object(given, "entrypoint_resources", 547);
    values(resources, "entrypoint_resources values must be numbers, got ", 560, Number.class);
    Map<String, Object> labels = object(given, "entrypoint_label_selector", 567);
    values(labels, "entrypoint_label_selector values must be strings, got ", 580, String.class);
    return new SubmitRequest(
        !id.isEmpty() ? id : !alias.isEmpty() ? alias : randomId(),
        entrypoint,
        metadata,
        env,
        cpus.doubleValue(),
        gpus.doubleValue(),
        memory.longValue(),
        doubles(resources),
        strings(labels),
        PythonJson.text(given).length());
  }

  /** Finds a selector that Ray refuses only after the submission reached the agent. */
  @Nullable String badLabelSelector() {
    return labels.values().stream()
        .filter(value -> !LABEL_SELECTOR.matcher(value).matches())
        .findFirst()
        .orElse(null);
  }

  /** Tells whether any resource was asked for. */
  boolean asksForResources() {
    return cpus > 0 || gpus > 0 || memory > 0 || !resources.isEmpty();
  }

  /** What the driver is told about itself, as one environment variable. */
  String driverConfig() {
    Map<String, Object> about = new LinkedHashMap<>();
    about.put("job_submission_id", id);
    about.put("job_name", id);
    if (metadata != null) {
      about.putAll(metadata);
    }
    Map<String, @Nullable Object> config = new LinkedHashMap<>();
    config.put("runtime_env", runtimeEnv == null ? Map.of() : runtimeEnv);
    config.put("metadata", about);
    return PythonJson.text(config);
  }

  private static String randomId() {
    StringBuilder id = new StringBuilder("raysubmit_");
    for (int i = 0; i < 16; i++) {
      id.append(ID_ALPHABET.charAt(RANDOM.nextInt(ID_ALPHABET.length())));
    }
    return id.toString();
  }

  private static String string(Map<String, Object> given, String name, int line, String complaint)
      throws Invalid {
    Object value = given.getOrDefault(name, "");
    if (value instanceof String text) {
      return text;
    }
    String source =
        name.equals("entrypoint")
            ? "raise TypeError(f\"entrypoint must be a string, got {type(self.entrypoint)}\")"
            : "raise TypeError(";
    throw wrong(line, source, complaint + pythonType(value));
  }

  private static @Nullable Map<String, Object> object(
      Map<String, Object> given, String name, int line) throws Invalid {
    Object value = given.get(name);
    if (value == null) {
      return null;
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw wrong(line, "raise TypeError(", name + " must be a dict, got " + pythonType(value));
    }
    Map<String, Object> copy = new LinkedHashMap<>();
    map.forEach((key, item) -> copy.put(String.valueOf(key), item));
    return copy;
  }

  private static void values(
      @Nullable Map<String, Object> map, String complaint, int line, Class<?> type) throws Invalid {
    if (map != null) {
      for (Object value : map.values()) {
        boolean isBooleanNumber = type == Number.class && value instanceof Boolean;
        if (!type.isInstance(value) && !isBooleanNumber) {
          throw wrong(line, "raise TypeError(", complaint + pythonType(value));
        }
      }
    }
  }

  private static Number number(Map<String, Object> given, String name, int line) throws Invalid {
    Object value = given.getOrDefault(name, 0);
    if (value instanceof Boolean flag) {
      return flag ? 1 : 0;
    }
    if (value instanceof Number number) {
      return number;
    }
    throw wrong(line, "raise TypeError(", name + " must be a number, got " + pythonType(value));
  }

  private static Number integer(Map<String, Object> given, String name, int line) throws Invalid {
    Object value = given.getOrDefault(name, 0);
    if (value instanceof Boolean || value instanceof Integer || value instanceof Long) {
      return number(given, name, line);
    }
    if (value instanceof BigInteger big) {
      return big;
    }
    throw wrong(line, "raise TypeError(", name + " must be an integer, got " + pythonType(value));
  }

  private static Map<String, Double> doubles(@Nullable Map<String, Object> map) {
    Map<String, Double> doubles = new LinkedHashMap<>();
    if (map != null) {
      map.forEach((key, value) ->
          doubles.put(key, value instanceof Number number ? number.doubleValue() : 1.0));
    }
    return doubles;
  }

  private static Map<String, String> strings(@Nullable Map<String, Object> map) {
    Map<String, String> strings = new LinkedHashMap<>();
    if (map != null) {
      map.forEach((key, value) -> strings.put(key, String.valueOf(value)));
    }
    return strings;
  }

  private static String init(String error) {
    return RayTexts.of("submit-wrong-init", "error", error);
  }

  private static Invalid wrong(int line, String source, String error) {
    return new Invalid(
        RayTexts.of(
            "submit-wrong-type", "line", String.valueOf(line), "source", source, "error", error));
  }

  /** How Python prints the type of a value read from JSON. */
  static String pythonType(@Nullable Object value) {
    Set<Class<?>> floats = Set.of(Double.class, Float.class);
    String name =
        value == null
            ? "NoneType"
            : value instanceof String
                ? "str"
                : value instanceof Boolean
                    ? "bool"
                    : value instanceof Map
                        ? "dict"
                        : value instanceof List
                            ? "list"
                            : floats.contains(value.getClass()) ? "float" : "int";
    return "<class '" + name + "'>";
  }
}
