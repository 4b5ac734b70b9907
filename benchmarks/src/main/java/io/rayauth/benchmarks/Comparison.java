package io.rayauth.benchmarks;

import io.rayauth.benchmarks.Row.Column;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Says how one row came out in one column.
 *
 * @param ours what ours took, in the row's unit
 * @param other what the other took, in the row's unit
 * @param value what the target bounds
 */
record Comparison(Row row, Column column, double ours, double other, double value) {

  /** Compares by the ratio of the two. */
  static Comparison ofRatio(Row row, Column column, Pair pair) {
    return new Comparison(
        row, column, row.inUnits(pair.ours()), row.inUnits(pair.other()), pair.ratio());
  }

  /** Compares our time with a target, where the other never gets there. */
  static Comparison ofTime(Row row, Column column, double ours) {
    return new Comparison(row, column, row.inUnits(ours), Double.NaN, row.inUnits(ours));
  }

  /** Returns whether the target is met, null if there is none. */
  @Nullable Boolean met() {
    Target target = row.target(column);
    return target == null ? null : target.isMetBy(value);
  }

  /** Returns the cell of the table: the verdict first, then what it rests on. */
  String cell() {
    Target target = row.target(column);
    String numbers =
        String.format(Locale.ROOT, "(%s against %s %s)", rounded(ours), rounded(other), row.unit());
    if (target == null) {
      return rounded(value) + ", no target " + numbers;
    }
    return target.isMetBy(value)
        ? rounded(value) + " " + target + " ✓ " + numbers
        : "**MISSED: " + rounded(value) + ", not " + target + "** " + numbers;
  }

  private static String rounded(double number) {
    if (Double.isNaN(number)) {
      return "never";
    }
    return String.format(
        Locale.ROOT, number < 10 ? "%.2f" : number < 100 ? "%.1f" : "%,.0f", number);
  }
}
