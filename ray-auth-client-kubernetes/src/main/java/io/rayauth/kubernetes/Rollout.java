package io.rayauth.kubernetes;

import io.rayauth.error.RayInterruptedException;
import io.rayauth.kubernetes.OperatorProgress.Step;
import io.rayauth.kubernetes.RayKubernetesException.Reason;
import io.rayauth.kubernetes.internal.operator.DeploymentState;
import io.rayauth.kubernetes.internal.operator.OperatorObjects;
import io.rayauth.kubernetes.internal.operator.ResourceDefinitions;
import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Waits for what was applied to become true, within one timeout for all of it. */
final class Rollout {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final OperatorObjects objects;
  private final TimeSource time;
  private final Duration timeout;
  private final Consumer<? super OperatorProgress> progress;
  private final long start;
  private String told = "";

  Rollout(
      OperatorObjects objects,
      TimeSource time,
      Duration timeout,
      Consumer<? super OperatorProgress> progress) {
    this.objects = objects;
    this.time = time;
    this.timeout = timeout;
    this.progress = progress;
    this.start = time.nanoTime();
  }

  void tell(Step step, String message) {
    progress.accept(new OperatorProgress(step, message));
  }

  /** Waits until custom resources are served. */
  void awaitEstablished(ResourceDefinitions definitions, List<String> names) {
    for (String name : names) {
      await(
          () -> definitions.isEstablished(name),
          () -> "CustomResourceDefinition %s is not established".formatted(name));
    }
    tell(
        Step.RESOURCE_DEFINITIONS,
        names.isEmpty() ? "none to apply" : "applied and served: " + String.join(", ", names));
  }

  /** Waits until all pods of some Deployments are new and ready. */
  void awaitReady(Supplier<List<DeploymentState>> deployments) {
    await(
        () -> {
          List<DeploymentState> now = deployments.get();
          String words = String.join("; ", now.stream().map(DeploymentState::inWords).toList());
          boolean done = now.stream().allMatch(DeploymentState::isRolledOut);
          if (!done && !words.equals(told)) {
            tell(Step.ROLLOUT, words);
            told = words;
          }
          if (done) {
            tell(Step.READY, now.isEmpty() ? "there are no pods to wait for" : words);
          }
          return done;
        },
        () ->
            String.join(
                "; ",
                deployments.get().stream()
                    .filter(deployment -> !deployment.isRolledOut())
                    .map(deployment -> deployment.inWords() + trouble(deployment))
                    .toList()));
  }

  private String trouble(DeploymentState deployment) {
    String trouble = objects.trouble(deployment);
    return trouble.isEmpty() ? "" : " (" + trouble + ")";
  }

  private void await(BooleanSupplier condition, Supplier<String> what) {
    while (!condition.getAsBoolean()) {
      Duration waited = Duration.ofNanos(time.nanoTime() - start);
      if (waited.compareTo(timeout) >= 0) {
        throw new RayKubernetesException(
            Reason.NOT_READY,
            "after %d s, %s; what was applied stays".formatted(waited.toSeconds(), what.get()),
            null);
      }
      Duration left = timeout.minus(waited);
      try {
        time.sleep(left.compareTo(PAUSE) < 0 ? left : PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RayInterruptedException(
            "interrupted while waiting for the KubeRay operator; what was applied stays", e);
      }
    }
  }
}
