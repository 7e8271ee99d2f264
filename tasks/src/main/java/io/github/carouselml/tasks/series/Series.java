package io.github.carouselml.tasks.series;

import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
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
  private final List<Attribute> attributes;

  /// Takes the arrays as they are: callers inside this package give away what nobody changes.
  ///
  /// @param covariates a row for each of `columns`; those known ahead may reach beyond the end
  Series(
      String id,
      TimeAxis time,
      double[] values,
      List<Column> columns,
      double[][] covariates,
      List<Attribute> attributes) {
    this.id = id;
    this.time = time;
    this.values = values;
    this.columns = List.copyOf(columns);
    this.covariates = covariates;
    this.attributes = List.copyOf(attributes);
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
    return new Series(id, time, values.clone(), List.of(), new double[0][], List.of());
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

  /// The value of the covariate `column` (its place in [#columns()]) at `index`, which may lie up
  /// to [#knownAhead()] steps beyond the end where the column is known ahead.
  public double covariate(int column, int index) {
    boolean ahead = columns.get(column).future() && index >= length() && index < reach(column);
    return covariates[column][ahead ? index : checked(index)];
  }

  /// For how many steps beyond the end all covariates are known that should be; 0 where there are
  /// none.
  public int knownAhead() {
    int reach = Integer.MAX_VALUE;
    for (int c = 0; c < covariates.length; c++) {
      reach = columns.get(c).future() ? Math.min(reach, reach(c)) : reach;
    }
    return reach == Integer.MAX_VALUE ? 0 : reach - length();
  }

  private int reach(int column) {
    return covariates[column].length;
  }

  /// What holds for the whole series.
  public List<Attribute> attributes() {
    return attributes;
  }

  /// The same with another covariate, which is known up to now: a value a step.
  public Series withPast(String name, double... covariate) {
    return withColumn(new Column(name, false), covariate);
  }

  /// The same with another covariate, which is known ahead: a value a step, and as many more as are
  /// known.
  public Series withFuture(String name, double... covariate) {
    return withColumn(new Column(name, true), covariate);
  }

  /// The same with another attribute: a number or a word.
  public Series withStatic(String name, String value) {
    if (value.isBlank() || attributes.stream().anyMatch(a -> a.name().equals(name))) {
      throw new CarouselException.Data(
          value.isBlank()
              ? "The attribute '%s' of the series '%s' is blank.".formatted(name, id)
              : "The series '%s' has an attribute '%s' already.".formatted(id, name));
    }
    List<Attribute> more = new ArrayList<>(attributes);
    more.add(new Attribute(name, value, "series '%s', attribute '%s'".formatted(id, name)));
    return withAttributes(more);
  }

  Series withAttributes(List<Attribute> others) {
    return new Series(id, time, values, columns, covariates, others);
  }

  private Series withColumn(Column column, double... covariate) {
    int least = length();
    if (covariate.length < least || (!column.future() && covariate.length > least)) {
      throw new CarouselException.Data(
          "The covariate '%s' has %d values, but the series '%s' has %d steps."
              .formatted(column.name(), covariate.length, id, least));
    }
    for (int i = 0; i < covariate.length; i++) {
      if (!Double.isFinite(covariate[i])) {
        throw new CarouselException.Data(
            "The covariate '%s' of the series '%s' is %s at %s; every value must be finite."
                .formatted(column.name(), id, covariate[i], time.label(i)));
      }
    }
    if (columns.stream().anyMatch(c -> c.name().equals(column.name()))) {
      throw new CarouselException.Data(
          "The series '%s' has a covariate '%s' already.".formatted(id, column.name()));
    }
    List<Column> more = new ArrayList<>(columns);
    more.add(column);
    double[][] all = Arrays.copyOf(covariates, covariates.length + 1);
    all[covariates.length] = covariate.clone();
    return new Series(id, time, values, more, all, attributes);
  }

  /// The same, where the columns known ahead go on beyond the end with `ahead`, a row for each.
  Series withKnownAhead(double[][] ahead) {
    double[][] extended = covariates.clone();
    int row = 0;
    for (int c = 0; c < extended.length; c++) {
      if (columns.get(c).future()) {
        double[] more = ahead[row++];
        extended[c] = Arrays.copyOf(covariates[c], length() + more.length);
        System.arraycopy(more, 0, extended[c], length(), more.length);
      }
    }
    return new Series(id, time, values, columns, extended, attributes);
  }

  /// The first `length` values: what was known before the stamp at `length`. Covariates known ahead
  /// were known then as far as they are now.
  public Series first(int length) {
    if (length < 0 || length > length()) {
      throw new CarouselException.Request(
          "The series '%s' has %d steps; its first %d were asked for."
              .formatted(id, length(), length));
    }
    return new Series(id, time.between(0, length), values, columns, covariates, attributes);
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
