package io.rayauth.internal.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class RecentTextTest {

  @Test
  void endsLike_whenBothReadingsEndedAtTheSamePlace_tells() {
    RecentText all = recent(numbers(0, 20_000));
    RecentText end = recent(numbers(19_000, 20_000));

    assertThat(all.endsLike(end)).isTrue();
  }

  @Test
  void endsLike_whenOneReadingMissedTheLastLine_isFalse() {
    assertThat(recent(numbers(0, 20_000)).endsLike(recent(numbers(19_000, 20_001)))).isFalse();
  }

  @Test
  void endsLike_whenTheLogRepeatsItself_isFalse() {
    String ticks = "tick\n".repeat(5000);

    assertThat(recent(ticks).endsLike(recent(ticks))).isFalse();
  }

  @Test
  void endsLike_whenOnlyLineFeedsDiffer_passesOverThem() {
    RecentText live = recent(numbers(0, 2000) + "\n");
    RecentText file = recent(numbers(0, 2000));

    assertThat(live.endsLike(file)).isTrue();
    assertThat(live.feedsAtEnd()).isEqualTo(2);
    assertThat(file.feedsAtEnd()).isEqualTo(1);
  }

  @Test
  void endsLike_whenThereIsLittle_isFalse() {
    assertThat(recent("a line\n").endsLike(recent("a line\n"))).isFalse();
  }

  private static RecentText recent(String text) {
    RecentText recent = new RecentText();
    for (int at = 0; at < text.length(); at += 1000) {
      recent.add(text.substring(at, Math.min(text.length(), at + 1000)));
    }
    return recent;
  }

  private static String numbers(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "row " + i + "\n").collect(Collectors.joining());
  }
}
