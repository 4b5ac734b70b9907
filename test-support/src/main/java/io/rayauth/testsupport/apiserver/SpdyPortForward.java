package io.rayauth.testsupport.apiserver;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * {@code portforward.k8s.io} over SPDY/3.1; sends nothing before its ping was answered, and after
 * the end leaves it to the client to hang up, as a kubelet does.
 */
final class SpdyPortForward extends PortForward {
  private static final byte[] NOTHING = {};

  private final Map<String, Integer> streams = new HashMap<>();
  private final CountDownLatch pinged = new CountDownLatch(1);

  SpdyPortForward(Socket client, String pod, int target) {
    super(client, pod, target);
  }

  @Override
  void begin(Map<String, String> headers, DataInputStream in) throws IOException {
    answer("Upgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: portforward.k8s.io\r\n");
    Inflater inflater = new Inflater();
    try {
      for (int i = 0; i < 2; i++) {
        expect(0x8003_0001, in.readInt());
        byte[] frame = in.readNBytes(in.readInt());
        int stream = ByteBuffer.wrap(frame).getInt();
        Map<String, String> named = headers(inflater, frame);
        if (!"8265".equals(named.get("port")) || !named.containsKey("requestid")) {
          throw new IOException("a stream has the headers " + named);
        }
        streams.put(named.get("streamtype"), stream);
        control(2, ByteBuffer.allocate(4).putInt(stream).array());
      }
    } catch (DataFormatException e) {
      throw new IOException(e);
    } finally {
      inflater.end();
    }
    control(6, ByteBuffer.allocate(4).putInt(2).array());
  }

  @Override
  void data(byte[] data, int length) throws IOException {
    try {
      if (!pinged.await(30, TimeUnit.SECONDS)) {
        throw new IOException("the ping was not answered");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    frame("data", 0, data, length);
  }

  @Override
  void error(byte[] text) throws IOException {
    frame("error", 0, text, text.length);
  }

  @Override
  void end() throws IOException {
    frame("error", 1, NOTHING, 0);
    frame("data", 1, NOTHING, 0);
    CountDownLatch never = new CountDownLatch(1);
    try {
      while (!never.await(20, TimeUnit.MILLISECONDS)) {
        control(6, ByteBuffer.allocate(4).putInt(2).array()); // fails when the client is gone
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Override
  void up(DataInputStream in, OutputStream to) throws IOException {
    while (true) {
      int first = in.readInt();
      int second = in.readInt();
      byte[] payload = in.readNBytes(second & 0xff_ffff);
      if (first == 0x8003_0006) {
        expect(2, ByteBuffer.wrap(payload).getInt());
        pinged.countDown();
      } else {
        expect(numberOf("data"), first);
        to.write(payload);
      }
    }
  }

  private void frame(String stream, int flags, byte[] data, int length) throws IOException {
    write(
        ByteBuffer.allocate(8).putInt(numberOf(stream)).putInt(flags << 24 | length).array(),
        data,
        length);
  }

  private int numberOf(String stream) {
    return Objects.requireNonNull(streams.get(stream), stream);
  }

  private void control(int type, byte[] payload) throws IOException {
    write(
        ByteBuffer.allocate(8).putInt(0x8003_0000 | type).putInt(payload.length).array(),
        payload,
        payload.length);
  }

  private static Map<String, String> headers(Inflater inflater, byte[] frame)
      throws IOException, DataFormatException {
    inflater.setInput(frame, 10, frame.length - 10);
    byte[] block = new byte[1024];
    int length = inflater.inflate(block);
    DataInputStream pairs = new DataInputStream(new ByteArrayInputStream(block, 0, length));
    Map<String, String> headers = new HashMap<>();
    for (int left = pairs.readInt(); left > 0; left--) {
      String name = text(pairs);
      headers.put(name, text(pairs));
    }
    return headers;
  }

  private static String text(DataInputStream from) throws IOException {
    return new String(from.readNBytes(from.readInt()), StandardCharsets.US_ASCII);
  }

  private static void expect(int wanted, int came) throws IOException {
    if (came != wanted) {
      throw new EOFException("0x%x came instead of 0x%x".formatted(came, wanted));
    }
  }
}
