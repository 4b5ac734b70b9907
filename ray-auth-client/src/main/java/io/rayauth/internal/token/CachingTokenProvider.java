package io.rayauth.internal.token;

import io.rayauth.error.RayException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.time.TimeSource;
import io.rayauth.token.AccessToken;
import io.rayauth.token.CachePolicy;
import io.rayauth.token.RefusableTokenProvider;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the token of another provider while it is good; the only cache of tokens there is.
 *
 * <p>Fresh tokens are returned without locking. A stale one is returned too, and one background
 * refresh is started; its failure is never seen by a caller. An expired, refused or missing one
 * makes callers wait for one fetch, done by the first of them, whose failure they share. A fetch
 * that hangs for longer than {@link CachePolicy#waitLimit()} is given up on by those who wait, one
 * of whom asks again.
 *
 * <p>The wall clock is looked at once every 10 ms of the monotonic clock, so a token that ended
 * while the machine slept may be given for that long after it woke. Thread-safe. The lock is never
 * held while the provider or the listener runs.
 */
public final class CachingTokenProvider implements RefusableTokenProvider, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(CachingTokenProvider.class.getName());
  private static final int LAST_DOUBLING = 5;

  private final TokenProvider provider;
  private final CachePolicy policy;
  private final TimeSource time;
  private final RandomGenerator random;
  private final Listener listener;
  private final RefreshThread ownThread = new RefreshThread();
  private final Executor background;

  /** Read without the lock; written under it, except for notes about the last look. */
  private final AtomicReference<@Nullable CachedToken> current = new AtomicReference<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition landed = lock.newCondition();

  /** The fetch that callers wait for; guarded by the lock, as is all that follows. */
  private @Nullable Fetch fetch;

  /**
   * The fetch in the background; outlives being given up on, so that one that hangs stays alone.
   */
  private @Nullable Fetch backgroundFetch;

  private long fetches;
  private long newestLanded;
  private @Nullable AccessToken newest;
  private int failures;
  private long pausedSince;
  private long pause;

  /** The token that was refused last; also read without the lock. */
  private volatile @Nullable AccessToken refused;

  /** Is told about fetches; must be quick, what it throws is dropped. */
  public interface Listener {

    /**
     * Is called when a token was fetched that differs from the one before.
     *
     * @param expiresAt when it expires, null if that is not known
     */
    default void refreshed(@Nullable Instant expiresAt) {}

    /**
     * Is called when a background refresh failed; the token in use is still good.
     *
     * @param cause what failed
     * @param retryAt when it is tried again, if a token is asked for then
     */
    default void refreshFailed(RayException cause, Instant retryAt) {}
  }

  /** One call of the provider, and what those who wait for it need to know. */
  private static final class Fetch {
    private final long number;
    private @Nullable RayException failure;

    private Fetch(long number) {
      this.number = number;
    }
  }

  private CachingTokenProvider(
      TokenProvider provider,
      CachePolicy policy,
      TimeSource time,
      RandomGenerator random,
      Listener listener) {
    this.provider = provider;
    this.policy = policy;
    this.time = time;
    this.random = random;
    this.listener = listener;
    this.background = policy.refreshExecutor().orElse(ownThread);
  }

  /**
   * Puts a cache around a provider.
   *
   * @param provider what to ask; returned as it is if it already caches
   * @param policy how long to keep tokens
   * @param time both clocks
   * @param random spreads refreshes
   * @param listener is told about fetches
   * @return the cache, which fetches nothing before it is asked
   */
  public static CachingTokenProvider around(
      TokenProvider provider,
      CachePolicy policy,
      TimeSource time,
      RandomGenerator random,
      Listener listener) {
    return provider instanceof CachingTokenProvider caching
        ? caching
        : new CachingTokenProvider(provider, policy, time, random, listener);
  }

  @Override
  public AccessToken token() {
    CachedToken cached = current.get();
    if (cached != null && cached.lasts()) {
      return cached.token();
    }
    long nanos = time.nanoTime();
    return cached != null && cached.needsNoLook(nanos) ? cached.token() : look(cached, nanos);
  }

  /**
   * Returns the token if it is to be had at once: for threads that must never wait, not even for
   * the executor of a refresh.
   *
   * @return null if there is none, or one that {@link #token()} would refresh
   */
  public @Nullable AccessToken freshToken() {
    CachedToken cached = current.get();
    if (cached == null || cached.lasts()) {
      return cached == null ? null : cached.token();
    }
    long nanos = time.nanoTime();
    if (!cached.needsNoLook(nanos)) {
      long age = cached.age(nanos, time.instant());
      if (cached.isExpired(age) || cached.isStale(age)) {
        return null;
      }
      current.compareAndSet(cached, cached.lookedAt(nanos, age));
    }
    return cached.token();
  }

  /**
   * Drops a token that a server refused, if it is still the cached one; the next caller fetches
   * another. Hundred threads that hold the same refused token cause one fetch, even if the provider
   * gives that very token again.
   */
  @Override
  public void reject(AccessToken used) {
    lock.lock();
    try {
      CachedToken cached = current.get();
      if (cached == null || isSame(used, refused) || !used.equals(cached.token())) {
        return;
      }
      refused = cached.token();
      current.set(null);
    } finally {
      lock.unlock();
    }
    if (provider instanceof RefusableTokenProvider refusable) {
      refusable.reject(used);
    }
  }

  /**
   * Ends the background thread. The cache itself stays usable, because another client may share it;
   * a later refresh starts a new thread.
   */
  @Override
  public void close() {
    ownThread.close();
  }

  /** Returns how many callers wait for a fetch now; for tests. */
  int waiting() {
    lock.lock();
    try {
      return lock.getWaitQueueLength(landed);
    } finally {
      lock.unlock();
    }
  }

  /** Shows nothing of the token. */
  @Override
  public String toString() {
    return "cached " + provider.getClass().getSimpleName();
  }

  private AccessToken look(@Nullable CachedToken cached, long nanos) {
    if (cached == null) {
      return awaitToken();
    }
    long age = cached.age(nanos, time.instant());
    if (cached.isExpired(age)) {
      return awaitToken();
    }
    if (cached.isStale(age)) {
      refreshInBackground(nanos);
    }
    current.compareAndSet(cached, cached.lookedAt(nanos, age));
    return cached.token();
  }

  /** Waits for the fetch under way, or does one. */
  private AccessToken awaitToken() {
    Fetch mine;
    lock.lock();
    try {
      Fetch awaited = null;
      boolean patient = true;
      while (true) {
        CachedToken cached = current.get();
        if (cached != null && !cached.isExpired(cached.age(time.nanoTime(), time.instant()))) {
          return cached.token();
        }
        if (awaited != null && awaited.failure != null) {
          throw awaited.failure;
        }
        if (fetch == null || (fetch == awaited && !patient)) {
          mine = begin();
          break;
        }
        awaited = fetch;
        patient = awaitEnd(awaited);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RayInterruptedException("interrupted while waiting for a token", e);
    } finally {
      lock.unlock();
    }
    return run(mine);
  }

  /** Returns false if the time was up; true if there is something new to see. */
  private boolean awaitEnd(Fetch awaited) throws InterruptedException {
    long left = TimeUnit.NANOSECONDS.convert(policy.waitLimit());
    while (fetch == awaited && left > 0) {
      left = landed.awaitNanos(left);
    }
    return fetch != awaited;
  }

  /** Starts a refresh unless one runs or one failed a short time ago; never waits. */
  private void refreshInBackground(long nanos) {
    if (!lock.tryLock()) {
      return; // whoever has it is about to change the state this call is about
    }
    Fetch mine;
    try {
      boolean pausing = failures > 0 && nanos - pausedSince < pause;
      if (fetch != null || backgroundFetch != null || pausing) {
        return;
      }
      mine = begin();
      backgroundFetch = mine;
    } finally {
      lock.unlock();
    }
    try {
      background.execute(() -> runInBackground(mine));
    } catch (RuntimeException | Error e) { // whoever asked holds a token that is still good
      RayException failure =
          TokenUnavailableException.broken("the token refresh could not be started", e);
      fail(mine, failure);
      pause(failure);
    }
  }

  private void runInBackground(Fetch mine) {
    try {
      run(mine);
    } catch (RayInterruptedException e) {
      LOG.log(Level.DEBUG, "The background refresh was ended");
    } catch (RayException e) {
      pause(e);
    }
  }

  private Fetch begin() {
    Fetch begun = new Fetch(++fetches);
    fetch = begun;
    return begun;
  }

  private AccessToken run(Fetch mine) {
    try {
      return succeed(mine, ask());
    } catch (RayException e) {
      fail(mine, e);
      throw e;
    } catch (RuntimeException | Error e) {
      RayException failure =
          TokenUnavailableException.broken(
              "the token provider failed with " + e.getClass().getName(), e);
      fail(mine, failure);
      throw failure;
    }
  }

  /** Asks again if the answer is a token that was refused while the provider was busy with it. */
  private AccessToken ask() {
    while (true) {
      AccessToken refusedBefore = refused;
      AccessToken token = provider.token();
      if (token == null) { // a lambda can do that
        throw TokenUnavailableException.broken("the token provider returned null");
      }
      AccessToken refusedNow = refused;
      if (isSame(refusedNow, refusedBefore) || !token.equals(refusedNow)) {
        return token;
      }
    }
  }

  private AccessToken succeed(Fetch mine, AccessToken answer) {
    Optional<Duration> recheckAfter =
        provider instanceof ChangingTokenProvider changing
            ? changing.recheckAfter()
            : Optional.empty();
    AccessToken token;
    boolean changed;
    lock.lock();
    try {
      // Another object, so that those who still hold the refused one can be told apart.
      token = isSame(answer, refused) ? copy(answer) : answer;
      changed = !token.equals(newest);
      if (mine.number > newestLanded) {
        newestLanded = mine.number;
        newest = token;
        failures = 0;
        current.set(
            CachedToken.fetched(
                token, policy, recheckAfter, time.instant(), time.nanoTime(), random.nextDouble()));
      }
      land(mine);
    } finally {
      lock.unlock();
    }
    if (changed) {
      tell(() -> listener.refreshed(token.expiresAt().orElse(null)));
    }
    return token;
  }

  private void fail(Fetch mine, RayException failure) {
    lock.lock();
    try {
      // Those who wait were not interrupted: they find no fetch under way and begin their own.
      mine.failure = failure instanceof RayInterruptedException ? null : failure;
      land(mine);
    } finally {
      lock.unlock();
    }
  }

  private void land(Fetch mine) {
    if (fetch == mine) {
      fetch = null;
    }
    if (backgroundFetch == mine) {
      backgroundFetch = null;
    }
    landed.signalAll();
  }

  private void pause(RayException cause) {
    Instant retryAt;
    lock.lock();
    try {
      double first = TimeUnit.NANOSECONDS.convert(policy.failureBackoff());
      int doublings = Math.min(failures, LAST_DOUBLING);
      failures = doublings + 1;
      pausedSince = time.nanoTime();
      // The cast saturates.
      pause = (long) (first * (1 << doublings) * (1 + policy.jitter() * random.nextDouble()));
      retryAt = time.instant().plusNanos(pause);
    } finally {
      lock.unlock();
    }
    LOG.log(Level.DEBUG, () -> "A background refresh failed, the next one is due at " + retryAt);
    tell(() -> listener.refreshFailed(cause, retryAt));
  }

  private static void tell(Runnable message) {
    try {
      message.run();
    } catch (RuntimeException e) {
      LOG.log(Level.DEBUG, "A listener failed", e);
    }
  }

  /** Tells an object that was handed out earlier from an equal one that was fetched since. */
  @SuppressWarnings("ReferenceEquality")
  private static boolean isSame(@Nullable AccessToken one, @Nullable AccessToken other) {
    return one == other;
  }

  private static AccessToken copy(AccessToken token) {
    return token
        .expiresAt()
        .map(expiresAt -> AccessToken.of(token.value(), expiresAt))
        .orElseGet(() -> AccessToken.of(token.value()));
  }
}
