package io.rayauth.testkit.internal;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Reads JSON, and writes it as Python's json.dumps does: ASCII only, ", " and ": " between. */
final class PythonJson {
  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final String HEX = "0123456789abcdef";

  private PythonJson() {}

  /**
   * Reads a JSON text.
   *
   * @throws JacksonException if it is none
   */
  static @Nullable Object read(String json) {
    return MAPPER.readValue(json, Object.class);
  }

  static byte[] bytes(@Nullable Object value) {
    return text(value).getBytes(StandardCharsets.US_ASCII);
  }

  static String text(@Nullable Object value) {
    StringBuilder out = new StringBuilder();
    write(value, out);
    return out.toString();
  }

  /** Joins values that are JSON already to an array. */
  static byte[] array(List<byte[]> items) {
    int size = 2;
    for (byte[] item : items) {
      size += item.length + 2;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(size);
    out.write('[');
    for (int i = 0; i < items.size(); i++) {
      if (i > 0) {
        out.write(',');
        out.write(' ');
      }
      out.writeBytes(items.get(i));
    }
    out.write(']');
    return out.toByteArray();
  }

  private static void write(@Nullable Object value, StringBuilder out) {
    if (value instanceof String text) {
      writeString(text, out);
    } else if (value instanceof Map<?, ?> map) {
      String separator = "";
      out.append('{');
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        out.append(separator);
        writeString(String.valueOf(entry.getKey()), out);
        out.append(": ");
        write(entry.getValue(), out);
        separator = ", ";
      }
      out.append('}');
    } else if (value instanceof List<?> list) {
      String separator = "";
      out.append('[');
      for (Object item : list) {
        out.append(separator);
        write(item, out);
        separator = ", ";
      }
      out.append(']');
    } else {
      out.append(value); // null, true, false and numbers are written as Java does
    }
  }

  private static void writeString(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\f' -> out.append("\\f");
        case '\b' -> out.append("\\b");
        default -> {
          if (c >= 0x20 && c < 0x7f) {
            out.append(c);
          } else {
            out.append("\\u");
            for (int shift = 12; shift >= 0; shift -= 4) {
              out.append(HEX.charAt((c >> shift) & 0xf));
            }
          }
        }
      }
    }
    out.append('"');
  }
}
