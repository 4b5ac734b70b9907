package io.rayauth.testkit.internal;

import java.io.Serial;

/** Says with which text of Ray a job fails before its entrypoint runs. */
final class RuntimeEnvFailure extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final String errorType;

  private RuntimeEnvFailure(String errorType, String message) {
    super(message);
    this.errorType = errorType;
  }

  static RuntimeEnvFailure setup(String message) {
    return new RuntimeEnvFailure("RUNTIME_ENV_SETUP_FAILURE", message);
  }

  static RuntimeEnvFailure start(String message) {
    return new RuntimeEnvFailure("JOB_SUPERVISOR_ACTOR_START_FAILURE", message);
  }

  String errorType() {
    return errorType;
  }

  String text() {
    return String.valueOf(getMessage());
  }
}
