package io.rayauth.gke;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;

/** Writes credentials files as gcloud and Google's console write them, one of each kind. */
final class CredentialFiles {
  static final String REFRESH_TOKEN = "canary-1//0gRefreshTokenOfJane-aVeryLongOne";
  static final String SUBJECT_TOKEN = "canary-subject-token-of-the-workload-0123456789";
  static final String ACCOUNT = "ray-user@my-project.iam.gserviceaccount.com";
  static final String POOL =
      "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/my-pool/providers/my-provider";

  private static final String PRIVATE_KEY = newPrivateKey();

  private final Path folder;

  CredentialFiles(Path folder) {
    this.folder = folder;
  }

  /** {@code gcloud auth application-default login}, in the home folder. */
  Path login() {
    return write(Path.of(".config", "gcloud", "application_default_credentials.json"), userJson());
  }

  Path user() {
    return write(Path.of("user.json"), userJson());
  }

  private static String userJson() {
    return """
    {
      "account": "",
      "client_id": "764086051850-6qr4p6gpi6hn506pt8ejuq83di341hur.apps.googleusercontent.com",
      "client_secret": "canary-client-secret-of-gcloud",
      "quota_project_id": "quota-project",
      "refresh_token": "%s",
      "type": "authorized_user",
      "universe_domain": "googleapis.com"
    }
    """
        .formatted(REFRESH_TOKEN);
  }

  /** {@code gcloud iam service-accounts keys create}. */
  Path serviceAccountKey() {
    return serviceAccountKey("googleapis.com");
  }

  Path serviceAccountKey(String universe) {
    return write(
        Path.of("key.json"),
        """
        {
          "type": "service_account",
          "project_id": "my-project",
          "private_key_id": "0123456789abcdef0123456789abcdef01234567",
          "private_key": "%s",
          "client_email": "%s",
          "client_id": "110123456789012345678",
          "auth_uri": "https://accounts.google.com/o/oauth2/auth",
          "token_uri": "https://oauth2.googleapis.com/token",
          "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs",
          "client_x509_cert_url": "https://www.googleapis.com/robot/v1/metadata/x509/ray-user%%40my-project.iam.gserviceaccount.com",
          "universe_domain": "%s"
        }
        """
            .formatted(PRIVATE_KEY, ACCOUNT, universe));
  }

  /** {@code gcloud auth application-default login --impersonate-service-account=a,b}. */
  Path impersonation() {
    return write(
        Path.of("impersonation.json"),
        """
        {
          "delegates": ["first@my-project.iam.gserviceaccount.com"],
          "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/%s:generateAccessToken",
          "source_credentials": %s,
          "type": "impersonated_service_account"
        }
        """
            .formatted(ACCOUNT, userJson()));
  }

  /** {@code gcloud iam workload-identity-pools create-cred-config --credential-source-file}. */
  Path federationByFile() {
    Path token = write(Path.of("subject-token"), SUBJECT_TOKEN);
    return federation("{\"file\": \"%s\"}".formatted(token), "");
  }

  /** The same with {@code --service-account}. */
  Path federationByFileAsServiceAccount() {
    Path token = write(Path.of("subject-token"), SUBJECT_TOKEN);
    return federation(
        "{\"file\": \"%s\"}".formatted(token),
        """
        "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/%s:generateAccessToken",
        """
            .formatted(ACCOUNT));
  }

  /** {@code --credential-source-url}, with headers and a JSON answer. */
  Path federationByUrl(String url) {
    return federation(
        """
        {"url": "%s", "headers": {"Metadata": "True"},
         "format": {"type": "json", "subject_token_field_name": "access_token"}}
        """
            .formatted(url),
        "");
  }

  /** {@code --executable-command}. */
  Path federationByExecutable() {
    Path answer =
        write(
            Path.of("answer.json"),
            """
            {"version": 1, "success": true, "token_type": "urn:ietf:params:oauth:token-type:jwt",
             "id_token": "%s", "expiration_time": 4102444800}
            """
                .formatted(SUBJECT_TOKEN));
    return federationBy("cat " + answer);
  }

  Path federationBy(String command) {
    return federation(
        "{\"executable\": {\"command\": \"%s\", \"timeout_millis\": 30000}}".formatted(command),
        "");
  }

  private Path federation(String source, String more) {
    return write(
        Path.of("federation.json"),
        """
        {
          "universe_domain": "googleapis.com",
          "type": "external_account",
          "audience": "%s",
          "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
          "token_url": "https://sts.googleapis.com/v1/token",
          "token_info_url": "https://sts.googleapis.com/v1/introspect",
          %s
          "credential_source": %s
        }
        """
            .formatted(POOL, more, source));
  }

  /** {@code gcloud auth application-default login --login-config}, of a workforce pool. */
  Path workforceLogin() {
    return write(
        Path.of("workforce.json"),
        """
        {
          "type": "external_account_authorized_user",
          "audience": "//iam.googleapis.com/locations/global/workforcePools/my-workforce/providers/my-idp",
          "client_id": "workforce-client",
          "client_secret": "canary-client-secret-of-the-workforce",
          "refresh_token": "%s",
          "token_url": "https://sts.googleapis.com/v1/oauthtoken",
          "token_info_url": "https://sts.googleapis.com/v1/introspect"
        }
        """
            .formatted(REFRESH_TOKEN));
  }

  Path write(Path name, String text) {
    try {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A key of its own for each run, so that no file in the project looks like a secret. */
  private static String newPrivateKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
      return "-----BEGIN PRIVATE KEY-----\\n"
          + Base64.getEncoder().encodeToString(key)
          + "\\n-----END PRIVATE KEY-----\\n";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
