package io.rayauth.error;

/**
 * Holds the facts of an answer that became an exception.
 *
 * @param method of the request
 * @param path of the request, without query
 * @param status the status that tells what happened, unwrapped from inner hops
 * @param reason the last line of the body that says something, without credentials
 * @param bodyExcerpt the beginning of the body, at most 4,096 characters, without credentials
 * @param attempts how often the request was sent
 * @param retryable whether the same request may succeed later
 */
public record ServerAnswer(
    String method,
    String path,
    int status,
    String reason,
    String bodyExcerpt,
    int attempts,
    boolean retryable) {

  /** Holds the facts; bearer and basic credentials in the server's text are blanked. */
  public ServerAnswer {
    reason = ServerText.withoutCredentials(reason);
    bodyExcerpt = ServerText.withoutCredentials(bodyExcerpt);
  }
}
