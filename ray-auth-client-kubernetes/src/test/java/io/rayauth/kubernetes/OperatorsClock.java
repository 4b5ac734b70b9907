package io.rayauth.kubernetes;

import io.rayauth.testkit.ManualClock;
import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Lets others do something whenever the library waits. */
final class OperatorsClock implements TimeSource {
  private final ManualClock clock = ManualClock.create();
  final List<Runnable> steps = new ArrayList<>();

  @Override
  public Instant instant() {
    return clock.instant();
  }

  @Override
  public long nanoTime() {
    return clock.nanoTime();
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    clock.sleep(duration);
    if (!steps.isEmpty()) {
      steps.remove(0).run();
    }
  }
}
