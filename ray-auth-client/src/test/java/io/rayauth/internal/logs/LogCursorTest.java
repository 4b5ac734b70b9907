package io.rayauth.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LogCursorTest {

  @Test
  void fresh_whenAReplayRepeatsWhatWasDelivered_returnsOnlyTheRest() {
    LogCursor cursor = new LogCursor();
    cursor.replay();
    assertThat(cursor.fresh("one\ntwo\nth")).isEqualTo("one\ntwo\nth");

    cursor.replay();

    assertThat(cursor.fresh("one\ntw")).isEmpty();
    assertThat(cursor.fresh("o\nthree\n")).isEqualTo("ree\n");
  }

  @Test
  void fresh_whenALiveStreamSawASplitLineEndAsTwoFeeds_skipsTheOneOfTheReplay() {
    LogCursor cursor = new LogCursor();
    cursor.replay();
    String live = cursor.fresh("a\n") + cursor.fresh("\n");

    cursor.replay();
    String replayed = cursor.fresh("a\nb\n");

    assertThat(live + replayed).isEqualTo("a\n\nb\n");
  }

  @Test
  void fresh_whenEmptyLinesFollowWhatWasDelivered_keepsThem() {
    LogCursor cursor = new LogCursor();
    cursor.replay();
    String live = cursor.fresh("a\n");

    cursor.replay();
    String replayed = cursor.fresh("a\n\n\nb");

    assertThat(live + replayed).isEqualTo("a\n\n\nb");
  }

  @Test
  void fresh_whateverTheCuts_deliversTheLogOnce() {
    for (int seed = 0; seed < 500; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      String log = randomLog(random);
      LogCursor cursor = new LogCursor();
      StringBuilder delivered = new StringBuilder();

      for (int connection = 0; connection < 4; connection++) {
        cursor.replay();
        String seen =
            log.substring(0, connection == 3 ? log.length() : random.nextInt(log.length() + 1));
        for (String piece : pieces(seen, random)) {
          delivered.append(cursor.fresh(piece));
        }
      }

      assertThat(delivered).as("seed %s", seed).hasToString(log);
    }
  }

  @Test
  void lineSplitter_whateverTheCuts_handsOnWholeLines() {
    for (int seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      String log = randomLog(random);
      List<String> lines = new ArrayList<>();
      LineSplitter splitter = new LineSplitter(lines::add);

      pieces(log, random).forEach(splitter::accept);
      splitter.end();

      assertThat(lines).as("seed %s", seed).isEqualTo(log.lines().toList());
    }
  }

  private static String randomLog(SplittableRandom random) {
    StringBuilder log = new StringBuilder();
    for (int i = random.nextInt(60); i > 0; i--) {
      log.append("ab\n\n\u00e9".charAt(random.nextInt(5)));
    }
    return log.toString();
  }

  private static List<String> pieces(String text, SplittableRandom random) {
    List<String> pieces = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      int end = Math.min(text.length(), at + 1 + random.nextInt(7));
      pieces.add(text.substring(at, end));
      at = end;
    }
    return pieces;
  }
}
