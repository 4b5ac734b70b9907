package io.rayauth.benchmarks;

import java.util.Locale;

/**
 * Bounds a measured value.
 *
 * @param limit what it must not pass
 * @param bound the side it must stay on
 */
record Target(double limit, Bound bound) {
  enum Bound {
    AT_MOST("≤"),
    AT_LEAST("≥");

    private final String sign;

    Bound(String sign) {
      this.sign = sign;
    }
  }

  static Target atMost(double limit) {
    return new Target(limit, Bound.AT_MOST);
  }

  static Target atLeast(double limit) {
    return new Target(limit, Bound.AT_LEAST);
  }

  boolean isMetBy(double value) {
    return bound == Bound.AT_MOST ? value <= limit : value >= limit;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s %s",
        bound.sign,
        limit == Math.rint(limit) ? Long.toString((long) limit) : Double.toString(limit));
  }
}
