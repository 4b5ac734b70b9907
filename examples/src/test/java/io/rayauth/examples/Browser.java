package io.rayauth.examples;

import java.io.IOException;
import java.io.InputStream;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Is the person in front of an example that shows a dashboard until its input ends: opens the link
 * that it has printed, looks at one answer of the cluster, and then ends the input.
 */
public final class Browser extends InputStream {
  private static final Pattern LINK = Pattern.compile("http://\\S+/-/open\\?key=\\S+");

  private final Supplier<String> printed;
  private String seen = "";

  /**
   * Creates one.
   *
   * @param printed gives what the example has printed so far
   */
  public Browser(Supplier<String> printed) {
    this.printed = printed;
  }

  /**
   * Returns what the cluster said of its version.
   *
   * @return empty if nobody has read this input
   */
  public String seen() {
    return seen;
  }

  @Override
  public int read() throws IOException {
    Matcher link = LINK.matcher(printed.get());
    if (!link.find()) {
      throw new IOException("no link was printed: " + printed.get());
    }
    seen = openAndLook(URI.create(link.group()));
    return -1;
  }

  /**
   * Opens a link and looks at what the cluster says of its version.
   *
   * @param link of a running proxy
   * @return the answer
   * @throws IOException if there is none
   */
  public static String openAndLook(URI link) throws IOException {
    HttpClient client = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
    look(client, link, "none", "navigate", "document");
    return look(client, link.resolve("/api/version"), "same-origin", "cors", "empty");
  }

  private static String look(HttpClient client, URI url, String site, String mode, String dest)
      throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .header("Sec-Fetch-Site", site)
            .header("Sec-Fetch-Mode", mode)
            .header("Sec-Fetch-Dest", dest)
            .build();
    try {
      return client.send(request, BodyHandlers.ofString()).body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
