package io.rayauth.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class JobIdTest {

  /** Jobs of earlier versions are found under these, so they stay. */
  @Test
  void of_always_givesTheSameIdForTheSameKey() {
    assertThat(JobId.of("nightly-report", "2026-11-25"))
        .hasToString("nightly-report-2026-11-25-279c6cda9ebbf8764113e43f0accb64f");
    assertThat(JobId.of("größe", "a/b c"))
        .hasToString("gr__e-a_b_c-9cecd527d2536ddd9112a428666a61aa");
  }

  static Stream<List<String>> keysThatLookAlike() {
    return Stream.of(
        List.of("a", "b", "c"),
        List.of("a-b", "c"),
        List.of("a", "b-c"),
        List.of("a-b-c"),
        List.of("a_b", "c"),
        List.of("a b", "c"),
        List.of("a-", "b-c"),
        List.of("a-", "b"),
        List.of("a", "-b"),
        List.of("1:a", "b-c"),
        List.of("a1:b", "c"),
        List.of("\ud800"),
        List.of("\ud801"),
        List.of("?"),
        List.of("\ufffd"));
  }

  @Test
  void of_whenKeysOnlyLookAlike_givesDifferentIds() {
    assertThat(keysThatLookAlike().map(parts -> JobId.of(parts.toArray(String[]::new))))
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("keysThatLookAlike")
  void of_whateverTheKey_givesAnIdThatRayTakes(List<String> parts) {
    JobId id = JobId.of(parts.toArray(String[]::new));

    assertThat(JobSpec.running("true").submissionId(id).build().submissionId()).contains(id);
  }

  @Test
  void of_whenTheKeyIsLong_staysShortAndKeepsItsDifferences() {
    String longPart = "x".repeat(10_000);

    JobId id = JobId.of(longPart, "1");

    assertThat(id.value()).hasSize(113);
    assertThat(id).isNotEqualTo(JobId.of(longPart, "2"));
  }

  @Test
  void of_whenAPartIsMissing_saysWhich() {
    assertThatThrownBy(JobId::of).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> JobId.of("report", ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("part 2 of 2")
        .hasMessageContaining("empty");
    assertThatThrownBy(() -> JobId.of(new String[] {null}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("null");
  }
}
