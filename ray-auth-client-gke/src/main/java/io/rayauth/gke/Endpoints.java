package io.rayauth.gke;

import com.google.api.services.container.model.Cluster;
import com.google.api.services.container.model.ControlPlaneEndpointsConfig;
import com.google.api.services.container.model.DNSEndpointConfig;
import com.google.api.services.container.model.IPEndpointsConfig;
import com.google.api.services.container.model.MasterAuthorizedNetworksConfig;
import com.google.api.services.container.model.PrivateClusterConfig;
import java.net.URI;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Knows the doors of a cluster's API server and chooses one.
 *
 * <p>The newer part of GKE's answer ({@code controlPlaneEndpointsConfig}) tells all of them; the
 * older ({@code endpoint}, {@code privateClusterConfig}) is what there was before.
 *
 * @param addresses an address for each door
 * @param chosen the door to take, empty if there is none
 * @param reason why that one
 */
record Endpoints(Map<GkeEndpoint, URI> addresses, Optional<GkeEndpoint> chosen, String reason) {

  static Endpoints of(Cluster cluster) {
    ControlPlaneEndpointsConfig config = cluster.getControlPlaneEndpointsConfig();
    DNSEndpointConfig dns = config == null ? null : config.getDnsEndpointConfig();
    IPEndpointsConfig ip = config == null ? null : config.getIpEndpointsConfig();
    Map<GkeEndpoint, URI> addresses = new EnumMap<>(GkeEndpoint.class);
    put(addresses, GkeEndpoint.DNS, dns == null ? null : dns.getEndpoint());
    if (ip == null) {
      olderAddresses(cluster, addresses);
    } else if (!Boolean.FALSE.equals(ip.getEnabled())) {
      put(addresses, GkeEndpoint.PRIVATE, ip.getPrivateEndpoint());
      if (!Boolean.FALSE.equals(ip.getEnablePublicEndpoint())) {
        put(addresses, GkeEndpoint.PUBLIC, ip.getPublicEndpoint());
      }
    }
    boolean limited = isLimited(cluster, ip);
    boolean dnsIsOpen = dns != null && Boolean.TRUE.equals(dns.getAllowExternalTraffic());
    return chosen(Collections.unmodifiableMap(addresses), limited, dnsIsOpen);
  }

  private static void olderAddresses(Cluster cluster, Map<GkeEndpoint, URI> addresses) {
    PrivateClusterConfig config = cluster.getPrivateClusterConfig();
    put(addresses, GkeEndpoint.PRIVATE, config == null ? null : config.getPrivateEndpoint());
    if (config == null || !Boolean.TRUE.equals(config.getEnablePrivateEndpoint())) {
      put(addresses, GkeEndpoint.PUBLIC, cluster.getEndpoint());
    }
  }

  private static boolean isLimited(Cluster cluster, @Nullable IPEndpointsConfig ip) {
    MasterAuthorizedNetworksConfig networks =
        ip != null && ip.getAuthorizedNetworksConfig() != null
            ? ip.getAuthorizedNetworksConfig()
            : cluster.getMasterAuthorizedNetworksConfig();
    return networks != null && Boolean.TRUE.equals(networks.getEnabled());
  }

  private static Endpoints chosen(
      Map<GkeEndpoint, URI> addresses, boolean limited, boolean dnsIsOpen) {
    if (addresses.containsKey(GkeEndpoint.PUBLIC) && !limited) {
      return take(addresses, GkeEndpoint.PUBLIC, "every network may use it");
    }
    if (addresses.containsKey(GkeEndpoint.DNS) && dnsIsOpen) {
      return take(
          addresses,
          GkeEndpoint.DNS,
          limited && addresses.containsKey(GkeEndpoint.PUBLIC)
              ? "it is open to traffic from outside, and the public address only to authorized networks"
              : "it is open to traffic from outside, and there is no public address");
    }
    if (addresses.containsKey(GkeEndpoint.PUBLIC)) {
      return take(
          addresses,
          GkeEndpoint.PUBLIC,
          "only its authorized networks reach it; this machine has to be in one of them");
    }
    if (addresses.containsKey(GkeEndpoint.PRIVATE)) {
      return take(
          addresses,
          GkeEndpoint.PRIVATE,
          "it is the only one, and reached from the cluster's VPC network only");
    }
    if (addresses.containsKey(GkeEndpoint.DNS)) {
      return take(
          addresses,
          GkeEndpoint.DNS,
          "it is the only one, and reached from Google Cloud only (dnsEndpointConfig.allowExternalTraffic is false)");
    }
    return new Endpoints(addresses, Optional.empty(), "it has no endpoint");
  }

  private static Endpoints take(
      Map<GkeEndpoint, URI> addresses, GkeEndpoint endpoint, String reason) {
    return new Endpoints(
        addresses,
        Optional.of(endpoint),
        "by %s %s: %s".formatted(endpoint, addresses.get(endpoint), reason));
  }

  private static void put(
      Map<GkeEndpoint, URI> addresses, GkeEndpoint endpoint, @Nullable String host) {
    if (host != null && !host.isBlank()) {
      addresses.put(endpoint, URI.create("https://" + host));
    }
  }
}
