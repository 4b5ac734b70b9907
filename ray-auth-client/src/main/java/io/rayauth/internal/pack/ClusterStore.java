package io.rayauth.internal.pack;

import io.rayauth.RayEndpoint;
import io.rayauth.error.RayApiException;
import io.rayauth.internal.call.CallEngine;
import io.rayauth.internal.call.Events;
import io.rayauth.internal.http.ApiRequest;
import io.rayauth.job.PackageUri;
import java.time.Duration;

/** Asks the cluster's own store for packages and puts them there, through the dashboard. */
public final class ClusterStore {
  /** The dashboard's limit for a body ({@code DASHBOARD_CLIENT_MAX_SIZE}). */
  static final long LARGEST = 100L << 20;

  private final CallEngine engine;
  private final Events events;
  private final Duration requestTimeout;

  /** Speaks to the dashboard through an engine. */
  public ClusterStore(CallEngine engine, Events events, Duration requestTimeout) {
    this.engine = engine;
    this.events = events;
    this.requestTimeout = requestTimeout;
  }

  /** Tells whether a package is there; the question itself keeps it for ten minutes. */
  public boolean exists(PackageUri uri) {
    try {
      engine.run(ApiRequest.of("GET", path(uri)), requestTimeout);
      return true;
    } catch (RayApiException refused) {
      if (refused.status() == 404 && refused.reason().endsWith("does not exist")) {
        return false;
      }
      throw refused;
    }
  }

  void put(PackageUri uri, SealedPackage sealed) {
    engine.run(
        ApiRequest.upload(
            path(uri),
            () ->
                FileBody.of(
                    sealed.file(), sealed.size(), events.uploadProgress(uri, sealed.size()))),
        FileBody.patience(requestTimeout, sealed.size()));
  }

  private static String path(PackageUri uri) {
    return "/api/packages/gcs/" + RayEndpoint.segment(uri.name());
  }
}
