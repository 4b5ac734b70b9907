package io.rayauth.gke;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.matching.UrlPathPattern;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.auth.http.HttpTransportFactory;
import io.rayauth.gke.internal.identity.Surroundings;
import io.rayauth.time.TimeSource;
import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import java.net.URLDecoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands for Google's servers: a request to {@code https://host/path} arrives here as {@code
 * /host/path}. Answers have the form that Google's documentation shows.
 */
final class Google implements AutoCloseable {
  static final String TOKENS = "oauth2.googleapis.com/token";
  static final String STS = "sts.googleapis.com/v1/token";
  static final String INTROSPECTION = "sts.googleapis.com/v1/introspect";
  static final String USER_INFO = "openidconnect.googleapis.com/v1/userinfo";
  static final String IAM = "iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/";
  static final String METADATA = "metadata.google.internal";
  static final String METADATA_ACCOUNT =
      METADATA + "/computeMetadata/v1/instance/service-accounts/default/";
  static final String CONTAINER = "container.googleapis.com/v1/";

  private final WireMockServer server =
      new WireMockServer(options().bindAddress("127.0.0.1").dynamicPort().containerThreads(12));
  private final Set<String> unknownHosts = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> refusals = new ConcurrentHashMap<>();
  private final HttpTransport transport =
      new NetHttpTransport.Builder().setConnectionFactory(this::open).build();

  Google() {
    server.start();
  }

  private HttpURLConnection open(URL url) throws IOException {
    String host = url.getHost();
    if (unknownHosts.contains(host)) {
      throw new UnknownHostException(host);
    }
    if (refusals.merge(host, -1, Integer::sum) >= 0) {
      throw new ConnectException("Connection refused");
    }
    URI here = URI.create(server.baseUrl() + "/" + host + url.getFile());
    return (HttpURLConnection) here.toURL().openConnection(Proxy.NO_PROXY);
  }

  HttpTransportFactory http() {
    return () -> transport;
  }

  WireMockServer server() {
    return server;
  }

  /** Returns surroundings with nothing in them: no variable, no file, no metadata server's name. */
  Surroundings surroundings(Path home) {
    return surroundings(home, Map.of(), TimeSource.system());
  }

  Surroundings surroundings(Path home, Map<String, String> environment, TimeSource time) {
    return new Surroundings(environment, home, home.resolve("no-product-name"), http(), time);
  }

  /** No name server knows the host. */
  void hide(String host) {
    unknownHosts.add(host);
  }

  /** The host refuses some connections before it takes one. */
  void refuse(String host, int times) {
    refusals.put(host, times);
  }

  /** Answers every method on an address, such as {@code oauth2.googleapis.com/token}. */
  void answer(String address, int status, String body) {
    server.stubFor(any(path(address)).willReturn(json(status, body)));
  }

  void answerGet(String address, int status, String body) {
    server.stubFor(get(path(address)).willReturn(json(status, body)));
  }

  void answerPost(String address, int status, String body) {
    server.stubFor(post(path(address)).willReturn(json(status, body)));
  }

  /** Gives these tokens one after the other, and the last one for ever. */
  void giveTokens(String address, String... tokens) {
    for (int i = 0; i < tokens.length; i++) {
      String next = Integer.toString(Math.min(i + 1, tokens.length - 1));
      server.stubFor(
          any(path(address))
              .inScenario(address)
              .whenScenarioStateIs(i == 0 ? "Started" : Integer.toString(i))
              .willSetStateTo(tokens.length == 1 ? "Started" : next)
              .willReturn(json(200, token(tokens[i]))));
    }
  }

  /** An access token for an hour, as a token endpoint gives it. */
  static String token(String value) {
    return """
    {"access_token":"%s","expires_in":3599,"token_type":"Bearer",
     "issued_token_type":"urn:ietf:params:oauth:token-type:access_token"}
    """
        .formatted(value);
  }

  /** The metadata server's root, by which libraries know it. */
  void haveMetadataServer() {
    server.stubFor(
        get(path(METADATA + "/"))
            .willReturn(
                aResponse()
                    .withHeader("Metadata-Flavor", "Google")
                    .withBody("computeMetadata/\n")));
    server.stubFor(
        get(path(METADATA))
            .willReturn(
                aResponse()
                    .withHeader("Metadata-Flavor", "Google")
                    .withBody("computeMetadata/\n")));
    answer(METADATA + "/computeMetadata/v1/universe/universe-domain", 404, "");
  }

  List<LoggedRequest> requests(String address) {
    return server.findAll(anyRequestedFor(path(address)));
  }

  /** The form fields or JSON that were sent to an address, decoded. */
  String sent(String address) {
    return URLDecoder.decode(requests(address).get(0).getBodyAsString(), StandardCharsets.UTF_8);
  }

  static UrlPathPattern path(String address) {
    return urlPathEqualTo("/" + address);
  }

  private static ResponseDefinitionBuilder json(int status, String body) {
    return aResponse()
        .withStatus(status)
        .withHeader("Content-Type", "application/json; charset=UTF-8")
        .withBody(body);
  }

  @Override
  public void close() {
    server.stop();
  }
}
