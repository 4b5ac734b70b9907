package io.rayauth.testsupport;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Makes TLS that nobody trusts but itself. */
public final class SelfSigned {
  private static final String PASSWORD = "changeit";

  private SelfSigned() {}

  /** Returns a context that shows a new certificate for 127.0.0.1 and trusts it. */
  public static SSLContext at(Path folder)
      throws IOException, GeneralSecurityException, InterruptedException {
    return forNames(folder, "ip:127.0.0.1").get(0);
  }

  /** Returns a context for each name: it shows a new certificate for that, and trusts all. */
  public static List<SSLContext> forNames(Path folder, String... names)
      throws IOException, GeneralSecurityException, InterruptedException {
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

  private static KeyStore newCertificate(Path file, String name)
      throws IOException, GeneralSecurityException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-alias", "server", "-keyalg", "EC"));
    command.addAll(List.of("-dname", "CN=server", "-ext", "SAN=" + name, "-validity", "2"));
    command.addAll(List.of("-keystore", file.toString(), "-storetype", "PKCS12"));
    command.addAll(List.of("-storepass", PASSWORD));
    Process made = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (made.waitFor() != 0) {
      throw new IllegalStateException("keytool made no certificate: " + said);
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }
}
