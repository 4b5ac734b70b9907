package io.rayauth.testkit.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Writes answers as aiohttp does, or as a fault wants them. */
final class ResponseWriter {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** One formatted second; replaced, never changed. */
  private record Second(long epochSecond, String text) {}

  private static volatile Second lastSecond = new Second(0, "");

  private final OutputStream out;

  ResponseWriter(OutputStream out) {
    this.out = out;
  }

  /** Asks the client to go on with its body. */
  void proceed() throws IOException {
    out.write(WireInput.latin1("HTTP/1.1 100 Continue\r\n\r\n"));
    out.flush();
  }

  /** Writes the answer of aiohttp's parser, which speaks HTTP/1.0 then. */
  void malformed(String message) throws IOException {
    byte[] body = WireInput.latin1(message);
    out.write(
        WireInput.latin1(
            "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
                + "Content-Length: %d\r\nDate: %s\r\nServer: %s\r\n\r\n"
                    .formatted(body.length, date(), FakeCluster.SERVER)));
    out.write(body);
    out.flush();
  }

  /**
   * Writes a whole answer.
   *
   * @return whether the connection can be used again
   */
  boolean write(Request request, Response response, boolean last, @Nullable FaultPlan fault)
      throws IOException {
    out.write(WireInput.latin1(head(response, last)));
    if (request.isHead()
        || response.framing() == Response.Framing.NONE
        || response.framing() == Response.Framing.GROWING) {
      out.flush();
      return !last;
    }
    byte[] body = framed(response);
    if (fault instanceof FaultPlan.CutAfter cut) {
      out.write(body, 0, (int) Math.min(cut.bytes(), body.length));
      out.flush();
      return false;
    }
    if (fault instanceof FaultPlan.SlowBody slow) {
      writeSlowly(body, slow);
    } else {
      out.write(body);
    }
    out.flush();
    return !last;
  }

  private void writeSlowly(byte[] body, FaultPlan.SlowBody slow) throws IOException {
    for (int at = 0; at < body.length; at += slow.chunk()) {
      out.flush();
      try {
        TimeUnit.NANOSECONDS.sleep(slow.pause().toNanos());
      } catch (InterruptedException closing) {
        Thread.currentThread().interrupt();
        throw new IOException("closed in the middle of a slow body", closing);
      }
      out.write(body, at, Math.min(slow.chunk(), body.length - at));
    }
  }

  private static byte[] framed(Response response) {
    byte[] body = response.body();
    if (response.framing() != Response.Framing.CHUNKED) {
      return body;
    }
    byte[] start =
        WireInput.latin1(body.length == 0 ? "" : Integer.toHexString(body.length) + "\r\n");
    byte[] end = WireInput.latin1(body.length == 0 ? "0\r\n\r\n" : "\r\n0\r\n\r\n");
    byte[] framed = new byte[start.length + body.length + end.length];
    System.arraycopy(start, 0, framed, 0, start.length);
    System.arraycopy(body, 0, framed, start.length, body.length);
    System.arraycopy(end, 0, framed, start.length + body.length, end.length);
    return framed;
  }

  private static String head(Response response, boolean last) {
    StringBuilder head = new StringBuilder(256);
    head.append("HTTP/1.1 ").append(response.status()).append(' ').append(response.reason());
    head.append("\r\n");
    fields(head, response.before());
    if (response.framing() == Response.Framing.LENGTH) {
      head.append("Content-Length: ").append(response.body().length).append("\r\n");
    }
    fields(head, response.after());
    head.append("Date: ").append(date()).append("\r\n");
    if (response.isFromRay()) {
      head.append("Server: ").append(FakeCluster.SERVER).append("\r\n");
    }
    if (response.framing() == Response.Framing.CHUNKED
        || response.framing() == Response.Framing.GROWING) {
      head.append("Transfer-Encoding: chunked\r\n");
    }
    if (last) {
      head.append("Connection: close\r\n");
    }
    return head.append("\r\n").toString();
  }

  private static void fields(StringBuilder head, Headers headers) {
    for (Headers.Field field : headers.fields()) {
      head.append(field.name()).append(": ").append(field.value()).append("\r\n");
    }
  }

  private static String date() {
    long now = Instant.now().getEpochSecond();
    Second second = lastSecond;
    if (second.epochSecond() != now) {
      second = new Second(now, DATE.format(Instant.ofEpochSecond(now)));
      lastSecond = second;
    }
    return second.text();
  }
}
