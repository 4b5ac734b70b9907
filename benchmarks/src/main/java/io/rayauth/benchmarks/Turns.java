package io.rayauth.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Holds what each way took, block by block, where the ways took turns, so that whatever else the
 * machine does meets all of them.
 *
 * @param <B> what is known of one block
 */
final class Turns<B> {
  private final Map<Way, List<B>> blocks = new EnumMap<>(Way.class);

  private Turns() {
    for (Way way : Way.values()) {
      blocks.put(way, new ArrayList<>());
    }
  }

  /** Runs some rounds of one block for each way; another way begins in each round. */
  static <B> Turns<B> of(int rounds, Function<Way, B> block) {
    Turns<B> turns = new Turns<>();
    List<Way> order = new ArrayList<>(List.of(Way.values()));
    for (int i = 0; i < rounds; i++) {
      order.forEach(way -> turns.of(way).add(block.apply(way)));
      Collections.rotate(order, 1);
    }
    return turns;
  }

  /** Compares ours with another one, round by round. */
  Pair pair(Way other, ToDoubleFunction<B> measure) {
    return Pair.of(values(Way.OURS, measure), values(other, measure));
  }

  /**
   * Compares what the two proxies add to direct access. The ratio is that of the medians: what is
   * added in a single round may be nothing.
   */
  Pair added(ToDoubleFunction<B> measure) {
    double ours = added(Way.OURS, measure);
    double other = added(Way.KUBE_RBAC_PROXY, measure);
    return new Pair(ours, other, ours / other);
  }

  private double added(Way proxy, ToDoubleFunction<B> measure) {
    double[] added = values(proxy, measure);
    double[] direct = values(Way.DIRECT, measure);
    for (int i = 0; i < added.length; i++) {
      added[i] -= direct[i];
    }
    return Pair.median(added);
  }

  private List<B> of(Way way) {
    return Objects.requireNonNull(blocks.get(way));
  }

  private double[] values(Way way, ToDoubleFunction<B> measure) {
    return of(way).stream().mapToDouble(measure).toArray();
  }
}
