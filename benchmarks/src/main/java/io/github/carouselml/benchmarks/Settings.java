package io.github.carouselml.benchmarks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// The options of a benchmark's command line, each a name and its value. What is wrong with them is
/// said in a sentence and ends the program with 2.
final class Settings {
  private final Map<String, String> values = new HashMap<>();

  private Settings() {}

  static Settings of(String[] args, String... names) {
    Settings settings = new Settings();
    List<String> known = List.of(names);
    for (int i = 0; i < args.length; i += 2) {
      if (!known.contains(args[i])) {
        String options = String.join(", ", known);
        throw refused("The option '" + args[i] + "' is unknown. The options are " + options + ".");
      }
      if (i + 1 == args.length) {
        throw refused("The option '" + args[i] + "' needs a value after it.");
      }
      settings.values.put(args[i], args[i + 1]);
    }
    return settings;
  }

  /// A whole number of at least 1.
  int count(String name, int otherwise) {
    return read(name, otherwise, Settings::count);
  }

  /// Whole numbers of at least 1 with commas between.
  int[] counts(String name, int... otherwise) {
    return read(
        name,
        otherwise,
        text -> List.of(text.split(",", -1)).stream().mapToInt(Settings::count).toArray());
  }

  /// A number above 0.
  double seconds(String name, double otherwise) {
    return read(
        name,
        otherwise,
        text -> {
          double seconds = Double.parseDouble(text);
          if (!(seconds > 0) || Double.isInfinite(seconds)) {
            throw new NumberFormatException();
          }
          return seconds;
        });
  }

  String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  private static int count(String text) {
    int count = Integer.parseInt(text);
    if (count < 1) {
      throw new NumberFormatException();
    }
    return count;
  }

  private <T> T read(String name, T otherwise, Function<String, T> reader) {
    String text = values.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      return reader.apply(text);
    } catch (NumberFormatException e) {
      throw refused("The value of " + name + " must be a number above 0, but is '" + text + "'.");
    }
  }

  private static IllegalStateException refused(String sentence) {
    System.err.println(sentence);
    System.exit(2);
    return new IllegalStateException(sentence); // for the compiler, which does not know exit
  }
}
