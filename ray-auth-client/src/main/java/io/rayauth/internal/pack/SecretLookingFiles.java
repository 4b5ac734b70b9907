package io.rayauth.internal.pack;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Recognises files that are probably not meant to leave this machine: keys, tokens, kubeconfigs,
 * cloud credentials. A package can be read by everybody who may use the cluster.
 *
 * <p>Errs on the side of telling; a name or the first bytes decide, nothing is decrypted or kept.
 */
final class SecretLookingFiles {
  private static final Pattern NAME =
      Pattern.compile(
          "\\.env(?!\\.(example|sample|template|dist)$)(\\..+)?"
              + "|id_(rsa|dsa|ecdsa|ed25519)(_sk)?"
              + "|.+\\.(pem|key|p12|pfx|jks|keystore|ppk|kubeconfig)"
              + "|kubeconfig(\\..+)?"
              + "|\\.netrc|_netrc|\\.pgpass|\\.npmrc|\\.pypirc|\\.dockercfg|\\.git-credentials"
              + "|application_default_credentials\\.json|auth_token|\\.vault-token");

  private static final Pattern PATH =
      Pattern.compile(
          "(.*/)?(\\.kube/config|\\.aws/credentials|\\.docker/config\\.json"
              + "|\\.azure/(accesstokens|msal_token_cache)\\.json|\\.ssh/[^/]*)");

  private static final Pattern CONTENT =
      Pattern.compile(
          "^-----BEGIN [A-Z ]*PRIVATE KEY"
              + "|\"type\"\\s*:\\s*\"service_account\""
              + "|^kind:\\s*Config\\s*$"
              + "|^aws_secret_access_key\\s*=",
          Pattern.MULTILINE);

  private static final Pattern CONFIGURATION =
      Pattern.compile("\\.(json|ya?ml|txt|cfg|ini|conf|crt)");

  /** All of these show themselves early. */
  private static final int LOOKED_AT = 4096;

  private SecretLookingFiles() {}

  /** Tells by the path. */
  static boolean byPath(String path) {
    String lower = path.toLowerCase(Locale.ROOT);
    return NAME.matcher(lower.substring(lower.lastIndexOf('/') + 1)).matches()
        || PATH.matcher(lower).matches();
  }

  /** Tells by the beginning of the content; programs that only speak of keys do not count. */
  static boolean byContent(String path, byte[] beginning, int length) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    int dot = name.lastIndexOf('.');
    boolean canBeOne = dot <= 0 || CONFIGURATION.matcher(name.substring(dot)).matches();
    return canBeOne
        && CONTENT
            .matcher(
                new String(beginning, 0, Math.min(length, LOOKED_AT), StandardCharsets.ISO_8859_1))
            .find();
  }
}
