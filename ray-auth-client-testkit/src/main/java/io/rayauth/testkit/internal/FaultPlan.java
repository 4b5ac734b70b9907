package io.rayauth.testkit.internal;

import java.time.Duration;

/** Says what is to go wrong with one exchange. */
public sealed interface FaultPlan {
  /** Reads the request and closes the connection, politely or with a reset. */
  record Close(boolean reset) implements FaultPlan {}

  /** Goes silent until the client leaves or the test releases it. */
  record Stall() implements FaultPlan {}

  /** Sends the head and so many bytes of the body, or of WebSocket text, and closes. */
  record CutAfter(long bytes) implements FaultPlan {}

  /** Sends the body in pieces with pauses between them. */
  record SlowBody(int chunk, Duration pause) implements FaultPlan {}

  /** Answers something else. */
  record Answer(Response response) implements FaultPlan {}

  /** Sends a close frame after so many bytes of text. */
  record WebSocketClose(int code, long afterBytes) implements FaultPlan {}

  /** Makes the gate refuse a token from here on. */
  record Revoke(String token) implements FaultPlan {
    @Override
    public String toString() {
      return "Revoke[…]";
    }
  }
}
