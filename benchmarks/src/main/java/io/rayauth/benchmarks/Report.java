package io.rayauth.benchmarks;

import io.rayauth.benchmarks.Row.Column;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Collects what was measured, and why the rest was not. */
final class Report {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final Map<String, String> conditions = new LinkedHashMap<>();
  private final List<Comparison> comparisons = new ArrayList<>();
  private final Map<Row, Map<Column, String>> gaps = new EnumMap<>(Row.class);

  /** Notes something the numbers depend on. */
  void condition(String name, String value) {
    conditions.put(name, value);
  }

  /** Adds a number. */
  void add(Comparison comparison) {
    comparisons.add(comparison);
  }

  /** Says why there is no number. */
  void gap(Row row, Column column, String why) {
    gaps.computeIfAbsent(row, unused -> new EnumMap<>(Column.class)).put(column, why);
  }

  /** Returns the Markdown table with its conditions and how many targets were missed. */
  String markdown() {
    StringBuilder table = new StringBuilder();
    conditions.forEach(
        (name, value) -> table.append("- ").append(name).append(": ").append(value).append('\n'));
    table.append("\n| Measurement |");
    for (Column column : Column.values()) {
      table.append(' ').append(column.title()).append(" |");
    }
    table.append("\n|---|").append("---|".repeat(Column.values().length)).append('\n');
    for (Row row : Row.values()) {
      table.append("| ").append(row.title()).append(" |");
      for (Column column : Column.values()) {
        table.append(' ').append(cell(row, column)).append(" |");
      }
      table.append('\n');
    }
    long missed = comparisons.stream().filter(it -> Boolean.FALSE.equals(it.met())).count();
    return table.append("\nTargets missed: ").append(missed).append('\n').toString();
  }

  /** Writes everything in full precision. */
  void writeJson(Path file) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    conditions.forEach(root.putObject("conditions")::put);
    ArrayNode rows = root.putArray("rows");
    for (Comparison it : comparisons) {
      ObjectNode row = rows.addObject();
      row.put("row", it.row().name());
      row.put("column", it.column().name());
      row.put("title", it.row().title());
      row.put("unit", it.row().unit());
      row.put("ours", it.ours());
      row.put("other", it.other());
      row.put("value", it.value());
      Target target = it.row().target(it.column());
      row.put("target", target == null ? null : target.toString());
      row.put("met", it.met());
    }
    ArrayNode missing = root.putArray("notMeasured");
    gaps.forEach((row, columns) ->
        columns.forEach((column, why) ->
            missing
                .addObject()
                .put("row", row.name())
                .put("column", column.name())
                .put("why", why)));
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, JSON.writeValueAsBytes(root));
  }

  private String cell(Row row, Column column) {
    return comparisons.stream()
        .filter(it -> it.row() == row && it.column() == column)
        .map(Comparison::cell)
        .findFirst()
        .orElseGet(() -> "not measured: " + gaps.getOrDefault(row, Map.of()).get(column));
  }
}
