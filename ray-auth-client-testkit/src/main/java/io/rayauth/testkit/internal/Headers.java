package io.rayauth.testkit.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Holds the header fields of one message in the order they came; names compare without case. */
public final class Headers {
  /** One field as it was written. */
  public record Field(String name, String value) {}

  private static final Headers NONE = new Headers(List.of());

  private final List<Field> fields;

  Headers(List<Field> fields) {
    this.fields = List.copyOf(fields);
  }

  static Headers none() {
    return NONE;
  }

  /** Pairs names with values: name, value, name, value. */
  public static Headers of(String... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new IllegalArgumentException("a header name without a value");
    }
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.add(new Field(namesAndValues[i], namesAndValues[i + 1]));
    }
    return new Headers(fields);
  }

  public List<Field> fields() {
    return fields;
  }

  /** Returns the value of the first field of that name. */
  public Optional<String> first(String name) {
    for (Field field : fields) {
      if (field.name().equalsIgnoreCase(name)) {
        return Optional.of(field.value());
      }
    }
    return Optional.empty();
  }

  boolean has(String name) {
    return first(name).isPresent();
  }

  /** Tells whether a comma-separated field contains the token, whatever its case. */
  boolean lists(String name, String token) {
    for (String item : list(name)) {
      if (item.equalsIgnoreCase(token)) {
        return true;
      }
    }
    return false;
  }

  /** Splits all fields of that name at their commas. */
  List<String> list(String name) {
    List<String> items = new ArrayList<>();
    for (Field field : fields) {
      if (field.name().equalsIgnoreCase(name)) {
        for (String item : field.value().split(",", -1)) {
          items.add(item.strip());
        }
      }
    }
    return items;
  }

  Headers with(String name, String value) {
    List<Field> more = new ArrayList<>(fields);
    more.add(new Field(name, value));
    return new Headers(more);
  }

  Headers without(String name) {
    return new Headers(
        fields.stream().filter(field -> !field.name().equalsIgnoreCase(name)).toList());
  }

  @Override
  public String toString() {
    List<String> shown = new ArrayList<>();
    for (Field field : fields) {
      shown.add(field.name() + ": " + (isSecret(field.name()) ? "…" : field.value()));
    }
    return shown.toString();
  }

  private static boolean isSecret(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith("authorization")
        || lower.endsWith("cookie")
        || lower.equals("sec-websocket-protocol");
  }
}
