package io.rayauth.proxy.internal.guard;

import io.rayauth.proxy.internal.page.Refusal;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.Protocols;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Refuses messages that two servers could read differently (RFC 9112, sections 3.2, 6 and 11.2).
 * What the server's parser refuses by itself is in the attack table too and tested with it: bare
 * LF, NUL, blanks before a colon, two hosts, two lengths, a length beside chunks.
 */
final class MessageRules {
  /** Undertow's own reading of a length overflows beyond 19 digits. */
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,15}");

  /** Compared as they are: Undertow takes get for GET, and the next server might not. */
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE");

  private static final Refusal VERSION =
      malformed("not HTTP/1", "Only HTTP/1.0 and HTTP/1.1 are spoken here.");
  private static final Refusal TARGET =
      malformed(
          "target with a host",
          "The request named a server of its own. This proxy goes to one dashboard only.");
  private static final Refusal LENGTH_AMBIGUOUS =
      malformed("ambiguous length", "It is not clear where the body of the request ends.");
  private static final Refusal BODY =
      malformed("body of a GET", "A request of this method has no body.");
  private static final Refusal METHOD =
      new Refusal(
          405,
          "unknown method",
          "This method is not let through",
          "The dashboard has no use for it.");
  private static final Refusal EXPECTATION =
      new Refusal(
          417,
          "Expect",
          "Expectations are not met here",
          "Send the request again, at once with its body and without the Expect header.");

  private MessageRules() {}

  static void check(HttpServerExchange exchange) throws Refused {
    HeaderMap headers = exchange.getRequestHeaders();
    HttpString protocol = exchange.getProtocol();
    if (!protocol.equals(Protocols.HTTP_1_1) && !protocol.equals(Protocols.HTTP_1_0)) {
      throw new Refused(VERSION);
    }
    if (exchange.isHostIncludedInRequestURI() || !exchange.getRequestURI().startsWith("/")) {
      throw new Refused(TARGET);
    }
    if (!METHODS.contains(exchange.getRequestMethod().toString())) {
      throw new Refused(METHOD);
    }
    if (headers.contains(Headers.EXPECT)) {
      throw new Refused(EXPECTATION);
    }
    boolean isChunked = isChunked(headers.get(Headers.TRANSFER_ENCODING), exchange);
    boolean isLong = isLong(headers.get(Headers.CONTENT_LENGTH)); // looks at both, always
    if ((isChunked || isLong) && isRead(exchange.getRequestMethod())) {
      throw new Refused(BODY);
    }
  }

  static boolean isRead(HttpString method) {
    return method.equals(Methods.GET)
        || method.equals(Methods.HEAD)
        || method.equals(Methods.OPTIONS);
  }

  private static boolean isChunked(@Nullable HeaderValues encodings, HttpServerExchange exchange)
      throws Refused {
    if (encodings == null) {
      return false;
    }
    boolean isClear =
        exchange.isHttp11()
            && encodings.size() == 1
            && encodings.getFirst().equalsIgnoreCase("chunked")
            && !exchange.getRequestHeaders().contains(Headers.CONTENT_LENGTH);
    if (!isClear) {
      throw new Refused(LENGTH_AMBIGUOUS);
    }
    return true;
  }

  private static boolean isLong(@Nullable HeaderValues lengths) throws Refused {
    if (lengths == null) {
      return false;
    }
    if (lengths.size() != 1 || !LENGTH.matcher(lengths.getFirst()).matches()) {
      throw new Refused(LENGTH_AMBIGUOUS);
    }
    return Long.parseLong(lengths.getFirst()) > 0;
  }

  private static Refusal malformed(String reason, String advice) {
    return new Refusal(400, reason, "This request cannot be understood", advice);
  }
}
