package io.rayauth.proxy.internal.forward;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.XnioExecutor;
import org.xnio.channels.StreamSourceChannel;

/**
 * Reads the beginning of an answer that is not passed on but explained. All of it runs on the I/O
 * thread.
 */
final class Excerpt implements ChannelListener<StreamSourceChannel> {
  private static final int MOST = 4096;
  private static final int PATIENCE_SECONDS = 5;

  private final ByteBuffer bytes = ByteBuffer.allocate(MOST);
  private final Reader reader;
  private XnioExecutor.@Nullable Key timeout;
  private boolean done;

  private Excerpt(Reader reader) {
    this.reader = reader;
  }

  /** Gets an excerpt. */
  interface Reader {
    /**
     * Gets what was read.
     *
     * @param whole whether there is no more of it
     */
    void read(byte[] bytes, boolean whole);
  }

  static void of(StreamSourceChannel body, Reader reader) {
    Excerpt excerpt = new Excerpt(reader);
    excerpt.timeout =
        body.getIoThread()
            .executeAfter(() -> excerpt.end(false), PATIENCE_SECONDS, TimeUnit.SECONDS);
    excerpt.handleEvent(body);
  }

  @Override
  public void handleEvent(StreamSourceChannel body) {
    try {
      int read;
      do {
        read = body.read(bytes);
      } while (read > 0);
      if (read == 0 && bytes.hasRemaining()) {
        body.getReadSetter().set(this);
        body.resumeReads();
        return;
      }
      body.suspendReads();
      end(read < 0);
    } catch (IOException e) {
      end(false); // what came is still worth reading
    }
  }

  private void end(boolean whole) {
    if (!done) {
      done = true;
      if (timeout != null) {
        timeout.remove();
      }
      reader.read(Arrays.copyOf(bytes.array(), bytes.position()), whole);
    }
  }
}
