package io.rayauth.proxy.internal.page;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Is a piece of a page. Whatever a cluster, a server or a person has said gets in as {@linkplain
 * #text(String) text} or as the value of an attribute only, and both are escaped where they are
 * written, so that it can never become markup.
 *
 * <p>Immutable. The names of elements and attributes are constants of the pages.
 */
abstract sealed class Html {
  private static final Set<String> WITHOUT_END = Set.of("meta", "input");

  private Html() {}

  abstract void writeTo(StringBuilder page);

  /** Shows words as they are. */
  static Html text(String words) {
    return new Text(words);
  }

  /** Groups pieces, such as the rows of a table. */
  static Html all(List<? extends Html> pieces) {
    return new Pieces(List.copyOf(pieces));
  }

  /** Begins an element; {@link Element#with(String, String)} and {@link Element#of} fill it. */
  static Element element(String name) {
    return new Element(name, Map.of(), List.of());
  }

  /** Writes a style sheet, which is never escaped and therefore always a constant. */
  static Html style(StyleSheet sheet) {
    return new Style(sheet);
  }

  private static void escape(String words, StringBuilder page) {
    words
        .codePoints()
        .forEach(c -> {
          switch (c) {
            case '&' -> page.append("&amp;");
            case '<' -> page.append("&lt;");
            case '>' -> page.append("&gt;");
            case '"' -> page.append("&quot;");
            case '\'' -> page.append("&#39;");
            default -> page.appendCodePoint(isShown(c) ? c : '\ufffd');
          }
        });
  }

  /** Control characters, and those that turn the direction of what follows, can lie to a reader. */
  private static boolean isShown(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL -> c == '\n' || c == '\t';
      case Character.FORMAT, Character.SURROGATE -> false;
      default -> true;
    };
  }

  private static final class Text extends Html {
    private final String words;

    Text(String words) {
      this.words = words;
    }

    @Override
    void writeTo(StringBuilder page) {
      escape(words, page);
    }
  }

  private static final class Pieces extends Html {
    private final List<Html> pieces;

    Pieces(List<Html> pieces) {
      this.pieces = pieces;
    }

    @Override
    void writeTo(StringBuilder page) {
      pieces.forEach(piece -> piece.writeTo(page));
    }
  }

  private static final class Style extends Html {
    private final StyleSheet sheet;

    Style(StyleSheet sheet) {
      this.sheet = sheet;
    }

    @Override
    void writeTo(StringBuilder page) {
      page.append("<style>").append(sheet.css()).append("</style>");
    }
  }

  /** Is an element with its attributes and what is in it. */
  static final class Element extends Html {
    private final String name;
    private final Map<String, String> attributes;
    private final List<Html> content;

    private Element(String name, Map<String, String> attributes, List<Html> content) {
      this.name = name;
      this.attributes = attributes;
      this.content = content;
    }

    /** Adds an attribute, in the order of the calls. */
    Element with(String attribute, String value) {
      Map<String, String> more = new LinkedHashMap<>(attributes);
      more.put(attribute, value);
      return new Element(name, more, content);
    }

    /** Adds content. */
    Element of(Html... pieces) {
      List<Html> more = new ArrayList<>(content);
      more.addAll(List.of(pieces));
      return new Element(name, attributes, more);
    }

    /** Adds words. */
    Element of(String words) {
      return of(text(words));
    }

    @Override
    void writeTo(StringBuilder page) {
      page.append('<').append(name);
      attributes.forEach((attribute, value) -> {
        page.append(' ').append(attribute).append("=\"");
        escape(value, page);
        page.append('"');
      });
      page.append('>');
      content.forEach(piece -> piece.writeTo(page));
      if (!WITHOUT_END.contains(name)) {
        page.append("</").append(name).append('>');
      }
    }
  }
}
