package io.rayauth.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/**
 * Sends the requests that our client sends, and nothing more: the JDK's client, the same headers,
 * the body as bytes that nobody looks into.
 */
final class BareClient {
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI base;
  private final String token;

  BareClient(URI base, String token) {
    this.base = base;
    this.token = token;
  }

  byte[] get(String path) {
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve(path))
            .setHeader("User-Agent", "ray-auth-client")
            .setHeader("Authorization", "Bearer " + token)
            .GET()
            .build();
    try {
      var response = http.send(request, BodyHandlers.ofByteArray());
      if (response.statusCode() != 200) {
        throw new IllegalStateException(path + " answers " + response.statusCode());
      }
      return response.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
