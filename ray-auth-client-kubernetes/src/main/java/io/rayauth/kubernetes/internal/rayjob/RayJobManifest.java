package io.rayauth.kubernetes.internal.rayjob;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.rayauth.job.JobSpec;
import io.rayauth.kubernetes.RayJobRef;
import io.rayauth.kubernetes.SubmissionMode;
import io.rayauth.kubernetes.internal.cluster.RayResources;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** Writes a RayJob in the form of KubeRay's {@code apis/ray/v1/rayjob_types.go}. */
public final class RayJobManifest {
  private RayJobManifest() {}

  /**
   * Writes a RayJob.
   *
   * @param fields the parts of {@code spec} that say nothing of the job itself
   * @param json writes a map as JSON, which is YAML, too
   */
  public static GenericKubernetesResource of(
      RayJobRef ref,
      JobSpec job,
      SubmissionMode mode,
      Map<String, String> labels,
      Map<String, Object> fields,
      Function<Object, String> json) {
    Map<String, Object> spec = new LinkedHashMap<>(fields);
    spec.put("entrypoint", job.entrypoint());
    if (mode != SubmissionMode.INTERACTIVE) { // else all of it travels with the submission
      addJob(spec, job, json);
    }
    return new GenericKubernetesResourceBuilder()
        .withApiVersion(RayResources.API_VERSION)
        .withKind(RayResources.RAY_JOB.getKind())
        .withNewMetadata()
        .withNamespace(ref.namespace())
        .withName(ref.name())
        .withLabels(labels)
        .endMetadata()
        .addToAdditionalProperties("spec", spec)
        .build();
  }

  private static void addJob(Map<String, Object> spec, JobSpec job, Function<Object, String> json) {
    job.submissionId().ifPresent(id -> spec.put("jobId", id.value()));
    if (!job.runtimeEnv().isEmpty()) {
      spec.put("runtimeEnvYAML", json.apply(job.runtimeEnv().asMap()));
    }
    if (!job.metadata().isEmpty()) {
      spec.put("metadata", job.metadata());
    }
    job.entrypointNumCpus().ifPresent(cpus -> spec.put("entrypointNumCpus", cpus));
    job.entrypointNumGpus().ifPresent(gpus -> spec.put("entrypointNumGpus", gpus));
    if (!job.entrypointResources().isEmpty()) {
      spec.put("entrypointResources", json.apply(job.entrypointResources()));
    }
  }
}
