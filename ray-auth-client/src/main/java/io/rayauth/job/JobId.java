package io.rayauth.job;

import io.rayauth.internal.submit.ShortHash;
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

  private static final int LONGEST_READABLE_PART = 80;

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

  /**
   * Makes the id that belongs to a key of yours, the same each time and in every process: whoever
   * submits under it meets the job that is already there instead of starting a second one.
   *
   * <p>The id begins with what can be read of the key and ends with 128 bits of its SHA-256. The
   * parts keep their borders: {@code of("a", "bc")} is another id than {@code of("ab", "c")}. Among
   * a billion keys, two have the same id with a chance of less than 1 in 10<sup>20</sup>. Later
   * versions of this library make the same ids.
   *
   * @param keyParts such as {@code "nightly-report", "2026-11-25"}; at least one, and none empty
   * @return an id of at most 113 letters, digits, dots, dashes and underscores, for {@link
   *     JobSpec.Builder#submissionId(JobId)}
   * @throws IllegalArgumentException if there is no part, or one is null or empty
   */
  public static JobId of(String... keyParts) {
    if (keyParts.length == 0) {
      throw new IllegalArgumentException("a job id without parts would be the same for all jobs");
    }
    StringBuilder key = new StringBuilder();
    for (int i = 0; i < keyParts.length; i++) {
      if (keyParts[i] == null || keyParts[i].isEmpty()) {
        throw new IllegalArgumentException(
            "part %d of %d of the key of a job id is %s"
                .formatted(i + 1, keyParts.length, keyParts[i] == null ? "null" : "empty"));
      }
      key.append(keyParts[i].length()).append(':').append(keyParts[i]);
    }
    String readable = String.join("-", keyParts).replaceAll("[^A-Za-z0-9._-]", "_");
    return new JobId(
        readable.substring(0, Math.min(readable.length(), LONGEST_READABLE_PART))
            + "-"
            + ShortHash.of(key.toString()));
  }

  @Override
  public String toString() {
    return value;
  }
}
