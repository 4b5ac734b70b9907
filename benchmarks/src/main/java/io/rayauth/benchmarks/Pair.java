package io.rayauth.benchmarks;

import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Holds the medians of two measures that were taken in turns, so that whatever else the machine
 * does meets both.
 *
 * @param ours the median of the first
 * @param other the median of the second
 * @param ratio the median of first through second, pair by pair
 */
record Pair(double ours, double other, double ratio) {

  /**
   * Takes both measures in turns; which comes first alternates.
   *
   * @param warmUp pairs that do not count
   * @param rounds pairs that do
   */
  static Pair of(int warmUp, int rounds, LongSupplier ours, LongSupplier other) {
    double[] first = new double[rounds];
    double[] second = new double[rounds];
    for (int i = -warmUp; i < rounds; i++) {
      boolean oursFirst = i % 2 == 0;
      long a = oursFirst ? ours.getAsLong() : 0;
      long b = other.getAsLong();
      if (!oursFirst) {
        a = ours.getAsLong();
      }
      if (i >= 0) {
        first[i] = a;
        second[i] = b;
      }
    }
    return of(first, second);
  }

  /** Compares what was measured already, round by round. */
  static Pair of(double[] ours, double[] other) {
    double[] ratios = new double[ours.length];
    Arrays.setAll(ratios, i -> ours[i] / other[i]);
    return new Pair(median(ours), median(other), median(ratios));
  }

  /** Turns times of the same work into rates of it. */
  Pair asRates(double work) {
    return new Pair(work / ours, work / other, 1 / ratio);
  }

  /** Spreads a block over its calls. */
  Pair each(double calls) {
    return new Pair(ours / calls, other / calls, ratio);
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
