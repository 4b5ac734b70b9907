package io.rayauth.kubernetes.internal.token;

import io.fabric8.kubernetes.api.model.Cluster;
import io.fabric8.kubernetes.api.model.ExecConfig;
import io.fabric8.kubernetes.api.model.NamedExtension;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.rayauth.internal.token.CommandTokenProvider;
import io.rayauth.time.TimeSource;
import io.rayauth.token.AccessToken;
import io.rayauth.token.TokenUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs the credential plugin of a kubeconfig's user by the contract of kubectl ("client-go
 * credential plugins"): the request comes in {@code KUBERNETES_EXEC_INFO}, the answer is an {@code
 * ExecCredential} on stdout, and a command with a slash in it stands beside the kubeconfig.
 *
 * <p>There is never a terminal, so {@code interactive} is false.
 */
final class ExecPlugin {
  private static final String REQUEST = "KUBERNETES_EXEC_INFO";
  private static final String EXTENSION = "client.authentication.k8s.io/exec";
  private static final Duration TIME_LIMIT = Duration.ofSeconds(60);

  private ExecPlugin() {}

  /**
   * Runs the plugin.
   *
   * @throws TokenUnavailableException if it cannot be run or gives no token (broken)
   */
  static AccessToken token(KubeconfigUser user, ExecConfig exec, TimeSource time) {
    if (isBlank(exec.getCommand()) || isBlank(exec.getApiVersion())) {
      throw TokenUnavailableException.broken(
          "the exec plugin of " + user + " lacks its command or its apiVersion");
    }
    if ("Always".equals(exec.getInteractiveMode())) {
      throw TokenUnavailableException.broken(
          "the exec plugin '%s' of %s wants a terminal (interactiveMode: Always), and there is none"
              .formatted(exec.getCommand(), user));
    }
    try {
      return new CommandTokenProvider(argv(user, exec), environment(user, exec), TIME_LIMIT, time)
          .token();
    } catch (TokenUnavailableException e) {
      boolean missing = e.getCause() instanceof IOException && !isBlank(exec.getInstallHint());
      throw TokenUnavailableException.broken(
          "the exec plugin of %s gave no token: %s%s"
              .formatted(user, e.getMessage(), missing ? "\n" + exec.getInstallHint() : ""),
          e);
    }
  }

  private static List<String> argv(KubeconfigUser user, ExecConfig exec) {
    List<String> argv = new ArrayList<>();
    boolean isPath = exec.getCommand().contains("/") || exec.getCommand().contains("\\");
    argv.add(isPath ? user.beside(exec.getCommand()).toString() : exec.getCommand());
    if (exec.getArgs() != null) {
      argv.addAll(exec.getArgs());
    }
    return argv;
  }

  private static Map<String, String> environment(KubeconfigUser user, ExecConfig exec) {
    Map<String, String> environment = new HashMap<>();
    if (exec.getEnv() != null) {
      exec.getEnv().forEach(variable -> environment.put(variable.getName(), variable.getValue()));
    }
    Map<String, Object> spec = new LinkedHashMap<>();
    if (Boolean.TRUE.equals(exec.getProvideClusterInfo()) && user.cluster() != null) {
      spec.put("cluster", clusterInfo(user.cluster(), user.clusterFile()));
    }
    spec.put("interactive", false);
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("kind", "ExecCredential");
    request.put("apiVersion", exec.getApiVersion());
    request.put("spec", spec);
    environment.put(REQUEST, Serialization.asJson(request));
    return environment;
  }

  private static Map<String, Object> clusterInfo(Cluster cluster, Path file) {
    Map<String, Object> info = new LinkedHashMap<>();
    putIfThere(info, "server", cluster.getServer());
    putIfThere(info, "tls-server-name", cluster.getTlsServerName());
    putIfThere(info, "insecure-skip-tls-verify", cluster.getInsecureSkipTlsVerify());
    putIfThere(info, "certificate-authority-data", authority(cluster, file));
    putIfThere(info, "proxy-url", cluster.getProxyUrl());
    putIfThere(info, "disable-compression", cluster.getDisableCompression());
    if (cluster.getExtensions() != null) {
      for (NamedExtension extension : cluster.getExtensions()) {
        if (EXTENSION.equals(extension.getName())) {
          putIfThere(info, "config", extension.getExtension());
        }
      }
    }
    return info;
  }

  private static @Nullable String authority(Cluster cluster, Path file) {
    if (!isBlank(cluster.getCertificateAuthorityData())
        || isBlank(cluster.getCertificateAuthority())) {
      return cluster.getCertificateAuthorityData();
    }
    Path authority = file.toAbsolutePath().resolveSibling(cluster.getCertificateAuthority());
    try {
      return Base64.getEncoder().encodeToString(Files.readAllBytes(authority));
    } catch (IOException e) {
      throw TokenUnavailableException.broken(
          "the certificate-authority %s that %s names cannot be read".formatted(authority, file),
          e);
    }
  }

  private static void putIfThere(Map<String, Object> map, String key, @Nullable Object value) {
    if (value != null) {
      map.put(key, value);
    }
  }

  private static boolean isBlank(@Nullable String text) {
    return text == null || text.isBlank();
  }
}
