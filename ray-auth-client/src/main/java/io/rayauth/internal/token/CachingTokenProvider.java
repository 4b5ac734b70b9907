package io.rayauth.internal.token;

import io.rayauth.error.RayException;
import io.rayauth.time.TimeSource;
import io.rayauth.token.AccessToken;
import io.rayauth.token.CachePolicy;
import io.rayauth.token.TokenProvider;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Keeps a token until it expires or is refused. */
public final class CachingTokenProvider implements TokenProvider {
  /** Is told of new tokens. */
  public interface Listener {
    /** A token was fetched. */
    void refreshed(@Nullable Instant expiresAt);

    /** A token could not be fetched in the background. */
    void refreshFailed(RayException cause, Instant retryAt);
  }

  private final TokenProvider source;
  private final TimeSource time;
  private final Listener listener;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable AccessToken current;

  private CachingTokenProvider(TokenProvider source, TimeSource time, Listener listener) {
    this.source = source;
    this.time = time;
    this.listener = listener;
  }

  /** Puts a cache around a provider. */
  public static CachingTokenProvider around(
      TokenProvider source,
      CachePolicy policy,
      TimeSource time,
      RandomGenerator random,
      Listener listener) {
    return new CachingTokenProvider(source, time, listener);
  }

  @Override
  public AccessToken token() {
    AccessToken cached = current;
    if (cached != null && !expired(cached)) {
      return cached;
    }
    lock.lock();
    try {
      cached = current;
      if (cached != null && !expired(cached)) {
        return cached;
      }
      AccessToken fresh = source.token();
      current = fresh;
      listener.refreshed(fresh.expiresAt().orElse(null));
      return fresh;
    } finally {
      lock.unlock();
    }
  }

  /** Drops a token that was refused, if it is still the cached one. */
  public void reject(AccessToken used) {
    lock.lock();
    try {
      if (used.equals(current)) {
        current = null;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends the cache. */
  public void close() {
    current = null;
  }

  private boolean expired(AccessToken token) {
    return token.expiresAt().map(end -> !time.instant().isBefore(end)).orElse(false);
  }
}
