package io.rayauth.examples;

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

/**
 * Sends what a browser sends that has opened a link of a proxy.
 *
 * @param client keeps its cookie
 * @param address of the proxy
 */
public record Visitor(HttpClient client, URI address) {

  /**
   * Opens a link.
   *
   * @param link of a running proxy or start page
   * @return who is signed in now
   * @throws IOException if there is no answer
   */
  public static Visitor open(URI link) throws IOException {
    Visitor visitor =
        new Visitor(HttpClient.newBuilder().cookieHandler(new CookieManager()).build(), link);
    visitor.send("GET", link, "none", "navigate", "document");
    return visitor;
  }

  /**
   * Goes to a page.
   *
   * @param path such as {@code /}
   * @return what is there, whatever its status
   * @throws IOException if there is no answer
   */
  public String page(String path) throws IOException {
    return send("GET", address.resolve(path), "same-origin", "navigate", "document");
  }

  /**
   * Fetches data as a script of a page does.
   *
   * @param path such as {@code /api/version}
   * @return what is there, whatever its status
   * @throws IOException if there is no answer
   */
  public String data(String path) throws IOException {
    return send("GET", address.resolve(path), "same-origin", "cors", "empty");
  }

  /**
   * Does something as a script of a page does.
   *
   * @param path such as {@code /api/jobs/some-id/stop}
   * @return what is there, whatever its status
   * @throws IOException if there is no answer
   */
  public String post(String path) throws IOException {
    return send("POST", address.resolve(path), "same-origin", "cors", "empty");
  }

  private String send(String method, URI url, String site, String mode, String destination)
      throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .method(method, BodyPublishers.noBody())
            .header("Accept", "text/html, application/json")
            .header("Origin", url.resolve("/").toString().replaceFirst("/$", ""))
            .header("Sec-Fetch-Site", site)
            .header("Sec-Fetch-Mode", mode)
            .header("Sec-Fetch-Dest", destination)
            .build();
    try {
      return client.send(request, BodyHandlers.ofString()).body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
