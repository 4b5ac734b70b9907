package io.rayauth.benchmarks;

import io.rayauth.benchmarks.Row.Column;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** Loads every way to the same dashboard, in turns. */
final class ProxyRuns {
  private static final int CONNECTIONS = 8;
  private static final int MANY_CONNECTIONS = 32;
  private static final int PER_SECOND = 500;
  private static final int ROUNDS = 9;
  private static final int TRANSFERS = 20;
  private static final long BLOCK = TimeUnit.SECONDS.toNanos(1);
  private static final long STEADY_BLOCK = TimeUnit.SECONDS.toNanos(3);

  /** A proxy runs for hours, so its compilers have long done their work. */
  private static final int WARM_UP_ROUNDS = 2;

  private static final long WARM_UP_BLOCK = TimeUnit.SECONDS.toNanos(5);

  private final Report report;
  private final Map<Way, Road> roads;

  /**
   * Leads along one way.
   *
   * @param process what stands in between
   * @param small asks for little and often
   * @param large sends and fetches much
   */
  record Road(ProcessHandle process, BrowserLoad small, Transfers large) {}

  /**
   * Says what came of a block.
   *
   * @param processorNanos what the process in between has computed for each answer
   */
  private record Block(double perSecond, double p50, double p99, double processorNanos) {}

  ProxyRuns(Report report, Map<Way, Road> roads) {
    this.report = report;
    this.roads = roads;
  }

  void measureOne() {
    Turns.of(WARM_UP_ROUNDS, way -> full(way, 1, WARM_UP_BLOCK));
    rates(Row.PROXY_GET_1, Turns.of(ROUNDS, way -> full(way, 1, BLOCK)));
  }

  void measureMany() {
    Turns.of(WARM_UP_ROUNDS, way -> full(way, MANY_CONNECTIONS, WARM_UP_BLOCK));
    rates(Row.PROXY_GET_8, Turns.of(ROUNDS, way -> full(way, CONNECTIONS, BLOCK)));
    Turns<Block> many = Turns.of(ROUNDS, way -> full(way, MANY_CONNECTIONS, BLOCK));
    rates(Row.PROXY_GET_32, many);
    latency(Row.PROXY_P50_FULL, many, Block::p50);
    latency(Row.PROXY_P99_FULL, many, Block::p99);
    add(Row.PROXY_CPU_GET, Column.PROXY, many.pair(Way.KUBE_RBAC_PROXY, Block::processorNanos));
    report.gap(Row.PROXY_CPU_GET, Column.DIRECT, ProxySideBySide.NO_PROXY);
  }

  void measureSteady() {
    Turns.of(WARM_UP_ROUNDS, way -> steady(way, WARM_UP_BLOCK));
    Turns<Block> steady = Turns.of(ROUNDS, way -> steady(way, STEADY_BLOCK));
    latency(Row.PROXY_P50_MODEST, steady, Block::p50);
    latency(Row.PROXY_P99_MODEST, steady, Block::p99);
  }

  void measureLarge() {
    large(Row.PROXY_DOWN, Row.PROXY_CPU_DOWN, Transfers::down);
    large(Row.PROXY_UP, Row.PROXY_CPU_UP, Transfers::up);
  }

  private void large(Row row, Row processor, ToLongFunction<Transfers> transfer) {
    Turns.of(TRANSFERS, way -> transfer(way, transfer));
    Turns<Block> turns = Turns.of(TRANSFERS, way -> transfer(way, transfer));
    rates(row, turns);
    add(processor, Column.PROXY, turns.pair(Way.KUBE_RBAC_PROXY, Block::processorNanos));
    report.gap(processor, Column.DIRECT, ProxySideBySide.NO_PROXY);
  }

  private void rates(Row row, Turns<Block> turns) {
    add(row, Column.PROXY, turns.pair(Way.KUBE_RBAC_PROXY, Block::perSecond));
    add(row, Column.DIRECT, turns.pair(Way.DIRECT, Block::perSecond));
  }

  private void latency(Row row, Turns<Block> turns, ToDoubleFunction<Block> quantile) {
    add(row, Column.PROXY, turns.added(quantile));
    add(row, Column.DIRECT, turns.pair(Way.DIRECT, quantile));
  }

  private void add(Row row, Column column, Pair pair) {
    report.add(Comparison.ofRatio(row, column, pair));
  }

  private Block full(Way way, int connections, long nanos) {
    Road road = road(way);
    long before = Footprint.processorNanos(road.process());
    return block(road, before, road.small().full(connections, nanos));
  }

  private Block steady(Way way, long nanos) {
    Road road = road(way);
    long before = Footprint.processorNanos(road.process());
    return block(road, before, road.small().steady(CONNECTIONS, PER_SECOND, nanos));
  }

  private static Block block(Road road, long processorBefore, BrowserLoad.Result result) {
    long processor = Footprint.processorNanos(road.process()) - processorBefore;
    return new Block(
        result.perSecond(), result.p50(), result.p99(), (double) processor / result.answers());
  }

  private Block transfer(Way way, ToLongFunction<Transfers> transfer) {
    Road road = road(way);
    long before = Footprint.processorNanos(road.process());
    long nanos = transfer.applyAsLong(road.large());
    double processor = Footprint.processorNanos(road.process()) - before;
    return new Block(Transfers.BYTES * 1e9 / nanos, nanos, nanos, processor);
  }

  private Road road(Way way) {
    return Objects.requireNonNull(roads.get(way));
  }
}
