package io.rayauth.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Makes TLS that nobody trusts but itself. */
final class SelfSigned {
  private static final String PASSWORD = "changeit";

  private SelfSigned() {}

  /** Returns a context that shows a new certificate for 127.0.0.1 and trusts it. */
  static SSLContext at(Path folder) throws Exception {
    return forNames(folder, "ip:127.0.0.1").get(0);
  }

  /** Returns a context for each name: it shows a new certificate for that, and trusts all. */
  static List<SSLContext> forNames(Path folder, String... names) throws Exception {
    List<KeyStore> stores = new ArrayList<>();
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    for (String name : names) {
      KeyStore store = newCertificate(folder.resolve(stores.size() + ".p12"), name);
      trusted.setCertificateEntry(name, store.getCertificate("server"));
      stores.add(store);
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    List<SSLContext> contexts = new ArrayList<>();
    for (KeyStore store : stores) {
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, PASSWORD.toCharArray());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      contexts.add(context);
    }
    return contexts;
  }

  private static KeyStore newCertificate(Path file, String name) throws Exception {
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    Process made =
        new ProcessBuilder(
                (keytool
                        + " -genkeypair -alias server -keyalg EC -dname CN=server -validity 2 -storetype PKCS12 -ext SAN="
                        + name
                        + " -storepass "
                        + PASSWORD
                        + " -keystore "
                        + file)
                    .split(" "))
            .redirectErrorStream(true)
            .start();
    String said = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(made.waitFor()).as(said).isZero();
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }
}
