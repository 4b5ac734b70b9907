package io.rayauth.internal.http;

/** Is what became of one attempt. */
public sealed interface Outcome {

  /** Tells whether the server may have got the request and acted on it. */
  boolean mayHaveBeenSent();

  /** An answer came, whatever it says. */
  record Answer(ApiResponse response) implements Outcome {
    @Override
    public boolean mayHaveBeenSent() {
      return true;
    }
  }

  /**
   * No complete answer came.
   *
   * @param what the reason in words
   * @param cause what failed
   * @param mayHaveBeenSent false only if it is certain that the server saw nothing
   * @param repeatable whether another attempt could fare better
   */
  record NoAnswer(String what, Throwable cause, boolean mayHaveBeenSent, boolean repeatable)
      implements Outcome {

    /** Returns the same for a request of which an earlier attempt may have arrived. */
    public NoAnswer afterOneThatWasSent() {
      return new NoAnswer(what, cause, true, repeatable);
    }
  }
}
