package io.rayauth.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.job.LogLine;
import io.rayauth.job.LogPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LineAssemblerTest {
  private static final int LONG_ENOUGH = 1000;

  private final List<LogLine> lines = new ArrayList<>();
  private final LineAssembler assembler = assembler(LogPosition.START, LONG_ENOUGH);

  @Test
  void accept_whenAReplayRepeatsWhatWasReceived_returnsOnlyTheRest() {
    assembler.replay();
    assertThat(assembler.accept("one\ntwo\nth")).isEqualTo("one\ntwo\nth");

    assembler.replay();

    assertThat(assembler.accept("one\ntw")).isEmpty();
    assertThat(assembler.accept("o\nthree\n")).isEqualTo("ree\n");
    assertThat(texts()).containsExactly("one", "two", "three");
  }

  @Test
  void accept_whenALiveStreamSawASplitLineEndAsTwoFeeds_skipsTheOneOfTheReplay() {
    assembler.replay();
    assembler.accept("a\n");
    assembler.accept("\n");

    assembler.replay();
    assembler.accept("a\nb\n");

    assertThat(texts()).containsExactly("a", "", "b");
  }

  @Test
  void accept_whenEmptyLinesFollowWhatWasReceived_keepsThem() {
    assembler.replay();
    assembler.accept("a\n");

    assembler.replay();
    assembler.accept("a\n\n\nb");

    assertThat(texts()).containsExactly("a", "", "");
  }

  @Test
  void received_beforeAnythingWasRead_isThePositionThatWasGiven() {
    LogPosition position = new LogPosition(500, 1, 77);

    assertThat(assembler(position, LONG_ENOUGH).received()).isEqualTo(position);
  }

  @Test
  void accept_whenTheReplayIsOfAnotherLog_handsOnNothing() {
    assembler.replay();
    assembler.accept("one\ntwo\n");

    assembler.replay();
    String news = assembler.accept("one\nTwo\nthree\n");

    assertThat(news).isEmpty();
    assertThat(assembler.isReplaced()).isTrue();
    assertThat(texts()).containsExactly("one", "two");
  }

  @Test
  void isBehind_whenTheReplayEndsEarlier_tells() {
    assembler.replay();
    assembler.accept("one\ntwo\n");

    assembler.replay();
    assembler.accept("one\n");

    assertThat(assembler.isBehind()).isTrue();
  }

  @Test
  void accept_whenALineIsTooLong_handsItOnInPartsThatKeepCharactersWhole() {
    LineAssembler narrow = assembler(LogPosition.START, 4);
    narrow.replay();

    narrow.accept("abcd\nabc");
    narrow.accept("\ud83c\udf89x\nend");
    narrow.end();

    assertThat(texts()).containsExactly("abcd", "abc", "\ud83c\udf89x", "end");
    assertThat(lines).extracting(LogLine::isContinued).containsExactly(false, true, false, false);
  }

  @Test
  void accept_whateverTheCutsAndWhereverItGoesOn_deliversEachLineOnce() {
    for (int seed = 0; seed < 500; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      String log = randomLog(random);
      lines.clear();
      LineAssembler one = assembler(LogPosition.START, LONG_ENOUGH);

      for (int connection = 0; connection < 4; connection++) {
        if (random.nextInt(3) == 0) { // another process goes on from what this one has delivered
          LogPosition kept =
              lines.isEmpty() ? LogPosition.START : lines.get(lines.size() - 1).end();
          one = assembler(LogPosition.parse(kept.toString()), LONG_ENOUGH);
        }
        one.replay();
        String seen =
            log.substring(0, connection == 3 ? log.length() : random.nextInt(log.length() + 1));
        pieces(seen, random).forEach(one::accept);
      }
      one.end();

      assertThat(one.isReplaced()).as("seed %s", seed).isFalse();
      assertThat(texts()).as("seed %s", seed).isEqualTo(log.lines().toList());
    }
  }

  @Test
  void accept_whenPartsAreGoneOnFrom_joinsToTheSameText() {
    for (int seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      String log = randomLog(random) + "\n";
      lines.clear();

      LogPosition from = LogPosition.START;
      for (int reading = 0; reading < 50; reading++) {
        LineAssembler one = assembler(from, 2 + random.nextInt(3));
        int before = lines.size();
        one.replay();
        pieces(log, random).forEach(one::accept);
        if (reading < 49 && lines.size() > before) {
          lines.subList(before + 1, lines.size()).clear();
          from = lines.get(before).end();
        }
      }

      StringBuilder joined = new StringBuilder();
      lines.forEach(line -> joined.append(line).append(line.isContinued() ? "" : "\n"));
      assertThat(joined).as("seed %s", seed).hasToString(log);
    }
  }

  private LineAssembler assembler(LogPosition from, int longest) {
    return new LineAssembler(from, longest, lines::add);
  }

  private List<String> texts() {
    return lines.stream().map(LogLine::text).toList();
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
