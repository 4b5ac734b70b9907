package io.rayauth.testsupport.apiserver;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** One connection into a pod, on the kubelet's side. */
abstract class PortForward {
  private static final int PIECE = 32 * 1024;

  private final Socket client;
  private final String pod;
  private final int target;

  PortForward(Socket client, String pod, int target) {
    this.client = client;
    this.pod = pod;
    this.target = target;
  }

  String pod() {
    return pod;
  }

  void close() {
    try {
      client.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Serves until one side ends. */
  void run(Map<String, String> headers) throws IOException {
    DataInputStream in = new DataInputStream(client.getInputStream());
    begin(headers, in);
    try (Socket upstream = new Socket(InetAddress.getLoopbackAddress(), target)) {
      FakeApiServer.thread(
          "up",
          () -> {
            try (upstream) {
              up(in, upstream.getOutputStream());
            } catch (IOException gone) {
              // the other direction ends it
            }
          });
      InputStream down = upstream.getInputStream();
      byte[] buffer = new byte[PIECE];
      for (int n = down.read(buffer); n >= 0; n = down.read(buffer)) {
        data(buffer, n);
      }
    } catch (ConnectException refused) {
      error(
          ("error forwarding port " + target + " to pod " + pod + ": connection refused")
              .getBytes(StandardCharsets.UTF_8));
      end();
      in.transferTo(OutputStream.nullOutputStream()); // a kubelet leaves the rest to the client
      return;
    }
    end();
  }

  /** Answers the handshake. */
  abstract void begin(Map<String, String> headers, DataInputStream in) throws IOException;

  /** Passes on what the client sends, until it ends. */
  abstract void up(DataInputStream in, OutputStream to) throws IOException;

  abstract void data(byte[] data, int length) throws IOException;

  abstract void error(byte[] text) throws IOException;

  /** Says that nothing more comes. */
  abstract void end() throws IOException;

  /** Writes to the client, one caller after another. */
  final synchronized void write(byte[] head, byte[] data, int length) throws IOException {
    OutputStream out = client.getOutputStream();
    out.write(head);
    out.write(data, 0, length);
    out.flush();
  }

  final void answer(String headers) throws IOException {
    byte[] answer =
        ("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n" + headers + "\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    write(answer, new byte[0], 0);
  }
}
