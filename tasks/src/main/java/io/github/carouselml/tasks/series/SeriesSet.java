package io.github.carouselml.tasks.series;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Nearest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Series of one frequency, in the order of their file, each under its own name: what one global
/// model learns from.
public final class SeriesSet implements Iterable<Series> {
  private final Map<String, Series> byId = new LinkedHashMap<>();
  private final List<Series> series;
  private final Frequency frequency;
  private final int season;
  private final List<Gap> gaps;

  private SeriesSet(List<Series> series, int season, List<Gap> gaps) {
    if (series.isEmpty()) {
      throw new CarouselException.Data("A set of series needs at least one series.");
    }
    if (season < 1) {
      throw new CarouselException.Request(
          "A season has at least 1 step, but got %d.".formatted(season));
    }
    this.series = List.copyOf(series);
    this.frequency = series.getFirst().time().frequency();
    this.season = season;
    this.gaps = List.copyOf(gaps);
    List<Column> columns = series.getFirst().columns();
    List<String> attributes = names(series.getFirst());
    for (Series one : series) {
      if (byId.put(one.id(), one) != null) {
        throw new CarouselException.Data(
            "Two series are called '%s'; every name may stand once.".formatted(one.id()));
      }
      if (!one.time().frequency().equals(frequency) || !one.columns().equals(columns)) {
        throw new CarouselException.Data(
            ("The series '%s' is %s with %s, but '%s' is %s with %s; all "
                    + "series of a set must agree.")
                .formatted(
                    one.id(),
                    one.time().frequency(),
                    Column.words(one.columns()),
                    series.getFirst().id(),
                    frequency,
                    Column.words(columns)));
      }
      if (!names(one).equals(attributes)) {
        throw new CarouselException.Data(
            ("The series '%s' has the static columns %s, but '%s' has %s; all series of a set must"
                    + " agree.")
                .formatted(one.id(), names(one), series.getFirst().id(), attributes));
      }
    }
  }

  /// The set of `series`, which must share frequency and covariates; the season is the frequency's
  /// own.
  public static SeriesSet of(List<Series> series) {
    int season = series.isEmpty() ? 1 : series.getFirst().time().frequency().season();
    return new SeriesSet(series, season, List.of());
  }

  static SeriesSet of(List<Series> series, int season, List<Gap> gaps) {
    return new SeriesSet(series, season, gaps);
  }

  private static List<String> names(Series series) {
    return series.attributes().stream().map(Attribute::name).toList();
  }

  /// The same series, each told what its row of a table says of it: one column names the series, as
  /// in their own file, and all others are static columns.
  ///
  /// @throws CarouselException.Data when a series has no row, or a value is missing
  public SeriesSet withStatic(Path table, CsvOptions options) throws IOException {
    List<List<Attribute>> rows =
        StaticReader.read(table, options, series.stream().map(Series::id).toList());
    List<Series> told = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      told.add(series.get(i).withAttributes(rows.get(i)));
    }
    return new SeriesSet(told, season, gaps);
  }

  /// [#withStatic(Path, CsvOptions)] of a table whose names stand in `unique_id`.
  public SeriesSet withStatic(Path table) throws IOException {
    return withStatic(table, CsvOptions.standard());
  }

  /// The same series with what a file knows of their future columns beyond the end: rows of name,
  /// time stamp and those columns, as in their own file.
  ///
  /// @throws CarouselException.Request when no column is known ahead
  /// @throws CarouselException.Data when something in the file is wrong
  public SeriesSet withFuture(Path file, CsvOptions options) throws IOException {
    if (columns().stream().noneMatch(Column::future)) {
      throw new CarouselException.Request(
          ("%s is said to know what comes, but there is no future column that it could tell: %s."
                  + " Which columns are known ahead is said when training (--future-cols,"
                  + " CsvOptions.withFuture).")
              .formatted(
                  file,
                  columns().isEmpty()
                      ? "the series come without covariates"
                      : "the series come with " + Column.words(columns())));
    }
    return new SeriesSet(FutureReader.read(file, options, this), season, gaps);
  }

  /// [#withFuture(Path, CsvOptions)] of a file with the columns `unique_id,ds` and the future ones.
  public SeriesSet withFuture(Path file) throws IOException {
    return withFuture(file, CsvOptions.standard());
  }

  /// The same series with a season of `steps` steps.
  public SeriesSet withSeason(int steps) {
    return new SeriesSet(series, steps, gaps);
  }

  /// The series with at least `length` steps.
  ///
  /// @throws CarouselException.Data when none is that long
  public SeriesSet atLeast(int length) {
    List<Series> kept = series.stream().filter(s -> s.length() >= length).toList();
    if (kept.isEmpty()) {
      throw new CarouselException.Data(
          "None of the %d series has %d steps; the longest has %d."
              .formatted(size(), length, longest()));
    }
    return new SeriesSet(kept, season, gaps);
  }

  /// Every series without its last `steps` steps: what a model may see when those are held out.
  ///
  /// @throws CarouselException.Data when a series would have no step left
  public SeriesSet withoutLast(int steps) {
    List<Series> cut = new ArrayList<>();
    for (Series one : series) {
      if (one.length() <= steps) {
        throw new CarouselException.Data(
            "The series '%s' has %d steps; it cannot do without its last %d."
                .formatted(one.id(), one.length(), steps));
      }
      cut.add(one.first(one.length() - steps));
    }
    return new SeriesSet(cut, season, gaps);
  }

  /// The series in the order of their file.
  public List<Series> series() {
    return series;
  }

  /// The series called `id`.
  ///
  /// @throws CarouselException.Request when there is none: the message gives the nearest name
  public Series get(String id) {
    Series found = byId.get(id);
    if (found == null) {
      throw new CarouselException.Request(
          "There is no series '%s' among the %d.%s"
              .formatted(
                  id,
                  size(),
                  Nearest.of(id, byId.keySet())
                      .map(near -> " Did you mean '" + near + "'?")
                      .orElse("")));
    }
    return found;
  }

  /// The series called `id`, where there is one.
  Optional<Series> find(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  public int size() {
    return series.size();
  }

  /// The step that all series share.
  public Frequency frequency() {
    return frequency;
  }

  /// The steps after which the pattern repeats.
  public int season() {
    return season;
  }

  /// The covariates that all series share.
  public List<Column> columns() {
    return series.getFirst().columns();
  }

  /// What was missing in the file and was filled.
  public List<Gap> gaps() {
    return gaps;
  }

  /// The length of the longest series.
  public int longest() {
    return series.stream().mapToInt(Series::length).max().orElse(0);
  }

  /// The length of the shortest series.
  public int shortest() {
    return series.stream().mapToInt(Series::length).min().orElse(0);
  }

  /// What a reader of a report should know, a sentence each: filled gaps, constant series.
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>();
    if (!gaps.isEmpty()) {
      long steps = gaps.stream().mapToLong(Gap::steps).sum();
      Gap first = gaps.getFirst();
      remarks.add(
          "%d missing steps were filled; the first is %s of series '%s'."
              .formatted(steps, first.first(), first.id()));
    }
    List<Series> constant = series.stream().filter(Series::isConstant).toList();
    if (!constant.isEmpty()) {
      remarks.add(
          ("%d of %d series are constant (the first is '%s', always %s): there is nothing "
                  + "to learn from them, and MASE is undefined for them.")
              .formatted(
                  constant.size(), size(), constant.getFirst().id(), constant.getFirst().value(0)));
    }
    return List.copyOf(remarks);
  }

  @Override
  public Iterator<Series> iterator() {
    return series.iterator();
  }
}
