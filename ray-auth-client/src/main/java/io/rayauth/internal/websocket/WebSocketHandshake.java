package io.rayauth.internal.websocket;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Is the client's part of an opening handshake (RFC 6455, section 4.1). Offers no extension and no
 * origin.
 */
public final class WebSocketHandshake {
  private static final String KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final String PROTOCOL = "Sec-WebSocket-Protocol";

  private final String key;
  private final @Nullable String protocol;

  /** Creates a handshake with a new key; without a subprotocol if that is null. */
  public WebSocketHandshake(@Nullable String protocol) {
    byte[] nonce = new byte[16];
    new SecureRandom().nextBytes(nonce);
    this.key = Base64.getEncoder().encodeToString(nonce);
    this.protocol = protocol;
  }

  /** Returns what the handshake adds to the headers of a request. */
  public Map<String, List<String>> headers() {
    Map<String, List<String>> headers = new HashMap<>();
    headers.put("Upgrade", List.of("websocket"));
    headers.put("Sec-WebSocket-Version", List.of("13"));
    headers.put("Sec-WebSocket-Key", List.of(key));
    if (protocol != null) {
      headers.put(PROTOCOL, List.of(protocol));
    }
    return headers;
  }

  /**
   * Checks the answer and begins to speak frames.
   *
   * @param readAhead how many bytes of frames are read at once, at least
   * @throws IOException if the answer is none to this handshake; the connection is dropped
   */
  public WebSocketConnection finish(Upgraded upgraded, int readAhead) throws IOException {
    boolean upgrade =
        Arrays.stream(String.join(",", upgraded.headers().allValues("Connection")).split(","))
            .anyMatch(option -> option.strip().equalsIgnoreCase("upgrade"));
    boolean webSocket =
        upgraded.headers().firstValue("Upgrade").orElse("").equalsIgnoreCase("websocket");
    upgraded.require("Connection", upgrade);
    upgraded.require("Upgrade", webSocket);
    upgraded.require("Sec-WebSocket-Accept", accept());
    upgraded.require(PROTOCOL, protocol == null ? "" : protocol);
    upgraded.require("Sec-WebSocket-Extensions", "");
    return new WebSocketConnection(upgraded, readAhead);
  }

  /** Returns what a server answers to the key (RFC 6455, section 4.2.2). */
  private String accept() {
    try {
      return Base64.getEncoder()
          .encodeToString(
              MessageDigest.getInstance("SHA-1")
                  .digest((key + KEY_SUFFIX).getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
