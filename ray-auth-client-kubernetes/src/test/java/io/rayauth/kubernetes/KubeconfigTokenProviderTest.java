package io.rayauth.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.rayauth.kubernetes.internal.token.Kubeconfig;
import io.rayauth.kubernetes.internal.token.KubeconfigToken;
import io.rayauth.testkit.TokenProviderContract;
import io.rayauth.time.TimeSource;
import io.rayauth.token.TokenProvider;
import io.rayauth.token.TokenUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Real files and real programs: small shell scripts in place of the clouds' plugins. */
@Timeout(60)
class KubeconfigTokenProviderTest implements TokenProviderContract {
  @TempDir Path directory;

  @Override
  public TokenProvider newProvider() {
    return KubeconfigTokenProvider.ofFile(kubeconfig("token: canary-static"));
  }

  @Override
  public Optional<TokenProvider> newAbsentProvider() {
    return Optional.of(KubeconfigTokenProvider.ofFile(directory.resolve("nowhere")));
  }

  @Override
  public Optional<TokenProvider> newBrokenProvider() {
    return Optional.of(
        KubeconfigTokenProvider.ofFile(write("broken", "users: [{token: canary-static")));
  }

  @Test
  void token_whenTheUserHasOne_isThat() {
    TokenProvider provider = KubeconfigTokenProvider.ofFile(kubeconfig("token: canary-static"));

    assertThat(provider.token().value()).isEqualTo("canary-static");
  }

  @Test
  void token_whenTheKubeconfigIsWrittenAnew_isTheNewOne() {
    TokenProvider provider = KubeconfigTokenProvider.ofFile(kubeconfig("token: canary-old"));
    provider.token();

    kubeconfig("token: canary-new");

    assertThat(provider.token().value()).isEqualTo("canary-new");
  }

  @Test
  void token_whenItIsAJwt_endsWhenThatSays() {
    String jwt = jwt("{\"exp\": 1798761600}");

    assertThat(KubeconfigTokenProvider.ofFile(kubeconfig("token: " + jwt)).token().expiresAt())
        .contains(Instant.ofEpochSecond(1798761600));
  }

  @Test
  void token_whenTheUserHasATokenFile_readsItAnewBesideTheKubeconfig() {
    write("rotated", "canary-first\n");
    TokenProvider provider =
        KubeconfigTokenProvider.ofFile(kubeconfig("{tokenFile: rotated, token: canary-stale}"));

    assertThat(provider.token().value()).isEqualTo("canary-first");

    write("rotated", "canary-second\n");

    assertThat(provider.token().value()).isEqualTo("canary-second");
  }

  @Test
  void token_whenTheTokenFileIsMissing_isTheOneBesideIt() {
    TokenProvider provider =
        KubeconfigTokenProvider.ofFile(kubeconfig("{tokenFile: nowhere, token: canary-stale}"));

    assertThat(provider.token().value()).isEqualTo("canary-stale");
  }

  @Test
  void token_whenTheTokenFileIsMissingAndNothingIsBesideIt_isBroken() {
    TokenProvider provider = KubeconfigTokenProvider.ofFile(kubeconfig("tokenFile: nowhere"));

    assertBroken(provider, "user 'jane' of context 'here'", "nowhere does not exist");
  }

  @Test
  void token_whenTheUserHasACertificate_isAbsent() {
    TokenProvider provider =
        KubeconfigTokenProvider.ofFile(
            kubeconfig("{client-certificate-data: Y2VydA==, client-key-data: a2V5}"));

    assertThatThrownBy(provider::token)
        .isInstanceOfSatisfying(
            TokenUnavailableException.class, e -> assertThat(e.isAbsent()).isTrue())
        .hasMessageContaining("user 'jane' of context 'here'")
        .hasMessageContaining("has a client certificate and no token");
  }

  @Test
  void token_whenTheContextIsNotThere_saysSoInsteadOfTakingAnother() {
    Path file = kubeconfig("token: canary-static");

    assertBroken(KubeconfigTokenProvider.ofFile(file, "there"), "has no context 'there'");
    assertThat(KubeconfigTokenProvider.ofFile(file, "here").token().value())
        .isEqualTo("canary-static");
  }

  @Test
  void token_whenTwoFilesAreMerged_takesTheContextOfOneAndTheUserOfTheOther() {
    Path contexts =
        write(
            "contexts",
            "current-context: here\ncontexts: [{name: here, context: {cluster: c, user: jane}}]");
    Path users = write("users", "users: [{name: jane, user: {token: canary-first}}]");
    Path later = write("later", "users: [{name: jane, user: {token: canary-later}}]");

    TokenProvider merged =
        new KubeconfigToken(
            new Kubeconfig(List.of(directory.resolve("none"), contexts, users, later), null),
            TimeSource.system());

    assertThat(merged.token().value()).isEqualTo("canary-first");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void token_whenTheUserHasAPlugin_runsItAnewByTheContractOfKubectl() {
    script(
        "plugin.sh",
        """
        echo "$KUBERNETES_EXEC_INFO" > "$0.info"
        echo "$1 $PLUGIN_MODE" >> "$0.calls"
        echo '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1",
          "status": {"token": "canary-plugin", "expirationTimestamp": "2027-01-01T00:00:00Z"}}'
        """);
    write("ca.pem", "authority");
    TokenProvider provider =
        KubeconfigTokenProvider.ofFile(
            kubeconfig(
                """
                exec:
                        apiVersion: client.authentication.k8s.io/v1
                        command: ./plugin.sh
                        args: [get-token]
                        env: [{name: PLUGIN_MODE, value: quiet}]
                        interactiveMode: IfAvailable
                        provideClusterInfo: true
                """));

    assertThat(provider.token().value()).isEqualTo("canary-plugin");
    assertThat(provider.token().expiresAt()).contains(Instant.parse("2027-01-01T00:00:00Z"));

    assertThat(read("plugin.sh.calls")).isEqualTo("get-token quiet\nget-token quiet\n");
    assertThat(read("plugin.sh.info"))
        .isEqualToIgnoringWhitespace(
            """
            {"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",
             "spec":{"cluster":{"server":"https://127.0.0.1:6443",
               "certificate-authority-data":"YXV0aG9yaXR5","config":{"audience":"ray"}},
             "interactive":false}}
            """);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void token_whenThePluginFails_tellsWhatItSaid() {
    script("plugin.sh", "echo 'Please log in' >&2; exit 3");

    assertBroken(
        KubeconfigTokenProvider.ofFile(kubeconfig(plugin("./plugin.sh"))),
        "the exec plugin of user 'jane'",
        "exit code 3",
        "Please log in");
  }

  @Test
  void token_whenThePluginIsNotInstalled_givesItsInstallHint() {
    assertBroken(
        KubeconfigTokenProvider.ofFile(kubeconfig(plugin("no-such-plugin-anywhere"))),
        "'no-such-plugin-anywhere' could not be started",
        "\nInstall it with brew");
  }

  @Test
  void token_whenThePluginWantsATerminal_saysSoWithoutRunningIt() {
    assertBroken(
        KubeconfigTokenProvider.ofFile(kubeconfig(plugin("sh").replace("Never", "Always"))),
        "wants a terminal");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void cached_whenThePluginGaveATokenThatLasts_runsItOnce() {
    script(
        "plugin.sh",
        """
        echo call >> "$0.calls"
        echo '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": {"token": "canary-plugin"}}'
        """);
    TokenProvider cached =
        KubeconfigTokenProvider.ofFile(kubeconfig(plugin("./plugin.sh"))).cached();

    cached.token();
    cached.token();

    assertThat(read("plugin.sh.calls")).isEqualTo("call\n");
  }

  @Test
  void token_whenTheIdTokenIsGood_isThat() {
    String idToken = jwt("{\"exp\": %d}".formatted(inAnHour()));

    TokenProvider provider =
        KubeconfigTokenProvider.ofFile(oidc("http://127.0.0.1:1", idToken, "canary-refresh"));

    assertThat(provider.token().value()).isEqualTo(idToken);
  }

  @Test
  void token_whenTheIdTokenHasEnded_refreshesItOnceAndWritesItBack() throws IOException {
    String fresh = jwt("{\"exp\": %d}".formatted(inAnHour()));
    List<String> calls = new CopyOnWriteArrayList<>();
    HttpServer issuer =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String url = "http://127.0.0.1:" + issuer.getAddress().getPort();
    issuer.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          calls.add(
              path
                  + " "
                  + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] answer =
              (path.startsWith("/.well-known")
                      ? "{\"token_endpoint\": \"" + url + "/token\"}"
                      : "{\"id_token\": \"" + fresh + "\", \"refresh_token\": \"canary-next\"}")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    issuer.start();
    try {
      Path file = oidc(url, jwt("{\"exp\": 1}"), "canary-refresh");
      TokenProvider provider = KubeconfigTokenProvider.ofFile(file);

      assertThat(provider.token().value()).isEqualTo(fresh);
      assertThat(provider.token().value()).isEqualTo(fresh);

      assertThat(calls).hasSize(2);
      assertThat(calls.get(1)).startsWith("/token ").contains("refresh_token=canary-refresh");
      assertThat(Files.readString(file)).contains(fresh).contains("canary-next");
    } finally {
      issuer.stop(0);
    }
  }

  @Test
  void token_whenTheIdTokenHasEndedAndCannotBeRefreshed_isBroken() {
    assertBroken(
        KubeconfigTokenProvider.ofFile(oidc("http://127.0.0.1:1", jwt("{\"exp\": 1}"), "")),
        "the OpenID Connect id-token of user 'jane'",
        "log in again");
  }

  @Test
  void token_ofAClientWithAFixedToken_isThat() {
    assertThat(of(new ConfigBuilder(Config.empty()).withOauthToken("canary-fixed").build()))
        .isEqualTo("canary-fixed");
  }

  @Test
  void token_ofAClientWithItsOwnProvider_asksThatEachTime() {
    assertThat(
            of(
                new ConfigBuilder(Config.empty())
                    .withOauthTokenProvider(() -> "canary-provided")
                    .build()))
        .isEqualTo("canary-provided");
  }

  @Test
  void token_ofAClientMadeFromAKubeconfig_followsThatFile() {
    Path file = kubeconfig("token: canary-old");
    Config config = Config.fromKubeconfig(file.toFile());
    kubeconfig("token: canary-new");

    assertThat(of(config)).isEqualTo("canary-new");
  }

  @Test
  void token_ofAClientWithACertificate_isAbsent() {
    Config config =
        new ConfigBuilder(Config.empty())
            .withClientCertFile("/x.crt")
            .withClientKeyFile("/x.key")
            .build();

    assertThatThrownBy(() -> of(config))
        .isInstanceOfSatisfying(
            TokenUnavailableException.class, e -> assertThat(e.isAbsent()).isTrue())
        .hasMessageContaining("client certificate and no token");
  }

  /** The client is never used, so the certificate need not exist. */
  private static String of(Config config) {
    try (KubernetesClient client =
        new KubernetesClientBuilder().withConfig(Config.empty()).build()) {
      KubernetesClient configured =
          (KubernetesClient)
              Proxy.newProxyInstance(
                  KubernetesClient.class.getClassLoader(),
                  new Class<?>[] {KubernetesClient.class},
                  (proxy, method, arguments) ->
                      method.getName().equals("getConfiguration")
                          ? config
                          : method.invoke(client, arguments));
      return KubeconfigTokenProvider.of(configured).token().value();
    }
  }

  private static void assertBroken(TokenProvider provider, String... words) {
    assertThatThrownBy(provider::token)
        .isInstanceOfSatisfying(
            TokenUnavailableException.class, e -> assertThat(e.isAbsent()).isFalse())
        .hasMessageContainingAll(words);
  }

  private Path kubeconfig(String user) {
    return write(
        "config",
        """
        current-context: here
        contexts:
          - {name: here, context: {cluster: c, user: jane}}
        clusters:
          - name: c
            cluster:
              server: https://127.0.0.1:6443
              certificate-authority: ca.pem
              extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: ray}}]
        users:
          - name: jane
            user:
              %s
        """
            .formatted(user));
  }

  private static String plugin(String command) {
    return "exec: {apiVersion: client.authentication.k8s.io/v1, command: %s, interactiveMode: Never, installHint: Install it with brew}"
        .formatted(command);
  }

  private Path oidc(String issuer, String idToken, String refreshToken) {
    return write(
        "config",
        """
        current-context: here
        contexts: [{name: here, context: {cluster: c, user: jane}}]
        clusters: [{name: c, cluster: {server: "https://127.0.0.1:6443"}}]
        users:
          - name: jane
            user:
              auth-provider:
                name: oidc
                config: {client-id: ray, idp-issuer-url: "%s", id-token: "%s", refresh-token: "%s"}
        """
            .formatted(issuer, idToken, refreshToken));
  }

  private static long inAnHour() {
    return Instant.now().plusSeconds(3600).getEpochSecond();
  }

  private static String jwt(String claims) {
    Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
    return encoder.encodeToString("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8))
        + "."
        + encoder.encodeToString(claims.getBytes(StandardCharsets.UTF_8))
        + ".c2ln";
  }

  private Path script(String name, String body) {
    Path file = write(name, "#!/bin/sh\n" + body);
    try {
      return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path write(String name, String content) {
    try {
      return Files.writeString(directory.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String read(String name) {
    try {
      return Files.readString(directory.resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
