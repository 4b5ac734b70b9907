package io.rayauth.internal.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rayauth.error.RayInterruptedException;
import io.rayauth.time.TimeSource;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Real programs: small shell scripts in place of kubectl and gcloud. */
@Timeout(60)
@DisabledOnOs(OS.WINDOWS)
class CommandTokenProviderTest {
  @TempDir Path directory;

  @Test
  void token_whenTheProgramPrintsIt_isThat() {
    assertThat(sh("echo t0ken").token().value()).isEqualTo("t0ken");
  }

  @Test
  void token_whenTheProgramPrintsAnExecCredential_hasItsEnd() {
    TokenProvider provider =
        sh(
            """
            cat <<'END'
            {"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1",
             "status": {"token": "t0ken", "expirationTimestamp": "2026-11-24T04:00:00Z"}}
            END
            """);

    assertThat(provider.token().expiresAt()).contains(Instant.parse("2026-11-24T04:00:00Z"));
  }

  @Test
  void token_passesArgumentsAsTheyAre() {
    TokenProvider provider =
        command(Duration.ofSeconds(30), "/bin/sh", "-c", "printf %s \"$1\"", "sh", "$HOME;*");

    assertThatThrownBy(provider::token)
        .hasMessageContaining("index 0")
        .hasMessageNotContaining("*");
  }

  @Test
  void token_whenTheProgramReadsItsInput_findsItsEndAtOnce() {
    assertThat(sh("cat; echo t0ken").token().value()).isEqualTo("t0ken");
  }

  @Test
  void token_whenTheProgramTalksMoreThanAPipeHolds_doesNotDeadlock() {
    TokenProvider provider =
        sh(
            "i=0; while [ $i -lt 4000 ]; do echo noise-noise-noise-noise-noise >&2; i=$((i+1)); done; echo t0ken");

    assertThat(provider.token().value()).isEqualTo("t0ken");
  }

  @Test
  void token_whenTheProgramFails_tellsCodeAndStderrButNeverStdout() {
    TokenProvider provider =
        sh(
            "echo s3cret-token; echo \"got s3cret-token, eyJhbGciOi.eyJ4.c2ln\" >&2; echo 'Please log in' >&2; exit 7");

    assertThatThrownBy(provider::token)
        .isInstanceOfSatisfying(
            TokenUnavailableException.class, e -> assertThat(e.isAbsent()).isFalse())
        .hasMessage(
            "the command '/bin/sh' failed with exit code 7; it said: got […], […]\nPlease log in");
  }

  @Test
  void token_whenStderrIsLong_showsItsEndWithoutColours() {
    TokenProvider provider =
        sh(
            "i=0; while [ $i -lt 9000 ]; do echo line-$i; i=$((i+1)); done >&2; printf '\\033[31mlast\\033[0m\\n' >&2; exit 1");

    assertThatThrownBy(provider::token)
        .satisfies(e -> {
          String said = e.getMessage().substring(e.getMessage().indexOf("; it said: ") + 11);
          assertThat(said).startsWith("…").endsWith("line-8999\nlast").hasSize(2_049);
        });
  }

  @Test
  void token_whenTheProgramPrintsNothing_isBroken() {
    assertThatThrownBy(sh("true")::token)
        .isInstanceOf(TokenUnavailableException.class)
        .hasMessage("the command '/bin/sh' printed nothing");
  }

  @Test
  void token_whenTheProgramPrintsWithoutEnd_isKilled() {
    assertThatThrownBy(sh("exec yes hush-hush-hush")::token)
        .isInstanceOf(TokenUnavailableException.class)
        .hasMessageContaining("more than any credential")
        .hasMessageNotContaining("hush");
  }

  @Test
  void token_whenThereIsNoSuchProgram_saysSo() {
    assertThatThrownBy(
            command(Duration.ofSeconds(30), "no-such-program-here", "--password=hush")::token)
        .isInstanceOfSatisfying(
            TokenUnavailableException.class, e -> assertThat(e.isAbsent()).isFalse())
        .hasMessage(
            "the command 'no-such-program-here' could not be started; is it installed, on the PATH and executable?")
        .cause()
        .hasMessageNotContaining("hush");
  }

  @Test
  void token_whenTheTimeIsUp_killsTheWholeTree() throws Exception {
    Path pids = directory.resolve("pids");
    TokenProvider provider =
        limited(
            Duration.ofSeconds(5),
            "sleep 300 & echo $! > "
                + pids
                + ".tmp; echo $$ >> "
                + pids
                + ".tmp; mv "
                + pids
                + ".tmp "
                + pids
                + "; echo 'waiting for a browser' >&2; wait");

    assertThatThrownBy(provider::token)
        .isInstanceOf(TokenUnavailableException.class)
        .hasMessage(
            "the command '/bin/sh' did not end within 5s and was killed; it said: waiting for a browser");

    assertGone(pids);
  }

  @Test
  void token_whenAGrandchildKeepsThePipeOpen_doesNotWaitForIt() throws Exception {
    Path pid = directory.resolve("pid");
    TokenProvider provider = sh("sleep 300 & echo $! > " + pid + "; echo t0ken");
    try {
      assertThat(provider.token().value()).isEqualTo("t0ken");
    } finally {
      ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
          .ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void token_whenTheThreadIsInterrupted_killsTheWholeTreeAndKeepsTheFlag() throws Exception {
    Path pids = directory.resolve("pids");
    TokenProvider provider =
        sh(
            "sleep 300 & echo $! > "
                + pids
                + ".tmp; echo $$ >> "
                + pids
                + ".tmp; mv "
                + pids
                + ".tmp "
                + pids
                + "; wait");
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicReference<Boolean> flag = new AtomicReference<>();
    Thread thread =
        new Thread(() -> {
          try {
            provider.token();
          } catch (RuntimeException e) {
            thrown.set(e);
            flag.set(Thread.currentThread().isInterrupted());
          }
        });
    thread.start();
    await().atMost(Duration.ofSeconds(40)).until(() -> Files.exists(pids));

    thread.interrupt();
    thread.join();

    assertThat(thrown.get()).isInstanceOf(RayInterruptedException.class);
    assertThat(flag).hasValue(true);
    assertGone(pids);
  }

  @Test
  void constructor_refusesWhatCannotRun() {
    assertThatThrownBy(() -> command(Duration.ofSeconds(1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> command(Duration.ofSeconds(1), " "))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> command(Duration.ZERO, "true"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void toString_showsNoArgument() {
    assertThat(command(Duration.ofSeconds(1), "login", "--password=hush"))
        .hasToString("the command 'login'");
  }

  private static void assertGone(Path pids) throws Exception {
    List<String> lines = Files.readAllLines(pids);
    assertThat(lines).hasSize(2);
    for (String pid : lines) {
      await()
          .atMost(Duration.ofSeconds(40))
          .until(() -> ProcessHandle.of(Long.parseLong(pid)).map(p -> !p.isAlive()).orElse(true));
    }
  }

  private static TokenProvider sh(String script) {
    return limited(Duration.ofSeconds(30), script);
  }

  private static TokenProvider limited(Duration limit, String script) {
    return command(limit, "/bin/sh", "-c", script);
  }

  private static TokenProvider command(Duration limit, String... argv) {
    return new CommandTokenProvider(List.of(argv), limit, TimeSource.system());
  }
}
