package io.rayauth.testkit;

import io.rayauth.testkit.internal.FaultPlan;
import io.rayauth.testkit.internal.Response;
import java.time.Duration;

/**
 * Says what goes wrong with one exchange; given to {@link NextCall#fault(Fault)} or {@link
 * NextCall#acceptThen(Fault)}.
 *
 * <p>Immutable.
 */
public final class Fault {
  /** Takes the whole request and closes the connection without a byte. */
  public static final Fault CLOSE_BEFORE_HEADERS = new Fault(new FaultPlan.Close(false));

  /** Takes the whole request and resets the connection. */
  public static final Fault RESET_BEFORE_HEADERS = new Fault(new FaultPlan.Close(true));

  /**
   * Takes the whole request and stays silent until the client leaves, the fake is closed or {@link
   * FakeRay#releaseStalled()} lets the exchange go on.
   */
  public static final Fault STALL = new Fault(new FaultPlan.Stall());

  private final FaultPlan plan;

  private Fault(FaultPlan plan) {
    this.plan = plan;
  }

  /**
   * Sends the head and the first bytes of the body, then closes; on a WebSocket, sends frames with
   * so many bytes of text and drops the connection in the middle of one.
   *
   * @param bytes how much of the body arrives
   * @return the fault
   * @throws IllegalArgumentException if it is negative
   */
  public static Fault cutAfter(long bytes) {
    return new Fault(new FaultPlan.CutAfter(notNegative(bytes)));
  }

  /**
   * Sends the head at once and the body in pieces.
   *
   * @param chunk bytes in a piece
   * @param pause real time between two pieces
   * @return the fault
   * @throws IllegalArgumentException if a piece is empty
   */
  public static Fault slowBody(int chunk, Duration pause) {
    if (chunk < 1) {
      throw new IllegalArgumentException("a piece of " + chunk + " bytes");
    }
    return new Fault(new FaultPlan.SlowBody(chunk, pause));
  }

  /**
   * Answers with another status and Ray's text for it.
   *
   * @param status such as 500, 502 or 503
   * @return the fault
   */
  public static Fault status(int status) {
    return new Fault(new FaultPlan.Answer(Response.failure(status)));
  }

  /**
   * Closes a log tail with a close frame, whatever the job does.
   *
   * @param code the close code; Ray itself only ever sends 1000
   * @param afterBytes how much text arrives before
   * @return the fault
   * @throws IllegalArgumentException if the number of bytes is negative
   */
  public static Fault webSocketClose(int code, long afterBytes) {
    return new Fault(new FaultPlan.WebSocketClose(code, notNegative(afterBytes)));
  }

  /**
   * Makes the gate refuse a token from this request on, or from the next one on if it is used with
   * {@link NextCall#acceptThen(Fault)}.
   *
   * @param token the bare token
   * @return the fault
   */
  public static Fault revoke(String token) {
    return new Fault(new FaultPlan.Revoke(token));
  }

  FaultPlan plan() {
    return plan;
  }

  private static long notNegative(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException(bytes + " bytes");
    }
    return bytes;
  }

  @Override
  public String toString() {
    return "Fault[" + plan + "]";
  }
}
