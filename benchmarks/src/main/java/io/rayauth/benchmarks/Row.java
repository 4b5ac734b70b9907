package io.rayauth.benchmarks;

import static io.rayauth.benchmarks.Target.atLeast;
import static io.rayauth.benchmarks.Target.atMost;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lists what is measured, in the order of the table. */
@SuppressWarnings("ImmutableEnumChecker") // a target is a record of a number and an enum
enum Row {
  JOB_TIME_BARE("`job(id)`: time ÷ bare HTTP client", "µs", 1e3, atMost(1.05), atMost(1.05)),
  JOB_BYTES_BARE("`job(id)`: allocation ÷ bare HTTP client", "kB", 1e3, atMost(1.5), atMost(1.5)),
  JOB_TIME_PYTHON("`job(id)`: time ÷ Python client", "µs", 1e3, atMost(0.5), atMost(0.95)),
  CALLERS_BARE("64 callers: calls/s ÷ bare HTTP client", "/s", 1, atLeast(0.95), atLeast(0.95)),
  CALLERS_PYTHON("64 callers: calls/s ÷ Python client", "/s", 1, atLeast(5), null),
  LIST_TREE(
      "`jobs()`, 10,000 jobs: time ÷ bare HTTP client + Jackson tree",
      "ms",
      1e6,
      atMost(0.6),
      null),
  LIST_PYTHON("`jobs()`, 10,000 jobs: time ÷ Python client", "ms", 1e6, atMost(0.2), null),
  PACKAGE_NAME(
      "name of a folder, 2,000 files, 75 MB: time ÷ Python client", "ms", 1e6, atMost(0.8), null),
  PACKAGE_SEND("its zip and upload: time ÷ Python client", "ms", 1e6, null, null),
  PACKAGE_BYTES("its upload: bytes ÷ Python client", "MB", 1e6, atMost(0.8), null),
  TAIL_BARE(
      "tail of 1 GB with -Xmx32m: characters/s ÷ bare WebSocket", "M/s", 1e6, atLeast(0.8), null),
  TAIL_SOCKET(
      "tail of 1 GB with -Xmx32m: characters/s ÷ bare socket, lines, nothing checked",
      "M/s",
      1e6,
      null,
      null),
  TAIL_PYTHON(
      "tail of 1 GB with -Xmx32m: characters/s ÷ Python client", "M/s", 1e6, atLeast(3), null),
  WAITERS_100("100 waiters: heap for each", "kB", 1e3, null, null),
  WAITERS_1000("1,000 waiters: heap for each", "kB", 1e3, null, null),
  WAITERS_10000("10,000 waiters: heap for each", "kB", 1e3, atMost(2), null),
  TOKEN_LASTING("cached token without an end, 1 thread: processor ns", "ns", 1, atMost(25), null),
  TOKEN_EXPIRING("cached token that expires, 1 thread: processor ns", "ns", 1, atMost(25), null),
  TOKEN_LASTING_SHARED(
      "cached token without an end, 8 threads: processor ns", "ns", 1, atMost(25), null),
  TOKEN_EXPIRING_SHARED(
      "cached token that expires, 8 threads: processor ns", "ns", 1, atMost(25), null),
  FORWARD_UP("100 MB up: MB/s ÷ `kubectl port-forward`", "MB/s", 1e6, atLeast(1.2), null),
  FORWARD_DOWN("100 MB down: MB/s ÷ `kubectl port-forward`", "MB/s", 1e6, atLeast(1.2), null),
  HEAL("next answer after the new head pod is ready: ms", "ms", 1e6, atMost(2000), null),
  CONNECT_COLD("first `connect` of a JVM: time ÷ `kubectl port-forward`", "ms", 1e6, null, null),
  CONNECT_WARM("later `connect`: time ÷ `kubectl port-forward`", "ms", 1e6, null, null),
  TOKEN_REQUEST("TokenRequest: time ÷ `kubectl create token`", "ms", 1e6, null, null),
  CAN_I("`canI`: time ÷ `kubectl auth can-i`", "ms", 1e6, null, null),
  PROXY_GET_1("1 kB, 1 connection: answers/s", "/s", 1, atLeast(1), null),
  PROXY_GET_8("1 kB, 8 connections: answers/s", "/s", 1, atLeast(1), null),
  PROXY_GET_32("1 kB, 32 connections: answers/s", "/s", 1, atLeast(1), null),
  PROXY_DOWN("100 MB down: MB/s", "MB/s", 1e6, atLeast(1), null),
  PROXY_UP("100 MB up: MB/s", "MB/s", 1e6, atLeast(1), null),
  PROXY_P50_MODEST("500 GETs a second: p50", "µs", 1e3, null, null),
  PROXY_P99_MODEST("500 GETs a second: p99", "µs", 1e3, atMost(1), null),
  PROXY_P50_FULL("32 connections: p50", "µs", 1e3, null, null),
  PROXY_P99_FULL("32 connections: p99", "µs", 1e3, atMost(1), null),
  PROXY_CPU_GET("32 connections: processor time of the proxy for each", "µs", 1e3, null, null),
  PROXY_CPU_DOWN("100 MB down: processor time of the proxy", "ms", 1e6, null, null),
  PROXY_CPU_UP("100 MB up: processor time of the proxy", "ms", 1e6, null, null),
  PROXY_MEMORY_IDLE("resident memory before the first GET", "MB", 1e6, null, null),
  PROXY_MEMORY_PEAK("resident memory at its highest", "MB", 1e6, null, null),
  PROXY_THREADS("threads before the first GET", "threads", 1, null, null);

  /** What {@link KubernetesSideBySide} measures. */
  static final Set<Row> OF_KUBERNETES = EnumSet.range(FORWARD_UP, CAN_I);

  /** What {@link ProxySideBySide} measures. */
  static final Set<Row> OF_PROXY = EnumSet.range(PROXY_GET_1, PROXY_THREADS);

  private final String title;
  private final String unit;
  private final double unitSize;
  private final @Nullable Target fast;
  private final @Nullable Target real;

  Row(String title, String unit, double unitSize, @Nullable Target fast, @Nullable Target real) {
    this.title = title;
    this.unit = unit;
    this.unitSize = unitSize;
    this.fast = fast;
    this.real = real;
  }

  String title() {
    return title;
  }

  String unit() {
    return unit;
  }

  double inUnits(double value) {
    return value / unitSize;
  }

  @Nullable Target target(Column column) {
    return switch (column) {
      case REAL -> real;
      case DIRECT -> null;
      case FAST, KUBERNETES, PROXY -> fast;
    };
  }

  /** Against what the numbers of a row were taken. */
  enum Column {
    FAST("fast server, or none"),
    REAL("real Ray"),
    KUBERNETES("Kubernetes of real parts"),
    PROXY("÷ kube-rbac-proxy"),
    DIRECT("÷ direct access");

    private final String title;

    Column(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }
}
