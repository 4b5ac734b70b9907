package io.rayauth.internal.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Builds a TLS context from PEM files, the form Kubernetes hands certificates out in. Immutable.
 */
public final class PemTls {
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final char[] NO_PASSWORD = {};

  private final TrustManager @Nullable [] trust;
  private final KeyManager @Nullable [] keys;

  private PemTls(TrustManager @Nullable [] trust, KeyManager @Nullable [] keys) {
    this.trust = trust;
    this.keys = keys;
  }

  /** Starts with what the JVM trusts and no client certificate. */
  public static PemTls defaults() {
    return new PemTls(null, null);
  }

  /** Trusts the certificates of a PEM file instead of the JVM's. */
  public PemTls trusting(Path pem) {
    try {
      KeyStore store = emptyStore();
      int n = 0;
      for (Certificate certificate : certificates(pem)) {
        store.setCertificateEntry("ca-" + n++, certificate);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return new PemTls(factory.getTrustManagers(), keys);
    } catch (GeneralSecurityException | IOException e) {
      throw unusable("the CA file", pem, e);
    }
  }

  /** Trusts anybody, host names included. */
  public PemTls trustingAnybody() {
    return new PemTls(new TrustManager[] {new TrustAnybody()}, keys);
  }

  /** Shows a client certificate. */
  public PemTls presenting(Path certificateChain, Path privateKey) {
    try {
      KeyStore store = emptyStore();
      Certificate[] chain = certificates(certificateChain).toArray(Certificate[]::new);
      store.setKeyEntry("client", privateKey(privateKey, chain[0]), NO_PASSWORD, chain);
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, NO_PASSWORD);
      return new PemTls(trust, factory.getKeyManagers());
    } catch (GeneralSecurityException | IOException e) {
      throw unusable("the client certificate", certificateChain, e);
    }
  }

  /** Creates the context. */
  public SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys, trust, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM cannot do TLS", e);
    }
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static Collection<? extends Certificate> certificates(Path pem)
      throws IOException, CertificateException {
    Collection<? extends Certificate> found =
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(pem)));
    if (found.isEmpty()) {
      throw new CertificateException("there is no certificate in it");
    }
    return found;
  }

  private static PrivateKey privateKey(Path pem, Certificate owner)
      throws IOException, GeneralSecurityException {
    Matcher matcher = PKCS8.matcher(Files.readString(pem, StandardCharsets.US_ASCII));
    if (!matcher.find()) {
      throw new IllegalArgumentException(
          "the private key in "
              + pem
              + " cannot be used: it is not an unencrypted PKCS#8 key (BEGIN PRIVATE KEY); convert it with `openssl pkcs8 -topk8 -nocrypt`");
    }
    byte[] encoded = Base64.getMimeDecoder().decode(matcher.group(1));
    String algorithm = owner.getPublicKey().getAlgorithm();
    try {
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
    } catch (InvalidKeySpecException e) {
      // Without the cause: its text could quote the key.
      throw new IllegalArgumentException(
          "the private key in "
              + pem
              + " cannot be used: it is not the "
              + algorithm
              + " key of its certificate");
    }
  }

  private static IllegalArgumentException unusable(String what, Path pem, Exception e) {
    return new IllegalArgumentException(what + " " + pem + " cannot be used: " + e, e);
  }

  /**
   * Checks nothing. An extended trust manager, because for others the JDK checks host names on its
   * own.
   */
  private static final class TrustAnybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return List.<X509Certificate>of().toArray(X509Certificate[]::new);
    }
  }
}
