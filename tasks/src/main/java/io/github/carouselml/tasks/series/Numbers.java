package io.github.carouselml.tasks.series;

import io.github.carouselml.tasks.data.CsvTable;
import java.util.regex.Pattern;

/// Fields as numbers, in the notation of programs. What is none is refused with its place.
final class Numbers {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
  private static final Pattern MISSING = Pattern.compile("(?i)|nan|na|n/a|null|none");
  private static final Pattern INFINITE = Pattern.compile("(?i)[+-]?inf(inity)?");
  private static final Pattern DECIMAL_COMMA = Pattern.compile("[+-]?\\d+,\\d+");

  private Numbers() {}

  static boolean isNumber(String text) {
    return NUMBER.matcher(text.strip()).matches();
  }

  /// Whether the field says that there is no value.
  static boolean isMissing(String text) {
    return MISSING.matcher(text.strip()).matches();
  }

  /// The number in a field.
  ///
  /// @param missing what to do about a missing value, a sentence
  static double read(CsvTable table, CsvTable.Row row, int column, String missing) {
    String text = row.fields().get(column).strip();
    if (isNumber(text)) {
      double value = Double.parseDouble(text);
      if (Double.isInfinite(value)) {
        throw table.at(row.line(), column, "'%s' is too large a number.".formatted(text));
      }
      return value;
    }
    if (isMissing(text)) {
      throw table.at(
          row.line(),
          column,
          "%s. %s"
              .formatted(
                  text.isEmpty() ? "the value is empty" : "'" + text + "' is no value", missing));
    }
    if (INFINITE.matcher(text).matches()) {
      throw table.at(row.line(), column, "'%s' is infinite.".formatted(text));
    }
    throw table.at(
        row.line(),
        column,
        "'%s' is not a number.%s"
            .formatted(
                text,
                DECIMAL_COMMA.matcher(text).matches()
                    ? " Numbers are written with a point and nothing else between digits: 1234.5."
                    : ""));
  }
}
