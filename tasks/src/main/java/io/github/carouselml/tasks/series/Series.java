package io.github.carouselml.tasks.series;

import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// Values on a regular clock under a name: finite, without gaps, immutable. A prefix shares the
/// values of the whole.
public final class Series {
  private final String id;
  private final TimeAxis time;
  private final double[] values;
  private final List<Column> columns;
  private final double[][] covariates;

  /// Takes the arrays as they are: callers inside this package give away what nobody changes.
  Series(String id, TimeAxis time, double[] values, List<Column> columns, double[][] covariates) {
    this.id = id;
    this.time = time;
    this.values = values;
    this.columns = List.copyOf(columns);
    this.covariates = covariates;
  }

  /// The series of `values` from the time stamp `first` on.
  ///
  /// @throws CarouselException.Data when there is no value or one is not finite
  public static Series of(String id, Frequency frequency, String first, double... values) {
    if (id.isBlank()) {
      throw new CarouselException.Data("A series needs a name, but its id is blank.");
    }
    if (values.length == 0) {
      throw new CarouselException.Data("The series '%s' has no values.".formatted(id));
    }
    TimeAxis time = TimeAxis.of(first, frequency, values.length);
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        throw new CarouselException.Data(
            "The series '%s' is %s at %s; every value must be finite."
                .formatted(id, values[i], time.label(i)));
      }
    }
    return new Series(id, time, values.clone(), List.of(), new double[0][]);
  }

  /// The series of a long CSV file with the columns `unique_id,ds,y`, the first of which may be
  /// absent.
  public static SeriesSet csv(Path path) throws IOException {
    return csv(path, CsvOptions.standard());
  }

  /// The series of a long CSV file, read as `options` say.
  ///
  /// @throws CarouselException.Data when something in the file is wrong: the message says what and
  ///   where
  public static SeriesSet csv(Path path, CsvOptions options) throws IOException {
    return SeriesReader.read(path, options);
  }

  /// The name, as the file gives it.
  public String id() {
    return id;
  }

  /// When the values were observed.
  public TimeAxis time() {
    return time;
  }

  /// How many values there are; at least 1 but for a prefix.
  public int length() {
    return time.length();
  }

  /// The value at `index`, from 0.
  public double value(int index) {
    return values[checked(index)];
  }

  /// A copy of the values.
  public double[] values() {
    return Arrays.copyOf(values, length());
  }

  /// The covariates that came with the values.
  public List<Column> columns() {
    return columns;
  }

  /// The value of the covariate `column` (its place in [#columns()]) at `index`.
  public double covariate(int column, int index) {
    return covariates[column][checked(index)];
  }

  /// The first `length` values: what was known before the stamp at `length`.
  public Series first(int length) {
    if (length < 0 || length > length()) {
      throw new CarouselException.Request(
          "The series '%s' has %d steps; its first %d were asked for."
              .formatted(id, length(), length));
    }
    return new Series(id, time.between(0, length), values, columns, covariates);
  }

  /// Whether all values are equal.
  public boolean isConstant() {
    for (int i = 1; i < length(); i++) {
      if (values[i] != values[0]) {
        return false;
      }
    }
    return true;
  }

  private int checked(int index) {
    if (index < 0 || index >= length()) {
      throw new IndexOutOfBoundsException(
          "The series '%s' has %d steps; step %d was asked for.".formatted(id, length(), index));
    }
    return index;
  }

  /// `Series 'x': 144 steps, monthly from 1949-01`.
  @Override
  public String toString() {
    return "Series '%s': %d steps, %s from %s"
        .formatted(id, length(), time.frequency(), time.label(0));
  }
}
