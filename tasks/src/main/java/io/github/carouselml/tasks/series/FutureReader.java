package io.github.carouselml.tasks.series;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.data.CsvTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/// From a file of what is known ahead to series that know it. Rows up to the last step of a series
/// are passed over, since the data has them; so are those of series that the data does not have.
final class FutureReader {
  private final CsvTable table;
  private final SeriesSet data;
  private final int idColumn;
  private final int timeColumn;
  private final List<Integer> places = new ArrayList<>();

  /// By series and step: the line, and the values of the future columns.
  private final Map<String, TreeMap<Integer, Row>> rows = new LinkedHashMap<>();

  private record Row(long line, double[] values) {}

  /// The series of `data`, each with what the file knows beyond its end.
  static List<Series> read(Path path, CsvOptions options, SeriesSet data) throws IOException {
    FutureReader reader = new FutureReader(CsvTable.read(path, options.separator()), options, data);
    return data.series().stream().map(reader::extend).toList();
  }

  private FutureReader(CsvTable table, CsvOptions options, SeriesSet data) {
    this.table = table;
    this.data = data;
    this.idColumn =
        options
            .id()
            .map(name -> table.column(name, "It names the series, as in the data."))
            .orElse(table.header().indexOf("unique_id"));
    if (idColumn < 0 && data.size() > 1) {
      throw new CarouselException.Data(
          "%s has no column 'unique_id', but the data has %d series: say which row is whose."
              .formatted(table.file(), data.size()));
    }
    this.timeColumn = table.column(options.time(), "It holds the time stamps, as in the data.");
    for (Column column : data.columns()) {
      if (column.future()) {
        places.add(table.column(column.name(), "It is a covariate that must be known ahead."));
      }
    }
    table.forEach(this::add);
  }

  private void add(CsvTable.Row row) {
    Series series =
        idColumn < 0
            ? data.series().getFirst()
            : data.find(row.fields().get(idColumn).strip()).orElse(null);
    if (series == null) {
      return;
    }
    String stamp = row.fields().get(timeColumn);
    OptionalInt step = series.time().indexOf(stamp);
    if (step.isEmpty()) {
      throw table.at(
          row.line(),
          timeColumn,
          "'%s' is no step of the series '%s', which is %s from %s."
              .formatted(stamp, series.id(), series.time().frequency(), series.time().label(0)));
    }
    if (step.getAsInt() < series.length()) {
      return;
    }
    double[] values = new double[places.size()];
    for (int c = 0; c < values.length; c++) {
      values[c] =
          Numbers.read(
              table, row, places.get(c), "What is not known ahead cannot be a future column.");
    }
    Row before =
        rows.computeIfAbsent(series.id(), _ -> new TreeMap<>())
            .put(step.getAsInt(), new Row(row.line(), values));
    if (before != null) {
      throw table.at(
          row.line(),
          timeColumn,
          "%s of the series '%s' stands twice, first in line %d. Keep one of them."
              .formatted(stamp, series.id(), before.line()));
    }
  }

  private Series extend(Series series) {
    TreeMap<Integer, Row> ahead = rows.getOrDefault(series.id(), new TreeMap<>());
    double[][] values = new double[places.size()][ahead.size()];
    int known = 0;
    for (Map.Entry<Integer, Row> step : ahead.entrySet()) {
      if (step.getKey() != series.length() + known) {
        throw table.at(
            step.getValue().line(),
            timeColumn,
            "the series '%s' goes on with %s, but %s comes first here; no step may be left out."
                .formatted(
                    series.id(),
                    series.time().label(series.length() + known),
                    series.time().label(step.getKey())));
      }
      for (int c = 0; c < values.length; c++) {
        values[c][known] = step.getValue().values()[c];
      }
      known++;
    }
    return series.withKnownAhead(values);
  }
}
