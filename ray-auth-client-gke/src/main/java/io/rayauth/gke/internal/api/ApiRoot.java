package io.rayauth.gke.internal.api;

import com.google.api.client.googleapis.services.AbstractGoogleClient;
import com.google.auth.oauth2.GoogleCredentials;
import io.rayauth.RayEndpoint;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Is where an API of Google's is asked.
 *
 * @param address null for the API's own address in the universe of the credentials
 */
public record ApiRoot(@Nullable URI address) {
  /** The API's own address in the universe that the credentials belong to. */
  public static final ApiRoot OF_UNIVERSE = new ApiRoot(null);

  /**
   * Takes another address, such as that of a Private Service Connect endpoint.
   *
   * @throws IllegalArgumentException if the token could be read on its way there
   */
  public static ApiRoot at(URI address) {
    if (!RayEndpoint.of(address).isSafeForTokens()) {
      throw new IllegalArgumentException(
          address
              + " is plain http to another host, where everybody on the way can read the token");
    }
    return new ApiRoot(address);
  }

  void applyTo(AbstractGoogleClient.Builder client, GoogleCredentials credentials)
      throws IOException {
    client.setApplicationName("ray-auth-client");
    if (address == null) {
      client.setUniverseDomain(credentials.getUniverseDomain());
    } else {
      client.setRootUrl(address.toString());
    }
  }
}
