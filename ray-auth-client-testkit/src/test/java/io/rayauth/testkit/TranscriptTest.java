package io.rayauth.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Replays what was captured from Ray 2.60.0 and compares the answers byte for byte. */
@Timeout(60)
class TranscriptTest {
  private static final String TOKEN = "s3cret-token";

  static Stream<String> open() throws IOException, URISyntaxException {
    return transcripts("open");
  }

  static Stream<String> token() throws IOException, URISyntaxException {
    return transcripts("token");
  }

  static Stream<String> driver() throws IOException, URISyntaxException {
    return transcripts("driver");
  }

  @ParameterizedTest
  @MethodSource
  void open(String name) throws Exception {
    try (FakeRay ray = FakeRay.start()) {
      check(ray, name);
    }
  }

  @ParameterizedTest
  @MethodSource
  void token(String name) throws Exception {
    try (FakeRay ray = FakeRay.builder().gate(Gate.rayToken(TOKEN)).start()) {
      check(ray, name);
    }
  }

  @ParameterizedTest
  @MethodSource
  void driver(String name) throws Exception {
    try (FakeRay ray = FakeRay.start()) {
      ray.addDriver("02000000", "python drv.py 14");
      check(ray, name);
    }
  }

  private static void check(FakeRay ray, String name) throws Exception {
    String[] halves = text(name).split("\n--- response ---\n", 2);

    Wire.Answer answer = Wire.exchange(ray, request(halves[0]));

    String[] expected = halves[1].split("\n\n", 2);
    List<String> head = expected[0].lines().toList();
    assertThat(answer.statusLine()).isEqualTo(head.get(0));
    assertThat(answer.headers().stream().map(TranscriptTest::timeless))
        .containsExactlyElementsOf(head.stream().skip(1).map(TranscriptTest::timeless).toList());
    String body = expected.length < 2 ? "" : expected[1];
    assertThat(sanitized(answer.body()).stripTrailing()).isEqualTo(body.stripTrailing());
  }

  private static String request(String captured) {
    String[] parts = captured.substring(captured.indexOf("\n\n") + 2).split("\n\n", 2);
    String head = parts[0].replace("<token>", TOKEN).replace("<key>", "dGhlIHNhbXBsZSBub25jZQ==");
    String body = parts.length < 2 ? "" : parts[1].stripTrailing();
    StringBuilder request = new StringBuilder();
    head.lines()
        .filter(line -> !line.startsWith("Content-Length"))
        .forEach(line -> request.append(line).append("\r\n"));
    return request + "Content-Length: " + body.length() + "\r\n\r\n" + body;
  }

  /** The capture replaced paths after the fact, so its lengths can differ from its bodies. */
  private static String timeless(String header) {
    int colon = header.indexOf(':');
    String name = header.substring(0, colon);
    return name.equals("Date") || name.equals("Content-Length")
        ? name
        : header.replace(TOKEN, "<token>");
  }

  private static String sanitized(String body) {
    return body.replace("/home/ray/anaconda3/lib/python3.11/site-packages", "<site-packages>")
        .replace("/home/ray/anaconda3/lib/python3.11", "<stdlib>");
  }

  private static String text(String name) throws IOException {
    try (var in = TranscriptTest.class.getResourceAsStream("/transcripts/" + name)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), "UTF-8");
    }
  }

  private static Stream<String> transcripts(String folder) throws IOException, URISyntaxException {
    Path path =
        Path.of(
            Objects.requireNonNull(TranscriptTest.class.getResource("/transcripts/" + folder))
                .toURI());
    try (Stream<Path> files = Files.list(path)) {
      return files.map(file -> folder + "/" + file.getFileName()).sorted().toList().stream();
    }
  }
}
