package io.rayauth.internal.json;

import java.util.Locale;
import tools.jackson.core.util.Named;

/** Names what is read of a job ({@code JobDetails} of Ray's {@code job/pydantic_models.py}). */
enum JobField implements Named {
  SUBMISSION_ID,
  JOB_ID,
  TYPE,
  STATUS,
  ENTRYPOINT,
  MESSAGE,
  ERROR_TYPE,
  DRIVER_NODE_ID,
  START_TIME,
  END_TIME,
  METADATA,
  RUNTIME_ENV,
  DRIVER_EXIT_CODE;

  private static final JobField[] ALL = values();

  /** Returns the field with that ordinal. */
  static JobField at(int ordinal) {
    return ALL[ordinal];
  }

  @Override
  public String getName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
