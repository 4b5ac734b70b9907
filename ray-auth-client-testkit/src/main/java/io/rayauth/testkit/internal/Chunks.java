package io.rayauth.testkit.internal;

import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/** Writes a body in chunks while it grows, up to a scripted cut. */
final class Chunks {
  private final WireInput in;
  private final OutputStream out;
  private final @Nullable FaultPlan fault;
  private long sent;

  Chunks(WireInput in, OutputStream out, @Nullable FaultPlan fault) {
    this.in = in;
    this.out = out;
    this.fault = fault;
  }

  /** Sends the first bytes of an array. */
  void send(byte[] bytes, int length) throws IOException {
    long allowed = fault instanceof FaultPlan.CutAfter cut ? cut.bytes() - sent : Long.MAX_VALUE;
    out.write(WireInput.latin1(Integer.toHexString(length) + "\r\n"));
    out.write(bytes, 0, (int) Math.min(length, allowed));
    if (length >= allowed) {
      out.flush();
      throw new WebSocketFrames.Ended();
    }
    out.write(WireInput.latin1("\r\n"));
    out.flush();
    sent += length;
  }

  /** Waits and tells whether the client is still there. */
  boolean isOpenAfter(int millis) throws IOException {
    in.discard();
    return in.isOpenAfter(millis);
  }
}
