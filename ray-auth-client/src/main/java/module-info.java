/**
 * Gives JVM programs secure access to the Jobs API of a Ray cluster.
 *
 * <p>Start at {@link io.rayauth.JobClient}; tokens come from {@link
 * io.rayauth.token.TokenProvider}.
 */
module io.rayauth {
  requires java.net.http;
  requires tools.jackson.core;
  requires tools.jackson.databind;
  requires static transitive org.jspecify;

  exports io.rayauth;
  exports io.rayauth.error;
  exports io.rayauth.internal.call to
      io.rayauth.proxy;
  exports io.rayauth.internal.token to
      io.rayauth.gke,
      io.rayauth.kubernetes;
  exports io.rayauth.internal.websocket to
      io.rayauth.kubernetes;
  exports io.rayauth.job;
  exports io.rayauth.time;
  exports io.rayauth.token;

  uses io.rayauth.token.TokenProviderFactory;
}
