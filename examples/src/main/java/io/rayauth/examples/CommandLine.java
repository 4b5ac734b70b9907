package io.rayauth.examples;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the words that a program was started with, by its usage text: an option is what begins a
 * line there, and it takes a value if a word in capitals follows.
 *
 * <p>There is no option that takes a token: every user of a machine can read the arguments of a
 * process. What cannot be understood is not repeated either, as it may be one.
 */
public final class CommandLine {
  private static final Pattern OPTION =
      Pattern.compile("^ +(--[a-z-]*)(?: ([A-Z]+))?(?= |$)", Pattern.MULTILINE);
  private static final Pattern PLAIN_WORD = Pattern.compile("[\\w@%+=:,./-]+");
  private static final String REST = "--";

  private final String usage;
  private final Map<String, String> values = new HashMap<>();
  private final Set<String> flags = new HashSet<>();
  private @Nullable String entrypoint;

  private CommandLine(String usage) {
    this.usage = usage;
  }

  /**
   * Reads all words.
   *
   * @param usage what can be said
   * @param args what was said
   * @return the words by their options
   * @throws ExampleFailedException if that is something else; its message ends with the usage
   */
  public static CommandLine parse(String usage, String... args) {
    CommandLine line = new CommandLine(usage);
    Map<String, Boolean> takesValue = new HashMap<>();
    for (MatchResult option : OPTION.matcher(usage).results().toList()) {
      takesValue.put(option.group(1), option.group(2) != null);
    }
    Iterator<String> words = List.of(args).iterator();
    while (words.hasNext()) {
      String word = words.next();
      Boolean value = takesValue.get(word);
      if (value == null) {
        throw line.wrong(describe(word) + " is not an option");
      } else if (word.equals(REST)) {
        line.entrypoint = line.rest(words);
      } else if (value) {
        line.values.put(word, line.value(word, words));
      } else {
        line.flags.add(word);
      }
    }
    return line;
  }

  /**
   * Returns the value of an option.
   *
   * @param option such as {@code --cluster}
   * @return empty if it was not given
   */
  public Optional<String> value(String option) {
    return Optional.ofNullable(values.get(option));
  }

  /**
   * Tells whether an option without a value was given.
   *
   * @param option such as {@code --no-wait}
   * @return whether it was
   */
  public boolean has(String option) {
    return flags.contains(option);
  }

  /**
   * Returns the words after {@code --} as one line for a shell.
   *
   * @return empty if there was no {@code --}
   */
  public Optional<String> entrypoint() {
    return Optional.ofNullable(entrypoint);
  }

  /**
   * Says that the words make no sense.
   *
   * @param what is wrong with them
   * @return that and the usage
   */
  public ExampleFailedException wrong(String what) {
    return new ExampleFailedException(what + System.lineSeparator() + usage);
  }

  private String value(String option, Iterator<String> words) {
    if (!words.hasNext()) {
      throw wrong(option + " needs a value");
    }
    return words.next();
  }

  private String rest(Iterator<String> words) {
    StringBuilder line = new StringBuilder();
    words.forEachRemaining(word -> line.append(line.isEmpty() ? "" : " ").append(quoted(word)));
    if (line.isEmpty()) {
      throw wrong("-- needs a command after it");
    }
    return line.toString();
  }

  /** Ray runs the entrypoint in a shell; quoting keeps each word one word there. */
  private static String quoted(String word) {
    return PLAIN_WORD.matcher(word).matches() ? word : "'" + word.replace("'", "'\"'\"'") + "'";
  }

  private static String describe(String word) {
    if (word.startsWith("--token")) {
      return "a token as an argument, which everybody on this machine could read,";
    }
    return word.startsWith("--") ? word.replaceAll("=.*", "") : "a word before --";
  }
}
