package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.rayauth.JobLog;
import io.rayauth.job.JobDetails;
import io.rayauth.job.JobId;
import io.rayauth.job.JobStatus;
import io.rayauth.job.LogLine;
import io.rayauth.job.LogPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a job writes, followed while it runs and read when it has ended. */
interface LogContract extends ClusterUnderTest {

  @Test
  default void follow_whileTheJobRuns_deliversEachLineOnceAndReturnsItsEnd() {
    JobId id = submitted("for i in 1 2 3 4 5 6; do echo \"line $i\"; sleep 0.3; done");
    List<String> lines = new ArrayList<>();

    JobDetails job = client().follow(id, lines::add);

    assertThat(job.status()).isEqualTo(JobStatus.SUCCEEDED);
    assertThat(lines)
        .filteredOn(line -> line.startsWith("line "))
        .containsExactly("line 1", "line 2", "line 3", "line 4", "line 5", "line 6");
    assertThat(lines).allMatch(line -> !line.contains("\n"));
  }

  @Test
  default void follow_whileTheJobRuns_deliversBeforeItsEnd() {
    JobId id = submitted("echo started; exec sleep 300");

    JobDetails job =
        client()
            .follow(
                id,
                line -> {
                  if (line.equals("started")) {
                    client().stop(id);
                  }
                });

    assertThat(job.status()).isEqualTo(JobStatus.STOPPED);
  }

  @Test
  default void follow_whenTheJobHasEnded_deliversTheWholeLog() {
    JobDetails ended = ended("echo one; echo; echo three; exit 5");
    List<String> lines = new ArrayList<>();

    JobDetails job = client().follow(ended.id(), lines::add);

    assertThat(job).isEqualTo(ended);
    assertThat(lines).containsSequence("one", "", "three");
    assertThat(String.join("\n", lines) + "\n").isEqualTo(client().logs(ended.id()));
  }

  @Test
  default void follow_withTwoThousandLines_losesAndRepeatsNone() {
    JobId id = submitted("i=0; while [ $i -lt 2000 ]; do echo \"row $i\"; i=$((i+1)); done");
    List<String> lines = new ArrayList<>();

    client().follow(id, lines::add);

    assertThat(lines)
        .filteredOn(line -> line.startsWith("row "))
        .isEqualTo(IntStream.range(0, 2000).mapToObj(i -> "row " + i).toList());
  }

  @Test
  default void follow_whenTheLastLineHasNoNewline_deliversItToo() {
    JobId id = submitted("sleep 3; printf 'whole\\npart'");
    List<String> lines = new ArrayList<>();

    client().follow(id, lines::add);

    assertThat(lines).containsSubsequence("whole", "part");
    assertThat(lines).filteredOn("part"::equals).hasSize(1);
  }

  @Test
  default void follow_whenALineIsWrittenInPieces_joinsThem() {
    JobId id =
        submitted("sleep 3; printf 'be'; sleep 1; printf 'gin'; sleep 1; printf 'ning\\nend\\n'");
    List<String> lines = new ArrayList<>();

    client().follow(id, lines::add);

    assertThat(lines).containsSubsequence("beginning", "end");
    assertThat(lines).doesNotContain("be", "gin", "ning");
  }

  @Test
  default void follow_withTextBeyondAscii_keepsEveryCharacter() {
    JobId id = submitted("printf 'caf\\303\\251 \\360\\237\\216\\211\\n'");
    List<String> lines = new ArrayList<>();

    client().follow(id, lines::add);

    assertThat(lines).contains("café 🎉");
  }

  @Test
  default void logs_withCarriageReturns_haveLineFeedsInTheirPlace() {
    JobDetails job = ended("printf '10%%\\r50%%\\r\\n100%%\\n'");
    List<String> lines = new ArrayList<>();

    client().follow(job.id(), lines::add);

    assertThat(client().logs(job.id())).contains("10%\n50%\n100%\n").doesNotContain("\r");
    assertThat(lines).containsSequence("10%", "50%", "100%");
  }

  @Test
  default void logs_whenTheJobHasEnded_nameTheCommandAndHoldBothStreams() {
    JobDetails job = ended("echo out; echo err >&2");

    assertThat(client().logs(job.id()))
        .contains("Running entrypoint for job " + job.id() + ": echo out; echo err >&2\n")
        .contains("\nout\n")
        .contains("err\n");
  }

  @Test
  default void log_whenALaterReadingGoesOnFromAPosition_deliversTheRest() {
    JobId id = submitted("for i in 1 2 3 4 5 6; do echo \"line $i\"; sleep 0.3; done");
    List<String> texts = new ArrayList<>();
    LogPosition kept = LogPosition.START;

    try (JobLog.Lines lines = client().log(id).lines()) {
      for (LogLine line : lines) {
        texts.add(line.text());
        kept = line.end();
        if (line.text().equals("line 2")) {
          break;
        }
      }
    }
    LogPosition position = LogPosition.parse(kept.toString());
    client().log(id).from(position).follow(line -> texts.add(line.text()));

    assertThat(String.join("\n", texts) + "\n").isEqualTo(client().logs(id));
  }

  @Test
  default void log_withBytesThatAreNotUtf8_replacesThemAndGoesOn() {
    JobId id = submitted("echo good; printf '\\377bad\\n'; sleep 1; echo after");
    List<String> lines = new ArrayList<>();

    client().follow(id, lines::add);

    assertThat(lines).containsSubsequence("good", "\ufffdbad", "after");
    assertThat(String.join("\n", lines) + "\n").isEqualTo(client().logs(id));
  }

  @Test
  default void log_withALineLongerThanAFrame_deliversItWhole() {
    JobId id =
        submitted(
            "sleep 1; echo before; head -c 5000000 /dev/zero | tr '\\0' x; echo; sleep 1; echo after");
    List<String> lines = new ArrayList<>();

    client().follow(id, lines::add);

    assertThat(lines.stream().filter(line -> !line.startsWith("xxx")).toList())
        .containsSubsequence("before", "after");
    assertThat(lines.stream().map(String::length)).contains(5_000_000);
    assertThat((String.join("\n", lines) + "\n").equals(client().logs(id))).isTrue();
  }

  @Test
  default void log_whenLinesAreLimited_comesInParts() {
    JobDetails job = ended("head -c 5000 /dev/zero | tr '\\0' x; echo; echo end");
    List<LogLine> lines = new ArrayList<>();

    client().log(job.id()).longestLine(2048).follow(lines::add);

    assertThat(lines)
        .filteredOn(line -> line.text().startsWith("xxx"))
        .extracting(line -> line.text().length() + (line.isContinued() ? "+" : ""))
        .containsExactly("2048+", "2048+", "904");
  }
}
