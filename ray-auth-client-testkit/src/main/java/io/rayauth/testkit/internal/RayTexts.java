package io.rayauth.testkit.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Gives the long texts that Ray answers with, Python tracebacks mostly, from resource files. */
final class RayTexts {
  private static final Map<String, String> LOADED = new ConcurrentHashMap<>();

  private RayTexts() {}

  /** Fills a text: name, value, name, value. */
  static String of(String name, String... namesAndValues) {
    String text = LOADED.computeIfAbsent(name, RayTexts::load);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      text = text.replace("{{" + namesAndValues[i] + "}}", namesAndValues[i + 1]);
    }
    return text;
  }

  private static String load(String name) {
    try (InputStream in = RayTexts.class.getResourceAsStream("texts/" + name + ".txt")) {
      if (in == null) {
        throw new IllegalStateException("the testkit lacks its text " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the text " + name, e);
    }
  }
}
