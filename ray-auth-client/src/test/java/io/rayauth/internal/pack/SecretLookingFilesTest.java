package io.rayauth.internal.pack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class SecretLookingFilesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".env",
        "app/.env.production",
        "id_rsa",
        "keys/id_ed25519",
        "server.pem",
        "tls.KEY",
        "a.p12",
        "kubeconfig",
        "prod.kubeconfig",
        ".kube/config",
        "home/.kube/config",
        ".aws/credentials",
        "application_default_credentials.json",
        ".netrc",
        ".npmrc",
        ".docker/config.json",
        ".git-credentials",
        ".ssh/anything",
        "a/.ray/auth_token"
      })
  void byPath_ofWhatHoldsSecrets_isTrue(String path) {
    assertThat(SecretLookingFiles.byPath(path)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".env.example",
        "main.py",
        "environment.yml",
        "key.py",
        "id_rsa.pub",
        "config",
        "tokens.txt",
        "kubeconfig_test_helpers/readme.md",
        "docs/credentials.md"
      })
  void byPath_ofOthers_isFalse(String path) {
    assertThat(SecretLookingFiles.byPath(path)).isFalse();
  }

  @Test
  void byContent_ofKeysAndConfigurations_isTrue() {
    assertThat(byContent("deploy", "-----BEGIN OPENSSH PRIVATE KEY-----\n")).isTrue();
    assertThat(byContent("a.txt", "\n-----BEGIN PRIVATE KEY-----\n")).isTrue();
    assertThat(byContent("sa.json", "{\n \"type\": \"service_account\",")).isTrue();
    assertThat(byContent("c.yaml", "apiVersion: v1\nkind: Config\n")).isTrue();
    assertThat(byContent("settings.ini", "[a]\naws_secret_access_key = x")).isTrue();
  }

  @Test
  void byContent_ofProgramsThatSpeakOfKeysAndOfCertificates_isFalse() {
    assertThat(byContent("a.py", "-----BEGIN PRIVATE KEY-----")).isFalse();
    assertThat(byContent("ca.crt", "-----BEGIN CERTIFICATE-----")).isFalse();
    assertThat(byContent("pod.yaml", "kind: ConfigMap\n")).isFalse();
  }

  private static boolean byContent(String path, String content) {
    byte[] bytes = content.getBytes(UTF_8);
    return SecretLookingFiles.byContent(path, bytes, bytes.length);
  }
}
