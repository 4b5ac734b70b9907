package io.rayauth.internal.call;

import io.rayauth.internal.token.CachingTokenProvider;

/**
 * Names a header and where its token comes from.
 *
 * @param header {@code Authorization} for the first hop, {@code X-Ray-Authorization} for Ray behind
 *     one
 * @param tokens the cache that can be told of a refusal
 */
public record Credential(String header, CachingTokenProvider tokens) {
  /** The header that the first hop reads. */
  public static final String EDGE = "Authorization";

  /**
   * The header that only Ray reads, and only if {@link #EDGE} is absent or empty when it arrives
   * there (Ray's {@code http_token_authentication.py}).
   */
  public static final String RAY = "X-Ray-Authorization";
}
