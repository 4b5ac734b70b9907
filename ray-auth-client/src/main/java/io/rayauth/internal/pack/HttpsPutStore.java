package io.rayauth.internal.pack;

import io.rayauth.RayClientListener;
import io.rayauth.RayEndpoint;
import io.rayauth.RetryPolicy;
import io.rayauth.error.RayApiException;
import io.rayauth.error.RayException;
import io.rayauth.error.RayInterruptedException;
import io.rayauth.internal.call.CallEngine;
import io.rayauth.internal.call.Events;
import io.rayauth.internal.http.ApiRequest;
import io.rayauth.internal.http.JdkTransport;
import io.rayauth.internal.http.Network;
import io.rayauth.job.PackageStore;
import io.rayauth.time.TimeSource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;

/**
 * Stores packages by a PUT to an address, which may be a signed one. Shows nobody a token: each
 * request has a connection of its own, without the client's headers.
 */
public final class HttpsPutStore implements PackageStore {
  private static final int PARTIAL_CONTENT = 206;

  private final Function<String, URI> putAddress;
  private final Function<String, URI> fetchAddress;
  private final Network network;
  private final Duration timeout;

  /** Stores at one address for each name, and lets the nodes fetch from another. */
  public HttpsPutStore(
      Function<String, URI> putAddress,
      Function<String, URI> fetchAddress,
      Network network,
      Duration timeout) {
    this.putAddress = putAddress;
    this.fetchAddress = fetchAddress;
    this.network = network;
    this.timeout = timeout;
  }

  /** Asks for the first byte only, as a signed address often allows no HEAD. */
  @Override
  public Optional<URI> find(String name) throws IOException {
    URI address = fetchAddress.apply(name);
    try {
      ApiRequest firstByte = ApiRequest.of("GET", path(address)).readBy(body -> {});
      run(address, firstByte, Map.of("Range", "bytes=0-0"), timeout);
      return Optional.of(address);
    } catch (RayApiException answered) {
      return switch (answered.status()) {
        case PARTIAL_CONTENT -> Optional.of(address);
        case 401, 403, 404, 410 -> Optional.empty();
        default -> throw new IOException(answered.getMessage(), answered);
      };
    } catch (RayInterruptedException e) {
      throw e;
    } catch (RayException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Override
  public URI store(String name, Path zip, LongConsumer sent) throws IOException {
    URI address = putAddress.apply(name);
    long size = Files.size(zip);
    try {
      run(
          address,
          ApiRequest.upload(path(address), () -> FileBody.of(zip, size, sent)),
          Map.of(),
          FileBody.patience(timeout, size));
    } catch (RayInterruptedException e) {
      throw e;
    } catch (RayException e) {
      throw new IOException(e.getMessage(), e);
    }
    return fetchAddress.apply(name);
  }

  private void run(URI address, ApiRequest request, Map<String, String> headers, Duration limit) {
    RayEndpoint origin = RayEndpoint.of(address.resolve("/"));
    if (!origin.isSafeForTokens()) {
      throw new IllegalArgumentException(
          "the package store at " + origin + " is plain http to another host; use https");
    }
    try (JdkTransport transport = new JdkTransport(origin, network)) {
      new CallEngine(
              transport,
              List.of(),
              headers,
              RetryPolicy.upTo(4),
              1,
              UnaryOperator.identity(),
              new Events(new RayClientListener() {}),
              TimeSource.system(),
              new SecureRandom())
          .run(request, limit);
    }
  }

  private static String path(URI address) {
    return address.getRawQuery() == null
        ? address.getRawPath()
        : address.getRawPath() + "?" + address.getRawQuery();
  }
}
