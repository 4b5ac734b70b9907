package io.rayauth.testkit.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Is one answer, ready to be written. */
public final class Response {
  /** What happens on the connection once it speaks WebSocket. */
  @FunctionalInterface
  interface Conversation {
    void run(WebSocketFrames frames) throws IOException;
  }

  /** Sends a body that grows while it is sent. */
  @FunctionalInterface
  interface Growth {
    void run(Chunks chunks) throws IOException;
  }

  /** How the body travels. */
  enum Framing {
    LENGTH,
    CHUNKED,
    /** In chunks as they come to be. */
    GROWING,
    NONE
  }

  private static final String TEXT = "text/plain; charset=utf-8";
  private static final Map<Integer, String> REASONS =
      Map.ofEntries(
          Map.entry(101, "Switching Protocols"),
          Map.entry(200, "OK"),
          Map.entry(201, "Created"),
          Map.entry(204, "No Content"),
          Map.entry(301, "Moved Permanently"),
          Map.entry(302, "Found"),
          Map.entry(307, "Temporary Redirect"),
          Map.entry(400, "Bad Request"),
          Map.entry(401, "Unauthorized"),
          Map.entry(403, "Forbidden"),
          Map.entry(404, "Not Found"),
          Map.entry(405, "Method Not Allowed"),
          Map.entry(408, "Request Timeout"),
          Map.entry(413, "Request Entity Too Large"),
          Map.entry(429, "Too Many Requests"),
          Map.entry(500, "Internal Server Error"),
          Map.entry(502, "Bad Gateway"),
          Map.entry(503, "Service Unavailable"),
          Map.entry(504, "Gateway Timeout"));

  private final int status;
  private final String reason;
  private final Headers before;
  private final Headers after;
  private final byte[] body;
  private final Framing framing;
  private final boolean fromRay;
  private final @Nullable Conversation conversation;
  private final @Nullable Growth growth;

  private Response(
      int status,
      String reason,
      Headers before,
      Headers after,
      byte[] body,
      Framing framing,
      boolean fromRay,
      @Nullable Conversation conversation,
      @Nullable Growth growth) {
    this.status = status;
    this.reason = reason;
    this.before = before;
    this.after = after;
    this.body = body;
    this.framing = framing;
    this.fromRay = fromRay;
    this.conversation = conversation;
    this.growth = growth;
  }

  private static Response plain(int status, Headers before, byte[] body, Framing framing) {
    return new Response(
        status, reasonOf(status), before, Headers.none(), body, framing, true, null, null);
  }

  /** Answers with text, as Ray does for every failure. */
  static Response text(int status, String text) {
    return plain(status, Headers.of("Content-Type", TEXT), utf8(text), Framing.LENGTH);
  }

  /** Answers with JSON that is there already. */
  static Response json(byte[] json) {
    return json(200, json);
  }

  static Response json(int status, byte[] json) {
    return plain(
        status,
        Headers.of("Content-Type", "application/json; charset=utf-8"),
        json,
        Framing.LENGTH);
  }

  /** Answers with JSON as Python writes it. */
  static Response json(Object value) {
    return json(200, PythonJson.bytes(value));
  }

  /** Answers 200 without a body and without a Content-Type. */
  static Response empty() {
    return plain(200, Headers.none(), new byte[0], Framing.LENGTH);
  }

  /** Answers with raw bytes in chunks, as the state API sends a log. */
  static Response download(byte[] bytes) {
    return plain(
        200,
        Headers.of(
            "Content-Disposition",
            "attachment; filename=\"file.txt\"",
            "Content-Type",
            "text/plain"),
        bytes,
        Framing.CHUNKED);
  }

  /** Answers with raw bytes in chunks for as long as the client stays. */
  static Response growing(Growth growth) {
    Response file = download(new byte[0]);
    return new Response(
        file.status,
        file.reason,
        file.before,
        file.after,
        file.body,
        Framing.GROWING,
        true,
        null,
        growth);
  }

  /** The answer of an aiohttp server whose handler failed. */
  static Response internalError() {
    return text(500, "500 Internal Server Error\n\nServer got itself in trouble");
  }

  static Response notFound() {
    return text(404, "404: Not Found");
  }

  static Response methodNotAllowed(String allowed) {
    return text(405, "405: Method Not Allowed").with("Allow", allowed);
  }

  /** Answers a status with the text that aiohttp has for it. */
  public static Response failure(int status) {
    return status == 500 ? internalError() : text(status, status + ": " + reasonOf(status));
  }

  /** Answers as a test wants it. */
  public static Response scripted(int status, String body, String... headers) {
    Headers given = Headers.of(headers);
    Headers all = given.has("Content-Type") ? given : Headers.of("Content-Type", TEXT);
    if (!given.has("Content-Type")) {
      for (Headers.Field field : given.fields()) {
        all = all.with(field.name(), field.value());
      }
    }
    return plain(status, all, utf8(body), Framing.LENGTH);
  }

  /** Answers from a server that is not Ray: without Ray's Server header. */
  static Response fromProxy(int status, String body) {
    return new Response(
        status,
        reasonOf(status),
        Headers.of("Content-Type", TEXT, "X-Content-Type-Options", "nosniff"),
        Headers.none(),
        utf8(body),
        Framing.LENGTH,
        false,
        null,
        null);
  }

  /** Answers 101 and goes on in WebSocket frames. */
  static Response webSocket(Headers handshake, Conversation conversation) {
    return new Response(
        101,
        reasonOf(101),
        handshake,
        Headers.none(),
        new byte[0],
        Framing.NONE,
        true,
        conversation,
        null);
  }

  Response with(String name, String value) {
    return new Response(
        status,
        reason,
        before.with(name, value),
        after,
        body,
        framing,
        fromRay,
        conversation,
        growth);
  }

  /** Adds a field behind the Content-Length, where aiohttp puts cookies. */
  Response withLast(String name, String value) {
    return new Response(
        status,
        reason,
        before,
        after.with(name, value),
        body,
        framing,
        fromRay,
        conversation,
        growth);
  }

  Response withReason(String other) {
    return new Response(status, other, before, after, body, framing, fromRay, conversation, growth);
  }

  int status() {
    return status;
  }

  String reason() {
    return reason;
  }

  Headers before() {
    return before;
  }

  Headers after() {
    return after;
  }

  byte[] body() {
    return body;
  }

  Framing framing() {
    return framing;
  }

  boolean isFromRay() {
    return fromRay;
  }

  @Nullable Conversation conversation() {
    return conversation;
  }

  @Nullable Growth growth() {
    return growth;
  }

  static String reasonOf(int status) {
    return REASONS.getOrDefault(status, "Unknown");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
