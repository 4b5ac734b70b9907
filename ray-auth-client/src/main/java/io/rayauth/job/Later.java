package io.rayauth.job;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds a value, or what makes it when it is first asked for; then lets go of the maker. Threads
 * that ask at once may each make it, which does no harm to immutable values.
 */
final class Later<T> {
  private volatile @Nullable Supplier<T> maker;
  private volatile @Nullable T value;

  private Later(@Nullable T value, @Nullable Supplier<T> maker) {
    this.value = value;
    this.maker = maker;
  }

  static <T> Later<T> known(T value) {
    return new Later<>(value, null);
  }

  static <T> Later<T> from(Supplier<T> maker) {
    return new Later<>(null, maker);
  }

  T value() {
    Supplier<T> maker = this.maker;
    if (maker != null) {
      value = maker.get();
      this.maker = null;
    }
    T value = this.value;
    if (value == null) {
      throw new NullPointerException("there is no value");
    }
    return value;
  }
}
