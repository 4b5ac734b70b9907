package io.rayauth.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.rayauth.internal.http.ExchangeWatch.End;
import io.rayauth.internal.http.ExchangeWatch.Exchange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Interrupts that end an exchange, and none that reach what follows it. */
@Timeout(60)
class ExchangeWatchTest {
  private static final long LONG = Duration.ofMinutes(5).toNanos();
  private static final long SHORT = Duration.ofMillis(50).toNanos();

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ExchangeWatch watch = new ExchangeWatch(threads);
  private final CountDownLatch never = new CountDownLatch(1);

  @AfterEach
  void everyThreadEnds() throws InterruptedException {
    threads.shutdownNow();
    assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void anExchange_atItsDeadline_isInterrupted() {
    Exchange exchange = watch.begin(SHORT);

    assertThatExceptionOfType(InterruptedException.class).isThrownBy(never::await);

    assertThat(exchange.over(true)).isEqualTo(End.DEADLINE);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void anExchange_withADeadlineBeforeThatOfOthers_isInterruptedFirst() throws Exception {
    CountDownLatch othersBegun = new CountDownLatch(3);
    CountDownLatch end = new CountDownLatch(1);
    List<Future<?>> others = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      others.add(
          threads.submit(() -> {
            Exchange other = watch.begin(LONG);
            othersBegun.countDown();
            end.await();
            return other.over(false);
          }));
    }
    assertThat(othersBegun.await(20, TimeUnit.SECONDS)).isTrue();

    Exchange exchange = watch.begin(SHORT);
    assertThatExceptionOfType(InterruptedException.class).isThrownBy(never::await);

    assertThat(exchange.over(true)).isEqualTo(End.DEADLINE);
    end.countDown();
    for (Future<?> other : others) {
      assertThat(other.get(20, TimeUnit.SECONDS)).isNull();
    }
  }

  @Test
  void anExchange_withNoTimeLeft_isInterruptedAtOnce() {
    Exchange exchange = watch.begin(0);

    assertThatExceptionOfType(InterruptedException.class).isThrownBy(never::await);

    assertThat(exchange.over(true)).isEqualTo(End.DEADLINE);
  }

  @Test
  void close_always_interruptsExchangesUnderWayAndThoseToCome() throws Exception {
    Thread caller = Thread.currentThread();
    Exchange underWay = watch.begin(Long.MAX_VALUE);
    threads.execute(() -> {
      Awaitility.await()
          .atMost(Duration.ofSeconds(40))
          .until(() -> caller.getState() == Thread.State.WAITING);
      watch.close();
    });
    assertThatExceptionOfType(InterruptedException.class).isThrownBy(never::await);
    assertThat(underWay.over(true)).isEqualTo(End.CLOSED);

    assertThat(watch.begin(LONG).over(false)).isEqualTo(End.CLOSED);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void over_whenTheCallerItselfIsInterrupted_leavesThatInterruptAlone() {
    Exchange exchange = watch.begin(LONG);
    Thread.currentThread().interrupt();

    assertThat(exchange.over(false)).isNull();

    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void over_whenTheExchangeAroundItWasEndedToo_interruptsForThatOneAsWell() {
    Exchange around = watch.begin(LONG);
    Exchange within = watch.begin(LONG);
    watch.close();
    assertThatExceptionOfType(InterruptedException.class).isThrownBy(never::await);

    assertThat(within.over(true)).isEqualTo(End.CLOSED);

    assertThat(Thread.currentThread().isInterrupted()).isTrue();
    assertThat(around.over(false)).isEqualTo(End.CLOSED);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void over_howeverCloseToTheDeadline_leavesNoInterruptBehind() {
    int ended = 0;
    for (int i = 0; i < 3_000; i++) {
      long nanos = ThreadLocalRandom.current().nextLong(200_000);
      Exchange exchange = watch.begin(nanos);
      LockSupport.parkNanos(nanos);
      ended += exchange.over(false) == null ? 0 : 1;
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }
    assertThat(ended).isBetween(1, 3_000);
  }

  @Test
  void theThread_whenNothingIsUnderWay_goes() {
    watch.begin(SHORT).over(false);

    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> ((ThreadPoolExecutor) threads).getActiveCount() == 0);
    Exchange later = watch.begin(SHORT);
    assertThatExceptionOfType(InterruptedException.class).isThrownBy(never::await);
    assertThat(later.over(true)).isEqualTo(End.DEADLINE);
  }
}
