package io.github.carouselml.tasks.forecast;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.data.CsvTable;
import io.github.carouselml.tasks.series.Attribute;
import io.github.carouselml.tasks.series.Scale;
import java.util.List;
import java.util.OptionalDouble;

/// A static column as features of a network. Where every value in training was a number, it is one;
/// else it is a word out of those that training saw.
public sealed interface StaticColumn {
  String name();

  /// How many features it has.
  int features();

  /// Writes the features of a value to `out` from `at` on.
  ///
  /// @throws CarouselException.Data for a value of another kind: the message says where it stands
  void write(Attribute value, float[] out, int at);

  /// The number in a value; empty for a word.
  static OptionalDouble number(String value) {
    try {
      double number = Double.parseDouble(value);
      boolean digits = Character.isDigit(value.charAt(value.length() - 1)) || value.endsWith(".");
      return digits && Double.isFinite(number) ? OptionalDouble.of(number) : OptionalDouble.empty();
    } catch (NumberFormatException e) {
      return OptionalDouble.empty();
    }
  }

  /// One feature: the number, scaled by mean and deviation over the series of training.
  record Numeric(String name, Scale scale) implements StaticColumn {
    @Override
    public int features() {
      return 1;
    }

    @Override
    public void write(Attribute value, float[] out, int at) {
      double number =
          number(value.value())
              .orElseThrow(() ->
                  new CarouselException.Data(
                      "%s: '%s' is not a number, but the model was trained with numbers there."
                          .formatted(value.place(), value.value())));
      out[at] = (float) scale.apply(number);
    }
  }

  /// A feature for each word: 1 for its own, 0 for the others.
  record Category(String name, List<String> words) implements StaticColumn {
    public Category {
      words = List.copyOf(words);
    }

    @Override
    public int features() {
      return words.size();
    }

    @Override
    public void write(Attribute value, float[] out, int at) {
      int word = words.indexOf(value.value());
      if (word < 0) {
        throw new CarouselException.Data(
            "%s: '%s' is new to the model, which was trained with %s."
                .formatted(value.place(), value.value(), CsvTable.quoted(words)));
      }
      for (int w = 0; w < words.size(); w++) {
        out[at + w] = w == word ? 1 : 0;
      }
    }
  }
}
