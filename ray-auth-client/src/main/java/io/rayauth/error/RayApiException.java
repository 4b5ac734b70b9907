package io.rayauth.error;

import java.io.Serial;

/**
 * Says that the server answered and the answer was no, or was not one a Ray dashboard gives.
 *
 * <p>The message names the request, the status, the server's reason and, where there is one, the
 * next step. The full text of the server (often a Python traceback) is in {@link #bodyExcerpt()}
 * and is never part of the message.
 */
public class RayApiException extends RayException {
  @Serial private static final long serialVersionUID = 1L;

  private final transient ServerAnswer answer;

  /**
   * Creates an exception for an answer.
   *
   * @param message request, status, reason and next step, without any secret
   * @param answer what the server said
   */
  public RayApiException(String message, ServerAnswer answer) {
    super(message, null);
    this.answer = answer;
  }

  /**
   * Returns all facts of the answer.
   *
   * @return what the methods below have one by one
   */
  public ServerAnswer answer() {
    return answer;
  }

  /**
   * Returns the HTTP status that tells what happened: that of an inner hop where the dashboard
   * wrapped it into a 500.
   *
   * @return the status, such as 400
   */
  public int status() {
    return answer.status();
  }

  /**
   * Returns the method of the refused request.
   *
   * @return such as {@code POST}
   */
  public String method() {
    return answer.method();
  }

  /**
   * Returns the path of the refused request, without query.
   *
   * @return such as {@code /api/jobs/}
   */
  public String path() {
    return answer.path();
  }

  /**
   * Returns the server's reason: the last line of its text that says something.
   *
   * @return one line, empty if the server gave none
   */
  public String reason() {
    return answer.reason();
  }

  /**
   * Returns the beginning of the server's text, tracebacks included.
   *
   * @return at most 4,096 characters, without the token that was sent
   */
  public String bodyExcerpt() {
    return answer.bodyExcerpt();
  }

  /**
   * Returns how often the request was sent.
   *
   * @return 1 or more
   */
  public int attempts() {
    return answer.attempts();
  }

  /**
   * Tells whether the same request may succeed later without anybody changing anything.
   *
   * @return true for 429, 502, 503, 504 and the internal errors of a dashboard that is restarting
   */
  public boolean isRetryable() {
    return answer.retryable();
  }
}
