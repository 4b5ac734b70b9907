package io.rayauth.gke.internal.identity;

import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.UrlEncodedContent;
import com.google.api.client.json.GenericJson;
import com.google.api.client.json.JsonObjectParser;
import com.google.api.client.json.gson.GsonFactory;
import com.google.auth.ServiceAccountSigner;
import com.google.auth.oauth2.ExternalAccountCredentials;
import com.google.auth.oauth2.GoogleCredentials;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenUnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who some credentials stand for, by the name that GKE's API server takes from a token:
 * the e-mail of a user or service account, else {@code principal://…} of a federated identity.
 */
final class Principal {
  private final GoogleCredentials credentials;
  private final Surroundings surroundings;

  Principal(GoogleCredentials credentials, Surroundings surroundings) {
    this.credentials = credentials;
    this.surroundings = surroundings;
  }

  /** Asks Google only where the credentials do not know their own name. */
  String name(Supplier<AccessToken> tokens) {
    String account = account();
    if (account != null && account.contains("@")) {
      return account;
    }
    AccessToken token = tokens.get();
    try {
      String universe = credentials.getUniverseDomain();
      String name =
          credentials instanceof ExternalAccountCredentials
              ? introspected(token, universe)
              : informed(token, universe);
      if (name == null && !(credentials instanceof ExternalAccountCredentials)) {
        name = introspected(token, universe); // a Kubernetes ServiceAccount on GKE is federated
      }
      if (name != null) {
        return name;
      }
    } catch (IOException | IllegalArgumentException e) { // the second if an answer is empty
      throw TokenFailure.of(e, credentials, surroundings.time());
    }
    throw TokenUnavailableException.broken(
        "Google does not tell whom these credentials (%s) stand for; a token without the scope userinfo.email has no e-mail"
            .formatted(GoogleAccount.kind(credentials)));
  }

  private @Nullable String account() {
    if (credentials instanceof ExternalAccountCredentials external) {
      return external.getServiceAccountEmail();
    }
    try {
      return credentials instanceof ServiceAccountSigner signer ? signer.getAccount() : null;
    } catch (RuntimeException e) { // what the library throws if the metadata server does not tell
      return null;
    }
  }

  /** The e-mail; without that scope the number that the API server uses instead. */
  private @Nullable String informed(AccessToken token, String universe) throws IOException {
    HttpRequest request =
        surroundings
            .http()
            .create()
            .createRequestFactory()
            .buildGetRequest(new GenericUrl("https://openidconnect." + universe + "/v1/userinfo"));
    request.getHeaders().setAuthorization("Bearer " + token.value());
    Map<String, Object> info = answer(request);
    Object name = info.getOrDefault("email", info.get("sub"));
    return name == null ? null : name.toString();
  }

  /** RFC 7662; the token travels in the body. */
  private @Nullable String introspected(AccessToken token, String universe) throws IOException {
    String address = "https://sts." + universe + "/v1/introspect";
    HttpRequest request;
    if (credentials instanceof ExternalAccountCredentials external) {
      String own = external.getTokenInfoUrl();
      request = introspection(own == null ? address : own, token);
      if (external.getClientId() != null && external.getClientSecret() != null) {
        String pair = external.getClientId() + ":" + external.getClientSecret();
        request
            .getHeaders()
            .setAuthorization(
                "Basic "
                    + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
      }
    } else {
      request = introspection(address, token);
    }
    Object name = answer(request).get("username");
    return name == null ? null : name.toString();
  }

  private HttpRequest introspection(String address, AccessToken token) throws IOException {
    return surroundings
        .http()
        .create()
        .createRequestFactory()
        .buildPostRequest(
            new GenericUrl(address), new UrlEncodedContent(Map.of("token", token.value())));
  }

  private static Map<String, Object> answer(HttpRequest request) throws IOException {
    request.setParser(new JsonObjectParser(GsonFactory.getDefaultInstance()));
    request.setThrowExceptionOnExecuteError(false);
    request.setFollowRedirects(false); // they would take the token along
    request.setLoggingEnabled(false); // it would log the body, and with it the token
    HttpResponse response = request.execute();
    try {
      Map<String, Object> info =
          response.isSuccessStatusCode() ? response.parseAs(GenericJson.class) : null;
      return info == null ? Map.of() : info;
    } finally {
      response.disconnect();
    }
  }
}
