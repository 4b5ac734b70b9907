package io.rayauth.internal.http;

/** Is what became of one attempt. */
public sealed interface Outcome {

  /** An answer came, whatever it says. */
  record Answer(ApiResponse response) implements Outcome {}

  /**
   * No complete answer came.
   *
   * @param what the reason in words
   * @param cause what failed
   * @param mayHaveBeenSent false only if it is certain that the server saw nothing
   * @param repeatable whether another attempt could fare better
   */
  record NoAnswer(String what, Throwable cause, boolean mayHaveBeenSent, boolean repeatable)
      implements Outcome {}
}
