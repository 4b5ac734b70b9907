package io.rayauth.error;

import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Says that another job already has the chosen submission id.
 *
 * <p>The message and {@link #differences()} name in what it differs from what was submitted: names
 * of fields and keys, never their values.
 */
public class JobConflictException extends RayApiException {
  @Serial private static final long serialVersionUID = 1L;

  private static final int NAMED = 10;

  private final String jobId;
  private final String[] differences;

  /**
   * Creates an exception for a job.
   *
   * @param message request, reason and next step
   * @param answer what the server said
   * @param jobId the id in question
   */
  public JobConflictException(String message, ServerAnswer answer, String jobId) {
    this(message, answer, jobId, List.of());
  }

  private JobConflictException(
      String message, ServerAnswer answer, String jobId, List<String> differences) {
    super(message, answer);
    this.jobId = jobId;
    this.differences = differences.toArray(String[]::new);
  }

  /**
   * Creates the same exception with what the comparison of the two jobs gave.
   *
   * @param differences names of what differs; none if the record was deleted meanwhile
   * @return the exception to throw
   */
  public JobConflictException differingIn(List<String> differences) {
    return new JobConflictException(
        getMessage() + "; " + explained(differences), answer(), jobId, differences);
  }

  private static String explained(List<String> differences) {
    if (differences.isEmpty()) {
      return "its record was deleted before it could be compared with this submission";
    }
    String named =
        differences.stream()
            .limit(NAMED)
            .map(name -> name.replaceAll("\\p{Cntrl}", "\ufffd"))
            .collect(Collectors.joining(", "));
    int more = Math.max(differences.size() - NAMED, 0);
    return "the job there differs in %s%s. Take another id for what is another job"
        .formatted(named, more == 0 ? "" : " and " + more + " more");
  }

  /**
   * Returns the id in question.
   *
   * @return the value of the job's id
   */
  public String jobId() {
    return jobId;
  }

  /**
   * Names in what the job there differs from what was submitted.
   *
   * @return such as {@code entrypoint}, {@code runtime_env.pip}, {@code runtime_env.env_vars.HOME},
   *     {@code metadata.team} and {@code resources}, which stands for everything the entrypoint
   *     reserves; empty if the job was deleted before it could be looked at
   */
  public List<String> differences() {
    return List.of(differences);
  }
}
