package io.rayauth.internal.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads one JSON object that may hold secrets: what it complains about is a place, never a piece of
 * the text.
 */
public final class JsonText {
  private static final JsonFactory JSON = new JsonFactory();

  private JsonText() {}

  /**
   * Reads an object, keys in their order; of two equal keys the last one counts.
   *
   * @param text the whole text
   * @return maps, lists, strings, numbers, booleans and nulls
   * @throws IllegalArgumentException if the text is not one JSON object; the message names line and
   *     column and nothing of the content, and there is no cause, because Jackson quotes what it
   *     stumbled over
   */
  public static Map<String, @Nullable Object> object(String text) {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("not a JSON object");
      }
      Map<String, @Nullable Object> object = readObject(parser);
      if (parser.nextToken() != null) {
        throw malformed(parser.currentTokenLocation());
      }
      return object;
    } catch (JacksonException e) {
      throw malformed(e.getLocation());
    }
  }

  private static IllegalArgumentException malformed(@Nullable TokenStreamLocation location) {
    return new IllegalArgumentException(
        location == null
            ? "malformed JSON"
            : "malformed JSON at line %d, column %d"
                .formatted(location.getLineNr(), location.getColumnNr()));
  }

  private static Map<String, @Nullable Object> readObject(JsonParser parser) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = parser.currentName();
      object.put(key, readValue(parser, parser.nextToken()));
    }
    return object;
  }

  private static List<@Nullable Object> readArray(JsonParser parser) {
    List<@Nullable Object> array = new ArrayList<>();
    for (JsonToken next = parser.nextToken();
        next != JsonToken.END_ARRAY;
        next = parser.nextToken()) {
      array.add(readValue(parser, next));
    }
    return array;
  }

  private static @Nullable Object readValue(JsonParser parser, JsonToken token) {
    return switch (token) {
      case START_OBJECT -> readObject(parser);
      case START_ARRAY -> readArray(parser);
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }
}
