package io.rayauth.proxy.internal.guard;

import io.rayauth.proxy.ProxyLimits;
import io.undertow.UndertowOptions;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.Sequence;

/** Sets up a listener so that the rules see what was sent, and no more of it than they can bear. */
public final class ListenerOptions {
  private static final int HEAD_BYTES = 32 << 10; // Ray takes 8 KiB for each header
  private static final int HEADERS = 100;
  private static final int PARAMETERS = 1000;
  private static final int IDLE_MILLIS = 60_000;

  private ListenerOptions() {}

  /** Returns the options of the server, of its sockets and of its TLS. */
  public static OptionMap of(ProxyLimits limits) {
    return OptionMap.builder()
        .set(UndertowOptions.DECODE_URL, false)
        .set(UndertowOptions.ALLOW_UNKNOWN_PROTOCOLS, false)
        .set(UndertowOptions.ALLOW_UNESCAPED_CHARACTERS_IN_URL, false)
        .set(UndertowOptions.MAX_HEADER_SIZE, HEAD_BYTES)
        .set(UndertowOptions.MAX_HEADERS, HEADERS)
        .set(UndertowOptions.MAX_PARAMETERS, PARAMETERS)
        .set(UndertowOptions.MAX_ENTITY_SIZE, limits.bodyBytes())
        .set(UndertowOptions.REQUEST_PARSE_TIMEOUT, (int) limits.headerTimeout().toMillis())
        .set(UndertowOptions.NO_REQUEST_TIMEOUT, IDLE_MILLIS)
        .set(Options.SSL_ENABLED_PROTOCOLS, Sequence.of("TLSv1.3", "TLSv1.2"))
        .set(Options.CONNECTION_HIGH_WATER, limits.connections())
        .set(Options.CONNECTION_LOW_WATER, limits.connections())
        .getMap();
  }
}
