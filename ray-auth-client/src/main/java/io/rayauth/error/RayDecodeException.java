package io.rayauth.error;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Says that the server answered with success but the answer could not be understood. */
public class RayDecodeException extends RayException {
  @Serial private static final long serialVersionUID = 1L;

  private final String bodyExcerpt;

  /**
   * Creates an exception for an answer.
   *
   * @param message what was expected and what came
   * @param bodyExcerpt the beginning of the answer, at most 4,096 characters; bearer and basic
   *     credentials in it are blanked
   * @param cause what the parser said
   */
  public RayDecodeException(String message, String bodyExcerpt, @Nullable Throwable cause) {
    super(message, cause);
    this.bodyExcerpt = ServerText.withoutCredentials(bodyExcerpt);
  }

  /**
   * Returns the beginning of the answer.
   *
   * @return about 4,096 characters at most, without credentials
   */
  public String bodyExcerpt() {
    return bodyExcerpt;
  }
}
