package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That a leaked token would be noticed in every one of these tests. */
@Timeout(60)
class CanaryTest {
  private final CanaryWatch watch = new CanaryWatch();

  @Test
  void watching_whenATokenIsPrintedInPieces_noticesItAndPassesTheTextOn() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream stream = watch.watching(new PrintStream(printed, true, StandardCharsets.UTF_8));

    stream.print("token: can");
    stream.println("ary-printed");
    stream.println("and on");

    assertThat(watch.leaks()).containsExactly("token: …");
    assertThat(printed.toString(StandardCharsets.UTF_8)).contains("canary-printed", "and on");
  }

  @Test
  void handler_whenATokenIsAParameterOrInAnException_noticesIt() {
    LogRecord parameter = new LogRecord(Level.FINEST, "sent {0}");
    parameter.setParameters(new Object[] {"canary-parameter"});
    LogRecord thrown = new LogRecord(Level.FINEST, "failed");
    thrown.setThrown(new IllegalStateException("outer", new RuntimeException("canary-cause")));

    watch.handler().publish(parameter);
    watch.handler().publish(thrown);

    assertThat(watch.leaks()).hasSize(2);
  }

  @Test
  void handler_whenNoTokenIsLogged_hearsNothing() {
    watch.handler().publish(new LogRecord(Level.FINEST, "a canary in a cage"));

    assertThat(watch.leaks()).isEmpty();
  }

  @Test
  void thisJvm_whileTestsRun_listensAtTheFinestLevel() {
    assertThat(Logger.getLogger("io.rayauth.internal.call.CallEngine").isLoggable(Level.FINEST))
        .isTrue();
    assertThat(Logger.getLogger("").getHandlers())
        .anyMatch(handler -> CanaryWatch.class.equals(handler.getClass().getEnclosingClass()));
  }
}
