package io.rayauth.internal.websocket;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes whole frames, one after another. Whoever reads and has a ping to answer does not wait for
 * a sender that waits for the other side: else both directions could stand still for ever.
 */
public final class FrameWriter {
  private static final System.Logger LOG = System.getLogger(FrameWriter.class.getName());

  private final OutputStream out;
  private final ReentrantLock writing = new ReentrantLock();
  private final AtomicReference<byte @Nullable []> answer = new AtomicReference<>();

  /** Creates a writer; closing the stream is left to the caller. */
  public FrameWriter(OutputStream out) {
    this.out = out;
  }

  /** Writes a frame, and blocks while the other side does not take it. */
  public void write(byte[] bytes, int offset, int length) throws IOException {
    writing.lock();
    try {
      out.write(bytes, offset, length);
      out.flush();
    } finally {
      writing.unlock();
    }
    writeAnswer();
  }

  /**
   * Answers a ping now, or has whoever writes at the moment do it afterwards. One that still waits
   * when the next comes is dropped (RFC 6455, section 5.5.3).
   *
   * @param frame is kept
   */
  public void answer(byte[] frame) {
    answer.set(frame);
    writeAnswer();
  }

  private void writeAnswer() {
    while (answer.get() != null && writing.tryLock()) {
      try {
        byte[] frame = answer.getAndSet(null);
        if (frame != null) {
          out.write(frame);
          out.flush();
        }
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "what is read next says why", e);
      } finally {
        writing.unlock();
      }
    }
  }
}
