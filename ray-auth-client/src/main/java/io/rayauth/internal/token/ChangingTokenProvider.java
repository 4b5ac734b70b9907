package io.rayauth.internal.token;

import io.rayauth.token.TokenProvider;
import java.time.Duration;
import java.util.Optional;

/**
 * Has a source that may change before the token ends and that costs next to nothing to look at
 * again, such as a file.
 */
public interface ChangingTokenProvider extends TokenProvider {
  /** Slow enough to cost nothing, quick enough for somebody who replaces a file and waits. */
  Duration FILE_RECHECK = Duration.ofSeconds(60);

  /**
   * Returns how long a token given now may be kept before the source is looked at again.
   *
   * @return empty if the source cannot change
   */
  Optional<Duration> recheckAfter();
}
