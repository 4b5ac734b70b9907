package io.rayauth.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;

/** Sends what the browser of a person would, and keeps its cookies. */
final class Person {
  private final HttpClient browser =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
          .build();

  /** Opens a link that signs in. */
  void signIn(URI link) throws IOException, InterruptedException {
    assertThat(browser.send(visit(link, "none"), BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);
  }

  /** Looks at a page. */
  HttpResponse<String> look(URI page) throws IOException, InterruptedException {
    return browser.send(visit(page, "same-origin"), BodyHandlers.ofString());
  }

  /** Presses the button for a dashboard. */
  HttpResponse<String> press(URI startPage, String place, String name)
      throws IOException, InterruptedException {
    return press(startPage, "place=" + encoded(place) + "&name=" + encoded(name));
  }

  /** Sends a form to where the buttons do. */
  HttpResponse<String> press(URI startPage, String form) throws IOException, InterruptedException {
    return pressFrom(startPage, startPage, form);
  }

  /** Lets a page send a form to where the buttons do. */
  HttpResponse<String> pressFrom(URI page, URI startPage, String form)
      throws IOException, InterruptedException {
    String site = page.equals(startPage) ? "same-origin" : "same-site";
    HttpRequest request =
        HttpRequest.newBuilder(visit(startPage.resolve("/open"), site), (name, value) -> true)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Origin", page.toString())
            .POST(BodyPublishers.ofString(form))
            .build();
    return browser.send(request, BodyHandlers.ofString());
  }

  /** Does what a button of the dashboard does. */
  HttpResponse<String> act(URI action) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(action)
            .header("Accept", "*/*")
            .header("Sec-Fetch-Site", "same-origin")
            .header("Sec-Fetch-Mode", "cors")
            .header("Sec-Fetch-Dest", "empty")
            .header("Origin", action.resolve("/").toString().replaceAll("/$", ""))
            .POST(BodyPublishers.noBody())
            .build();
    return browser.send(request, BodyHandlers.ofString());
  }

  private static HttpRequest visit(URI page, String from) {
    return HttpRequest.newBuilder(page)
        .header("Accept", "text/html,application/xhtml+xml")
        .header("Sec-Fetch-Site", from)
        .header("Sec-Fetch-Mode", "navigate")
        .header("Sec-Fetch-Dest", "document")
        .build();
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }
}
