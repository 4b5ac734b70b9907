package io.rayauth.kubernetes.internal.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.OAuthTokenProvider;
import io.rayauth.token.AccessToken;
import io.rayauth.token.RefusableTokenProvider;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ClientSettingsTest {
  private static final URI SERVER = URI.create("https://127.0.0.1:6443/");

  /** Keeps its token until it hears that it was refused, as a library with a cache of its own. */
  private static final class KeptToken implements OAuthTokenProvider, RefusableTokenProvider {
    private String current = "canary-old";

    @Override
    public String getToken() {
      return current;
    }

    @Override
    public AccessToken token() {
      return AccessToken.of(current);
    }

    @Override
    public void reject(AccessToken used) {
      if (used.value().equals(current)) {
        current = "canary-new";
      }
    }
  }

  @Test
  void refresh_afterARefusal_tellsTheProviderWhichTokenItWas() throws Exception {
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(SERVER.toString())
            .withOauthTokenProvider(new KeptToken())
            .build();
    ClientSettings settings = ClientSettings.of(config);
    assertThat(sent(settings).equals(List.of("Bearer canary-old"))).isTrue();

    assertThat(settings.refresh(SERVER)).isTrue();

    assertThat(sent(settings).equals(List.of("Bearer canary-new"))).isTrue();
  }

  private static List<String> sent(ClientSettings settings) {
    return settings.headers(SERVER).get("Authorization");
  }
}
