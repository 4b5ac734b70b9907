package io.rayauth.internal.submit;

import io.rayauth.internal.json.JobCodec;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobSpec;
import io.rayauth.job.PackageReport;
import io.rayauth.job.RuntimeEnv;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Is what a submission asks for, to be compared with the job that the cluster has under its id. */
final class Order {
  private final String entrypoint;
  private final Map<String, @Nullable Object> runtimeEnv;
  private final Map<String, String> metadata;
  private final Map<String, Object> resources;
  private final Set<String> packages;

  /** Takes a spec and what became of its local paths. */
  Order(JobSpec spec, RuntimeEnv sent, List<PackageReport> packages) {
    this.entrypoint = spec.entrypoint();
    this.runtimeEnv = sent.asMap();
    this.metadata = spec.metadata();
    this.resources = JobCodec.resources(spec);
    this.packages =
        packages.stream().map(report -> fileName(report.uri())).collect(Collectors.toSet());
  }

  Fingerprint fingerprint() {
    return new Fingerprint(
        ShortHash.of(
            PlainForm.of(entrypoint)
                + PlainForm.of(runtimeEnv, this::named)
                + PlainForm.of(metadata)),
        ShortHash.of(PlainForm.of(resources)));
  }

  /**
   * Names the parts in which a job differs; never a value, which may be a secret.
   *
   * @param marked the fingerprint of that job, null if whoever submitted it left none
   */
  List<String> differencesFrom(JobDetails job, @Nullable Fingerprint marked) {
    Fingerprint ours = fingerprint();
    List<String> differences = new ArrayList<>();
    if (marked == null || !marked.content().equals(ours.content())) {
      differences.addAll(visibleDifferencesFrom(job));
    }
    boolean otherResources =
        marked == null ? !resources.isEmpty() : !marked.resources().equals(ours.resources());
    if (otherResources) {
      differences.add("resources");
    }
    return List.copyOf(differences);
  }

  private List<String> visibleDifferencesFrom(JobDetails job) {
    List<String> differences = new ArrayList<>();
    if (!entrypoint.equals(job.entrypoint())) {
      differences.add("entrypoint");
    }
    Map<String, @Nullable Object> env = job.runtimeEnv().asMap();
    for (String key : differing(runtimeEnv, env, this::named)) {
      if (key.equals("env_vars")) {
        differing(fields(runtimeEnv.get(key)), fields(env.get(key)), UnaryOperator.identity())
            .forEach(variable -> differences.add("runtime_env.env_vars." + variable));
      } else {
        differences.add("runtime_env." + key);
      }
    }
    differing(metadata, job.metadata(), UnaryOperator.identity())
        .forEach(key -> differences.add("metadata." + key));
    return differences;
  }

  private static Set<String> differing(
      Map<?, ? extends @Nullable Object> ours,
      Map<?, ? extends @Nullable Object> theirs,
      UnaryOperator<String> strings) {
    Set<String> keys = new TreeSet<>();
    ours.keySet().forEach(key -> keys.add(String.valueOf(key)));
    theirs.keySet().forEach(key -> keys.add(String.valueOf(key)));
    keys.removeIf(
        key -> PlainForm.of(ours.get(key), strings).equals(PlainForm.of(theirs.get(key), strings)));
    return keys;
  }

  private static Map<?, ?> fields(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  /**
   * What was packed here goes by the name that its content gave it: the address of a package store
   * has a signature that is another one each time.
   */
  private String named(String text) {
    String name = fileName(text);
    return packages.contains(name) ? name : text;
  }

  private static String fileName(String uri) {
    String path = uri.replaceFirst("[?#].*", "");
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
