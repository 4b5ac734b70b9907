package io.rayauth.testkit.internal;

import io.rayauth.time.TimeSource;
import java.time.Duration;
import java.util.Map;

/**
 * Says what the pretended cluster is like.
 *
 * @param time the clock of start times, package pins and the start timeout
 * @param resources what the one node has, by Ray's resource name
 * @param maxRunningJobs how many jobs run at once
 * @param monitorInterval how often jobs are looked at; once a second in Ray
 * @param tailInterval how often a tail looks for new lines; once a second in Ray
 */
public record FakeCluster(
    TimeSource time,
    Map<String, Double> resources,
    int maxRunningJobs,
    Duration monitorInterval,
    Duration tailInterval) {

  static final String SERVER = "Python/3.11 aiohttp/3.14.5";
  static final String RAY_VERSION = "2.60.0";
  static final String RAY_COMMIT = "b7f4259e944bf6959f721b106adc366ddfa0c356";
  static final String SESSION = "session_2026-01-01_00-00-00_000000_1";
  static final String NODE_ID = "96d833ee633a3b4a9602318d2961fd903f70be6ce8905ed7ca192631";
  static final String NODE_IP = "127.0.0.1";
  static final String AGENT_ADDRESS = "http://127.0.0.1:52365";
  static final String GCS_ADDRESS = "127.0.0.1:6379";
  static final Duration START_TIMEOUT = Duration.ofMinutes(15);

  /** Copies the resources. */
  public FakeCluster {
    resources = Map.copyOf(resources);
  }

  long millis() {
    return time.instant().toEpochMilli();
  }
}
