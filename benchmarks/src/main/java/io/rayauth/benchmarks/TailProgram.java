package io.rayauth.benchmarks;

import io.rayauth.JobClient;
import io.rayauth.job.JobId;
import io.rayauth.token.TokenProvider;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Tails logs in a process of its own, whose heap is small: each line of stdin is {@code ours},
 * {@code bare} or {@code socket} and a job, each line of stdout the nanoseconds that took.
 */
public final class TailProgram {
  private TailProgram() {}

  /** Answers until the end of stdin; the only argument is the server. */
  public static void main(String[] args) throws IOException {
    URI server = URI.create(args[0]);
    BufferedReader blocks =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    HttpClient bare = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    try (JobClient client =
        JobClient.builder(server).tokenProvider(TokenProvider.of(SideBySide.TOKEN)).build()) {
      for (String block = blocks.readLine(); block != null; block = blocks.readLine()) {
        String[] words = block.split(" ", -1);
        long start = System.nanoTime();
        long characters =
            switch (words[0]) {
              case "ours" -> ours(client, words[1]);
              case "bare" -> bare(bare, server, words[1]);
              default -> new BareLines(server).characters(words[1]);
            };
        long nanos = System.nanoTime() - start;
        if (characters != TailServer.CHARACTERS) {
          throw new IllegalStateException(characters + " characters arrived");
        }
        System.out.println(nanos);
      }
    }
    System.exit(0); // JDK 17 leaves the bare client's threads behind
  }

  private static long ours(JobClient client, String job) {
    long[] characters = new long[1];
    client.follow(new JobId(job), line -> characters[0] += line.length() + 1);
    return characters[0];
  }

  /** What one would write by hand: it looks at no line and bears no cut. */
  private static long bare(HttpClient http, URI server, String job) {
    Counting counting = new Counting();
    http.newWebSocketBuilder()
        .header("Authorization", "Bearer " + SideBySide.TOKEN)
        .buildAsync(
            URI.create(server.toString().replace("http", "ws") + "/api/jobs/" + job + "/logs/tail"),
            counting)
        .join();
    return counting.closed.join();
  }

  private static final class Counting implements WebSocket.Listener {
    private final CompletableFuture<Long> closed = new CompletableFuture<>();
    private long characters;

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      characters += data.toString().length();
      socket.request(1);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      closed.complete(characters);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void onError(WebSocket socket, Throwable failure) {
      closed.completeExceptionally(failure);
    }
  }
}
