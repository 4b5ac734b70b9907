package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A program with little memory, through which much passes, and which prints nothing by itself. */
@Timeout(240)
class MemoryTest {
  private static final long DOWN = 1L << 30;
  private static final long UP = 200L << 20;
  private static final byte[] BLOCK = new byte[64 << 10];

  @Test
  void program_withLittleMemory_passesMuchBothWaysAndPrintsNothing() throws Exception {
    try (ScriptedCluster cluster =
        ScriptedCluster.of(call -> {
          if (call.method().equals("PUT")) {
            call.in().skipNBytes(UP);
            call.answer("200 OK", "taken");
          } else {
            call.say("HTTP/1.1 200 OK\r\nContent-Length: " + DOWN + "\r\n\r\n");
            for (long sent = 0; sent < DOWN; sent += BLOCK.length) {
              call.socket().getOutputStream().write(BLOCK);
            }
          }
        })) {
      Process program = start(cluster.url());
      try (BufferedReader out =
          new BufferedReader(
              new InputStreamReader(program.getInputStream(), StandardCharsets.UTF_8))) {
        Browser browser = Browser.opening(URI.create(out.readLine()));

        long down = download(browser);
        String answer = upload(browser);
        program.getOutputStream().close();
        boolean ended = program.waitFor(30, TimeUnit.SECONDS);

        assertThat(down).isEqualTo(DOWN);
        assertThat(answer).contains("taken");
        assertThat(ended).isTrue();
        assertThat(program.exitValue()).isZero();
        assertThat(new String(program.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
            .isEmpty();
      } finally {
        program.destroyForcibly();
      }
    }
  }

  private static long download(Browser browser) throws Exception {
    try (Socket socket = browser.connect()) {
      socket
          .getOutputStream()
          .write(browser.request("GET", "/large").getBytes(StandardCharsets.ISO_8859_1));
      InputStream in = socket.getInputStream();
      skipHead(in);
      long all = 0;
      byte[] some = new byte[1 << 20];
      while (all < DOWN) {
        int read = in.read(some);
        if (read < 0) {
          return all;
        }
        all += read;
      }
      return all;
    }
  }

  private static String upload(Browser browser) throws Exception {
    try (Socket socket = browser.connect()) {
      OutputStream out = socket.getOutputStream();
      out.write(
          browser
              .request("PUT", "/up", "Content-Length: " + UP, "Connection: close")
              .getBytes(StandardCharsets.ISO_8859_1));
      for (long sent = 0; sent < UP; sent += BLOCK.length) {
        out.write(BLOCK);
      }
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void skipHead(InputStream in) throws Exception {
    for (int ends = 0; ends < 4; ) {
      int b = in.read();
      ends = b == '\r' || b == '\n' ? ends + 1 : 0;
    }
  }

  private static Process start(URI cluster) throws Exception {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx32m",
            "-XX:MaxDirectMemorySize=8m",
            "-cp",
            System.getProperty("java.class.path"),
            ProxyProgram.class.getName(),
            cluster.toString())
        .start();
  }
}
