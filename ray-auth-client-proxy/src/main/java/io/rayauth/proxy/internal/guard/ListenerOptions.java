package io.rayauth.proxy.internal.guard;

import io.rayauth.proxy.ProxyLimits;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import org.xnio.Options;
import org.xnio.Sequence;

/** Sets up a listener so that the rules see what was sent, and no more of it than they can bear. */
public final class ListenerOptions {
  private static final int HEAD_BYTES = 32 << 10; // Ray takes 8 KiB for each header
  private static final int HEADERS = 100;
  private static final int PARAMETERS = 1000;
  private static final int IDLE_MILLIS = 60_000;

  private ListenerOptions() {}

  /** Applies the limits of connections and messages. */
  public static void apply(Undertow.Builder server, ProxyLimits limits) {
    server
        .setServerOption(UndertowOptions.DECODE_URL, false)
        .setServerOption(UndertowOptions.ENABLE_HTTP2, false)
        .setServerOption(UndertowOptions.ALLOW_UNKNOWN_PROTOCOLS, false)
        .setServerOption(UndertowOptions.ALLOW_UNESCAPED_CHARACTERS_IN_URL, false)
        .setServerOption(UndertowOptions.MAX_HEADER_SIZE, HEAD_BYTES)
        .setServerOption(UndertowOptions.MAX_HEADERS, HEADERS)
        .setServerOption(UndertowOptions.MAX_PARAMETERS, PARAMETERS)
        .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, limits.bodyBytes())
        .setServerOption(
            UndertowOptions.REQUEST_PARSE_TIMEOUT, (int) limits.headerTimeout().toMillis())
        .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, IDLE_MILLIS)
        .setSocketOption(Options.SSL_ENABLED_PROTOCOLS, Sequence.of("TLSv1.3", "TLSv1.2"))
        .setSocketOption(Options.CONNECTION_HIGH_WATER, limits.connections())
        .setSocketOption(Options.CONNECTION_LOW_WATER, limits.connections());
  }
}
