package io.rayauth.kubernetes;

/** Tells how far an installation of the operator has got. Immutable. */
public final class OperatorProgress {
  /** Names the steps, in their order. */
  public enum Step {
    /** The chart was found. */
    CHART,
    /** The definitions of the custom resources were applied and are served. */
    RESOURCE_DEFINITIONS,
    /** Everything else was handed to the API server. */
    APPLIED,
    /** The pods are starting; comes again with every change. */
    ROLLOUT,
    /** The pods are ready. */
    READY
  }

  private final Step step;
  private final String message;

  OperatorProgress(Step step, String message) {
    this.step = step;
    this.message = message;
  }

  /**
   * Returns the step.
   *
   * @return the step that was reached
   */
  public Step step() {
    return step;
  }

  /**
   * Returns the details.
   *
   * @return one line for people, such as {@code kuberay-operator: 0 of 1 pods ready}
   */
  public String message() {
    return message;
  }

  @Override
  public String toString() {
    return step + ": " + message;
  }
}
