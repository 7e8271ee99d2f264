package io.github.carouselml.tasks.series;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.data.CsvTable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// From a long CSV to a set of series: rows are collected by name, the frequency is found, every
/// row is laid on its step. What is wrong is said with file, line and column.
final class SeriesReader {
  private static final String ONLY_SERIES = "series";

  private final CsvTable table;
  private final CsvOptions options;
  private final int idColumn;
  private final int timeColumn;
  private final int targetColumn;
  private final List<Column> columns = new ArrayList<>();
  private final List<Integer> columnPlaces = new ArrayList<>();
  private final Map<String, Rows> rowsById = new LinkedHashMap<>();
  private @Nullable Notation notation;
  private long notationLine;

  /// The rows of one series as they came.
  private static final class Rows {
    final List<Long> lines = new ArrayList<>();
    final List<TimeStamp> stamps = new ArrayList<>();

    /// Per row the target, then the covariates; NaN is missing.
    final List<double[]> values = new ArrayList<>();
  }

  static SeriesSet read(Path path, CsvOptions options) throws IOException {
    return new SeriesReader(CsvTable.read(path, options.separator()), options).read();
  }

  private SeriesReader(CsvTable table, CsvOptions options) {
    this.table = table;
    this.options = options;
    refuseMissingHeader();
    this.timeColumn =
        table.column(
            options.time(),
            "Say which column holds the time stamps (--time-col, CsvOptions.withTime).");
    this.targetColumn =
        table.column(
            options.target(),
            "Say which column holds the values (--target-col, CsvOptions.withTarget).");
    this.idColumn =
        options
            .id()
            .map(name -> table.column(name, "It was named as the column of the series' names."))
            .orElse(table.header().indexOf("unique_id"));
    options.past().forEach(name -> addColumn(name, false));
    options.future().forEach(name -> addColumn(name, true));
  }

  private void addColumn(String name, boolean future) {
    columns.add(new Column(name, future));
    columnPlaces.add(
        table.column(name, "It was named as a covariate, or the model was trained with it."));
  }

  /// A header that holds values names nothing that was asked for, and a time stamp or a number
  /// stands in it.
  private void refuseMissingHeader() {
    List<String> header = table.header();
    boolean named = header.contains(options.time()) || header.contains(options.target());
    if (!named
        && header.stream().anyMatch(f -> Numbers.isNumber(f) || Notation.of(f).isPresent())) {
      throw new CarouselException.Data(
          ("%s has no header: its first line (%s) holds values. The first line must name "
                  + "the columns, as in unique_id,ds,y.")
              .formatted(table.file(), String.join(",", header)));
    }
  }

  private SeriesSet read() {
    table.forEach(this::add);
    refuseMixedOrder();
    tellYears();
    Frequency frequency = frequency();
    List<Gap> gaps = new ArrayList<>();
    List<Series> series = new ArrayList<>();
    rowsById.forEach((id, rows) -> series.add(onGrid(id, rows, frequency, gaps)));
    return SeriesSet.of(series, options.season().orElse(frequency.season()), gaps);
  }

  private void add(CsvTable.Row row) {
    List<String> fields = row.fields();
    String id = idColumn < 0 ? ONLY_SERIES : fields.get(idColumn).strip();
    if (id.isEmpty()) {
      throw table.at(row.line(), idColumn, "the name of the series is empty.");
    }
    double[] values = new double[1 + columns.size()];
    values[0] = number(row, targetColumn);
    for (int c = 0; c < columns.size(); c++) {
      values[1 + c] = number(row, columnPlaces.get(c));
    }
    Rows rows = rowsById.computeIfAbsent(id, _ -> new Rows());
    rows.lines.add(row.line());
    rows.stamps.add(stamp(row));
    rows.values.add(values);
  }

  private TimeStamp stamp(CsvTable.Row row) {
    String text = row.fields().get(timeColumn);
    Notation first = notation;
    if (first == null) {
      first =
          Notation.of(text)
              .orElseThrow(() ->
                  table.at(
                      row.line(),
                      timeColumn,
                      "'%s' is no time stamp: expected %s.".formatted(text, Forms.WORDS)));
      notation = first;
      notationLine = row.line();
    }
    Notation known = first;
    return known
        .read(text)
        .orElseThrow(() ->
            table.at(
                row.line(),
                timeColumn,
                Notation.of(text).isPresent()
                    ? ("'%s' is written in another form than the time stamp of line %d; all "
                            + "must be alike.")
                        .formatted(text, notationLine)
                    : "'%s' is no time stamp: expected %s.".formatted(text, Forms.WORDS)));
  }

  /// NaN where a value is missing that may be filled.
  private double number(CsvTable.Row row, int column) {
    return options.gaps() != GapRule.REFUSE && Numbers.isMissing(row.fields().get(column))
        ? Double.NaN
        : Numbers.read(
            table,
            row,
            column,
            "Fill missing values yourself, or ask for it (--gaps linear or previous,"
                + " CsvOptions.withGaps).");
  }

  /// Each series ascends strictly in the file.
  private void refuseMixedOrder() {
    rowsById.forEach((id, rows) -> {
      for (int i = 1; i < rows.stamps.size(); i++) {
        int order = rows.stamps.get(i).compareTo(rows.stamps.get(i - 1));
        if (order > 0) {
          continue;
        }
        TimeStamp stamp = rows.stamps.get(i);
        int before = rows.stamps.subList(0, i).indexOf(stamp);
        throw table.at(
            rows.lines.get(i),
            timeColumn,
            before >= 0
                ? "%s stands twice%s, first in line %d. %s"
                    .formatted(
                        write(stamp),
                        ofSeries(id),
                        rows.lines.get(before),
                        idColumn < 0
                            ? "Are there several series? Then name the column that tells them apart"
                                + " (--id-col, CsvOptions.withId)."
                            : "Keep one of them.")
                : "%s comes after %s of line %d%s. Sort the file by time."
                    .formatted(
                        write(stamp),
                        write(rows.stamps.get(i - 1)),
                        rows.lines.get(i - 1),
                        ofSeries(id)));
      }
    });
  }

  private String ofSeries(String id) {
    return idColumn < 0 ? "" : " in the series '" + id + "'";
  }

  private String write(TimeStamp stamp) {
    return notation == null ? stamp.toString() : notation.write(stamp);
  }

  /// Integers are years when all of them could be, unless steps were asked for.
  private void tellYears() {
    boolean asked = options.frequency().map(f -> f.unit() == Frequency.Unit.STEP).orElse(false);
    boolean years =
        !asked
            && notation instanceof Notation.Count
            && stamps().allMatch(s -> s instanceof TimeStamp.Step(long n) && n >= 1000 && n < 3000);
    if (years) {
      notation = new Notation.Year();
      rowsById
          .values()
          .forEach(rows ->
              rows.stamps.replaceAll(s ->
                  s instanceof TimeStamp.Step(long year)
                      ? new TimeStamp.Moment(
                          LocalDate.of(Math.toIntExact(year), 1, 1).atStartOfDay())
                      : s));
    }
  }

  private Stream<TimeStamp> stamps() {
    return rowsById.values().stream().flatMap(rows -> rows.stamps.stream());
  }

  private Frequency frequency() {
    List<List<TimeStamp>> stamps = rowsById.values().stream().map(r -> r.stamps).toList();
    if (options.frequency().isPresent()) {
      Frequency asked = options.frequency().get();
      if (notation instanceof Notation.Count != (asked.unit() == Frequency.Unit.STEP)) {
        throw new CarouselException.Request(
            "The frequency '%s' does not fit the time stamps of %s (the first is %s)."
                .formatted(asked, table.file(), write(stamps.getFirst().getFirst())));
      }
      return FrequencyInference.atMonthEnd(asked, stamps);
    }
    return FrequencyInference.infer(stamps)
        .orElseThrow(() ->
            new CarouselException.Data(
                ("%s has one row per series, so the distance of its time stamps is unknown. "
                        + "Are there more rows? Else name the frequency (--freq, "
                        + "CsvOptions.withFrequency).")
                    .formatted(table.file())));
  }

  private Series onGrid(String id, Rows rows, Frequency frequency, List<Gap> gaps) {
    TimeStamp anchor = rows.stamps.getFirst();
    int count = rows.stamps.size();
    long[] steps = new long[count];
    for (int i = 1; i < count; i++) {
      OptionalLong step = frequency.stepsBetween(anchor, rows.stamps.get(i));
      if (step.isEmpty()) {
        throw table.at(
            rows.lines.get(i),
            timeColumn,
            ("%s is not a whole number of steps after %s%s, where the frequency is %s. Time stamps"
                    + " must be regular; if the frequency is another, name it (--freq,"
                    + " CsvOptions.withFrequency).")
                .formatted(write(rows.stamps.get(i)), write(anchor), ofSeries(id), frequency));
      }
      steps[i] = step.getAsLong();
    }
    long length = steps[count - 1] + 1;
    TimeAxis time = new TimeAxis(anchor, frequency, known(), 0, 0);
    for (int i = 1; i < count; i++) {
      long missing = steps[i] - steps[i - 1] - 1;
      if (missing > 0 && options.gaps() == GapRule.REFUSE) {
        throw table.at(
            rows.lines.get(i),
            timeColumn,
            ("%d %s missing%s before %s: the series is %s, and %s should follow. %d of its %d steps"
                    + " are missing in all. Complete the file, or ask to fill the gaps (--gaps"
                    + " linear or previous, CsvOptions.withGaps).")
                .formatted(
                    missing,
                    missing == 1 ? "step is" : "steps are",
                    ofSeries(id),
                    write(rows.stamps.get(i)),
                    frequency,
                    write(frequency.after(anchor, steps[i - 1] + 1)),
                    length - count,
                    length));
      }
    }
    if (length > 2L * count + 2) {
      throw new CarouselException.Data(
          "%s: only %d of the %d steps%s are present, too few to fill the rest. Is it really %s?"
              .formatted(table.file(), count, length, ofSeries(id), frequency));
    }
    double[][] filled = laidOut(rows, steps, Math.toIntExact(length));
    for (int c = 0; c < filled.length; c++) {
      boolean target = c == 0;
      fill(
          filled[c],
          id,
          target ? targetColumn : columnPlaces.get(c - 1),
          time,
          target ? gaps : null);
    }
    double[][] covariates = new double[columns.size()][];
    System.arraycopy(filled, 1, covariates, 0, covariates.length);
    return new Series(
        id, time.next(Math.toIntExact(length)), filled[0], columns, covariates, List.of());
  }

  private Notation known() {
    if (notation == null) {
      throw new IllegalStateException("no row was read");
    }
    return notation;
  }

  /// `[column][step]`, NaN where there is no row.
  private double[][] laidOut(Rows rows, long[] steps, int length) {
    double[][] laid = new double[1 + columns.size()][length];
    for (double[] column : laid) {
      java.util.Arrays.fill(column, Double.NaN);
    }
    for (int i = 0; i < steps.length; i++) {
      for (int c = 0; c < laid.length; c++) {
        laid[c][(int) steps[i]] = rows.values.get(i)[c];
      }
    }
    return laid;
  }

  private void fill(
      double[] values, String id, int column, TimeAxis time, @Nullable List<Gap> gaps) {
    int i = 0;
    while (i < values.length) {
      if (!Double.isNaN(values[i])) {
        i++;
        continue;
      }
      int end = i;
      while (end < values.length && Double.isNaN(values[end])) {
        end++;
      }
      if (i == 0 || (end == values.length && options.gaps() == GapRule.LINEAR)) {
        throw new CarouselException.Data(
            ("%s, column '%s'%s: the value of %s is missing at the %s of the series, where "
                    + "there is no neighbour to fill it from.")
                .formatted(
                    table.file(),
                    table.header().get(column),
                    ofSeries(id),
                    time.label(i),
                    i == 0 ? "start" : "end"));
      }
      if (gaps != null) {
        gaps.add(new Gap(id, time.label(i), end - i));
      }
      double before = values[i - 1];
      for (int k = i; k < end; k++) {
        values[k] =
            options.gaps() == GapRule.LINEAR
                ? before + (values[end] - before) * (k - i + 1) / (end - i + 1)
                : before;
      }
      i = end;
    }
  }
}
