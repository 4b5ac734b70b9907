package io.rayauth.benchmarks;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Is a part of what {@link SideBySide} measures that can be measured alone. */
@SuppressWarnings("ImmutableEnumChecker") // the rows are never changed
enum Part {
  JOB(Row.JOB_TIME_BARE, Row.CALLERS_PYTHON),
  LIST(Row.LIST_TREE, Row.LIST_PYTHON),
  TAIL(Row.TAIL_BARE, Row.TAIL_PYTHON),
  WAITERS(Row.WAITERS_100, Row.WAITERS_10000),
  PACKAGES(Row.PACKAGE_NAME, Row.PACKAGE_BYTES),
  TOKEN(Row.TOKEN_LASTING, Row.TOKEN_EXPIRING_SHARED);

  private final Set<Row> rows;

  Part(Row first, Row last) {
    this.rows = EnumSet.range(first, last);
  }

  /** Returns the rows that it fills. */
  Set<Row> rows() {
    return rows;
  }

  /** Finds a part by its name in lower case. */
  static Part named(String name) {
    return Arrays.stream(values())
        .filter(part -> part.option().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(name + " is not one of " + options(", ")));
  }

  /** Returns all names as the command line takes them. */
  static String options(String between) {
    return Arrays.stream(values()).map(Part::option).collect(Collectors.joining(between));
  }

  private String option() {
    return name().toLowerCase(Locale.ROOT);
  }
}
