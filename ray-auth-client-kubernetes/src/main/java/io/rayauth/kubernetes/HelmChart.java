package io.rayauth.kubernetes;

import io.rayauth.kubernetes.internal.helm.ChartSource;
import java.net.URI;
import java.nio.file.Path;

/**
 * Says where a Helm chart comes from.
 *
 * <p>Immutable and thread-safe. Versions are exact, so that the same program installs the same
 * thing tomorrow. No credentials travel to a repository.
 */
public final class HelmChart {
  private static final String KUBERAY_REPOSITORY = "https://ray-project.github.io/kuberay-helm/";

  private final ChartSource source;

  private HelmChart(ChartSource source) {
    this.source = source;
  }

  /**
   * Names the chart of KubeRay's operator in KubeRay's own repository.
   *
   * @param version such as {@code 1.6.0}
   * @return the chart
   * @throws IllegalArgumentException if the version is blank
   */
  public static HelmChart kubeRayOperator(String version) {
    return inRepository(URI.create(KUBERAY_REPOSITORY), "kuberay-operator", version);
  }

  /**
   * Names a chart in a repository; its archive is checked against the digest in the index.
   *
   * @param url the folder of {@code index.yaml}
   * @param name the chart
   * @param version exactly as in the index
   * @return the chart
   * @throws IllegalArgumentException if the URL is none of http or https, or holds a user, a query
   *     or a fragment, or if name or version is blank
   */
  public static HelmChart inRepository(URI url, String name, String version) {
    boolean web = "https".equals(url.getScheme()) || "http".equals(url.getScheme());
    if (!web || url.getHost() == null) {
      throw new IllegalArgumentException(
          "a chart repository has an http or https URL; for a registry take HelmChart.inRegistry");
    }
    if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "the URL of the chart repository at %s holds a user, a query or a fragment; none of them is sent"
              .formatted(url.getHost()));
    }
    return new HelmChart(
        new ChartSource.Repository(url, notBlank("name", name), notBlank("version", version)));
  }

  /**
   * Names a chart in an OCI registry. Helm uses the logins of {@code helm registry login}. A
   * registry on loopback is asked in plain http, any other with TLS only.
   *
   * @param reference such as {@code oci://registry.example.com/charts/kuberay-operator}
   * @param version the chart's version
   * @return the chart
   * @throws IllegalArgumentException if the reference does not begin with {@code oci://}, or the
   *     version is blank
   */
  public static HelmChart inRegistry(String reference, String version) {
    if (!reference.startsWith("oci://")) {
      throw new IllegalArgumentException(
          "'%s' is no OCI reference: it begins with oci://".formatted(reference));
    }
    return new HelmChart(new ChartSource.Oci(reference, notBlank("version", version)));
  }

  /**
   * Names a chart on this machine.
   *
   * @param path an archive ({@code .tgz}), or a folder with {@code Chart.yaml}
   * @return the chart
   */
  public static HelmChart at(Path path) {
    return new HelmChart(new ChartSource.Local(path));
  }

  private static String notBlank(String what, String value) {
    if (value.isBlank()) {
      throw new IllegalArgumentException("the chart's " + what + " is blank");
    }
    return value;
  }

  ChartSource source() {
    return source;
  }

  /** Returns the source, such as {@code chart kuberay-operator 1.6.0 of https://…}. */
  @Override
  public String toString() {
    return source.toString();
  }
}
