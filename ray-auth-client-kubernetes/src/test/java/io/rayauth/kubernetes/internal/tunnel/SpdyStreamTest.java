package io.rayauth.kubernetes.internal.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.internal.websocket.Upgraded;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpHeaders;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SpdyStreamTest {
  private static final int PING = 0x8003_0006;
  private static final int RST_STREAM = 0x8003_0003;
  private static final int GO_AWAY = 0x8003_0007;

  /** Reads what came from the other side and returns what broke the stream. */
  private static String failure(ByteBuffer came) {
    SpdyStream stream =
        new SpdyStream(
            new HeadPod("default", "head-a", "uid"),
            new Upgraded(
                new Socket(),
                new ByteArrayInputStream(came.array()),
                OutputStream.nullOutputStream(),
                HttpHeaders.of(Map.of(), (name, value) -> true)));
    assertThat(stream.receive(new byte[1024])).isEqualTo(-1);
    return String.valueOf(stream.failure());
  }

  @Test
  void receive_whenAControlFrameIsLargerThanAny_givesUpBeforeItIsRead() {
    ByteBuffer came = ByteBuffer.allocate(1 << 20).putInt(PING).putInt(0xff_fff0);

    assertThat(failure(came)).contains("sent a control frame of 16777200 bytes");
  }

  @Test
  void receive_whenTheConnectionIsCutWithinAControlFrame_doesNotTakeItForOne() {
    ByteBuffer came = ByteBuffer.allocate(12).putInt(RST_STREAM).putInt(8).putInt(3);

    assertThat(failure(came)).contains("the connection to the API server was lost");
  }

  @Test
  void receive_whenAStreamIsReset_saysWithWhichStatus() {
    ByteBuffer came = ByteBuffer.allocate(16).putInt(RST_STREAM).putInt(8).putInt(3).putInt(5);

    assertThat(failure(came)).isEqualTo("the kubelet gave the stream up with status 5");
  }

  @Test
  void receive_whenTheKubeletGoesAway_isNoPeacefulEnd() {
    ByteBuffer came = ByteBuffer.allocate(16).putInt(GO_AWAY).putInt(8);

    assertThat(failure(came)).isEqualTo("the kubelet goes away");
  }
}
