package io.github.carouselml.tasks.forecast;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.data.CsvTable;
import io.github.carouselml.tasks.series.Attribute;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/// What a network is told of a whole series, at every step. A series of training may come back
/// without its attributes: they are kept here.
///
/// @param columns in the order of their features
/// @param values of the series of training, by name, as `columns`
public record Statics(List<StaticColumn> columns, Map<String, List<String>> values) {
  /// Of series without attributes.
  static final Statics NONE = new Statics(List.of(), Map.of());

  public Statics {
    columns = List.copyOf(columns);
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    for (Map.Entry<String, List<String>> row : values.entrySet()) {
      if (row.getValue().size() != columns.size()) {
        throw new CarouselException.Request(
            "The series '%s' has %d static values, but there are %d static columns."
                .formatted(row.getKey(), row.getValue().size(), columns.size()));
      }
    }
  }

  /// Finds out what kind each column is of, and keeps its values.
  ///
  /// @throws CarouselException.Data for a column that is the same everywhere, or that mixes numbers
  ///     and words
  static Statics fit(SeriesSet training) {
    List<StaticColumn> columns = new ArrayList<>();
    Map<String, List<String>> values = new LinkedHashMap<>();
    int count = training.series().getFirst().attributes().size();
    for (int c = 0; c < count; c++) {
      int column = c;
      columns.add(column(training.series().stream().map(s -> s.attributes().get(column)).toList()));
    }
    if (count > 0) {
      training.forEach(
          s -> values.put(s.id(), s.attributes().stream().map(Attribute::value).toList()));
    }
    return new Statics(columns, values);
  }

  private static StaticColumn column(List<Attribute> values) {
    Attribute first = values.getFirst();
    List<String> words = values.stream().map(Attribute::value).distinct().toList();
    List<Attribute> numbers =
        values.stream().filter(v -> StaticColumn.number(v.value()).isPresent()).toList();
    boolean oneNumber =
        numbers.size() == values.size()
            && numbers.stream().map(v -> StaticColumn.number(v.value())).distinct().count() == 1;
    if (words.size() == 1 || oneNumber) {
      throw new CarouselException.Data(
          ("The static column '%s' is '%s' for every series: there is nothing to learn from it."
                  + " Leave it out.")
              .formatted(first.name(), first.value()));
    }
    if (numbers.isEmpty()) {
      return new StaticColumn.Category(first.name(), words);
    }
    for (Attribute value : values) {
      if (StaticColumn.number(value.value()).isEmpty()) {
        throw new CarouselException.Data(
            ("%s: '%s' is not a number, but '%s' (%s) is. A static column has numbers only, or"
                    + " words only.")
                .formatted(
                    value.place(),
                    value.value(),
                    numbers.getFirst().value(),
                    numbers.getFirst().place()));
      }
    }
    return new StaticColumn.Numeric(
        first.name(),
        Scales.of(
            values.stream()
                .map(v -> StaticColumn.number(v.value()))
                .mapToDouble(OptionalDouble::orElseThrow)));
  }

  /// How many features a step has of these.
  int features() {
    return columns.stream().mapToInt(StaticColumn::features).sum();
  }

  /// The features of a series.
  ///
  /// @throws CarouselException.Data for attributes that the model does not know, or lacks
  float[] of(Series series) {
    float[] out = new float[features()];
    int at = 0;
    for (int c = 0; c < columns.size(); c++) {
      columns.get(c).write(attribute(series, c), out, at);
      at += columns.get(c).features();
    }
    if (columns.isEmpty() && !series.attributes().isEmpty()) {
      throw new CarouselException.Data(
          ("The series '%s' comes with the static columns %s, but the model was trained without"
                  + " any.")
              .formatted(series.id(), quoted(series.attributes().stream().map(Attribute::name))));
    }
    return out;
  }

  private Attribute attribute(Series series, int column) {
    String name = columns.get(column).name();
    List<String> known = values.get(series.id());
    if (series.attributes().isEmpty() && known != null) {
      return new Attribute(name, known.get(column), "The model itself");
    }
    return series.attributes().stream()
        .filter(a -> a.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new CarouselException.Data(
                series.attributes().isEmpty()
                    ? ("The series '%s' was not in the training, and the model reads the static"
                            + " columns %s of it. Give them with --static (SeriesSet.withStatic).")
                        .formatted(series.id(), quoted(columns.stream().map(StaticColumn::name)))
                    : ("The model was trained with the static column '%s', but the series '%s'"
                            + " comes with %s.")
                        .formatted(
                            name,
                            series.id(),
                            quoted(series.attributes().stream().map(Attribute::name)))));
  }

  private static String quoted(Stream<String> names) {
    return CsvTable.quoted(names.toList());
  }
}
