package io.rayauth.job;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/**
 * Names a job: a submission id, or the hex id Ray gives to a driver.
 *
 * <p>Any non-empty text is accepted here, because a cluster may hold jobs with odd ids; what a new
 * submission may be called is checked by {@link JobSpec.Builder#submissionId(JobId)}.
 *
 * @param value the id as Ray knows it
 */
public record JobId(String value) {
  /**
   * Ray's own alphabet for generated ids, without the characters that look alike ({@code
   * generate_job_id} of {@code job/sdk.py}).
   */
  private static final String ALPHABET =
      "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz123456789";

  /**
   * Creates an id.
   *
   * @throws IllegalArgumentException if the value is empty
   */
  public JobId {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("the job id is empty");
    }
  }

  /**
   * Makes up an id in the form of Ray's own: {@code raysubmit_} and 16 characters.
   *
   * @return an id no other job has, for all practical purposes
   */
  public static JobId random() {
    return random(new SecureRandom());
  }

  /**
   * Makes up an id in the form of Ray's own from the given randomness.
   *
   * @param random where the 16 characters come from
   * @return the id
   */
  public static JobId random(RandomGenerator random) {
    StringBuilder id = new StringBuilder("raysubmit_");
    for (int i = 0; i < 16; i++) {
      id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return new JobId(id.toString());
  }

  @Override
  public String toString() {
    return value;
  }
}
