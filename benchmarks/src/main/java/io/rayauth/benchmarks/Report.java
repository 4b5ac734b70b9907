package io.rayauth.benchmarks;

import io.rayauth.benchmarks.Row.Column;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Collects what was measured, and why the rest was not. */
final class Report {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private final Set<Row> rows;
  private final Set<Column> columns;
  private final Map<String, String> conditions = new LinkedHashMap<>();
  private final List<Comparison> comparisons = new ArrayList<>();
  private final Map<Row, Map<Column, String>> gaps = new EnumMap<>(Row.class);

  /** Creates a table of these rows and columns. */
  Report(Set<Row> rows, Set<Column> columns) {
    this.rows = rows;
    this.columns = columns;
    condition("Java", Runtime.version().toString());
    condition("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
    condition("load before", load());
  }

  /** Returns how busy the machine is. */
  private static String load() {
    return String.format(
        Locale.ROOT, "%.1f", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  /** Prints the table and writes everything in full precision. */
  void finish(Path json) throws IOException {
    condition("load after", load());
    System.out.println(markdown());
    writeJson(json);
    System.err.println("numbers in " + json);
  }

  /** Notes something the numbers depend on. */
  void condition(String name, String value) {
    conditions.put(name, value);
  }

  /** Adds a number. */
  void add(Comparison comparison) {
    comparisons.add(comparison);
    System.err.println(comparison.row().title() + ": " + comparison.cell());
  }

  /** Says why there is no number. */
  void gap(Row row, Column column, String why) {
    gaps.computeIfAbsent(row, unused -> new EnumMap<>(Column.class)).put(column, why);
  }

  private String markdown() {
    StringBuilder table = new StringBuilder();
    conditions.forEach(
        (name, value) -> table.append("- ").append(name).append(": ").append(value).append('\n'));
    table.append("\n| Measurement |");
    for (Column column : columns) {
      table.append(' ').append(column.title()).append(" |");
    }
    table.append("\n|---|").append("---|".repeat(columns.size())).append('\n');
    for (Row row : rows) {
      table.append("| ").append(row.title()).append(" |");
      for (Column column : columns) {
        table.append(' ').append(cell(row, column)).append(" |");
      }
      table.append('\n');
    }
    long missed = comparisons.stream().filter(it -> Boolean.FALSE.equals(it.met())).count();
    return table.append("\nTargets missed: ").append(missed).append('\n').toString();
  }

  private void writeJson(Path file) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    conditions.forEach(root.putObject("conditions")::put);
    ArrayNode measured = root.putArray("rows");
    for (Comparison it : comparisons) {
      ObjectNode row = measured.addObject();
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
        .orElseGet(() ->
            "not measured: "
                + gaps.getOrDefault(row, Map.of()).getOrDefault(column, "not asked for"));
  }
}
