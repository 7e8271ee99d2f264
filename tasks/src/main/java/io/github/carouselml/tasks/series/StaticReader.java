package io.github.carouselml.tasks.series;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Nearest;
import io.github.carouselml.tasks.data.CsvTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// From a table with a row a series to what each series is told of itself: every column but that of
/// the names.
final class StaticReader {
  private final CsvTable table;
  private final int idColumn;
  private final Map<String, CsvTable.Row> rows = new LinkedHashMap<>();

  /// The attributes of each of `ids`, in their order.
  static List<List<Attribute>> read(Path path, CsvOptions options, List<String> ids)
      throws IOException {
    StaticReader reader = new StaticReader(CsvTable.read(path, options.separator()), options);
    return ids.stream().map(reader::attributes).toList();
  }

  private StaticReader(CsvTable table, CsvOptions options) {
    this.table = table;
    this.idColumn =
        table.column(
            options.id().orElse("unique_id"),
            "A table of static columns names the series in the same column as the data (--id-col,"
                + " CsvOptions.withId).");
    if (table.header().size() == 1) {
      throw new CarouselException.Data(
          "%s has the names of the series and no other column, so it tells nothing of them."
              .formatted(table.file()));
    }
    table.forEach(this::add);
  }

  private void add(CsvTable.Row row) {
    String id = row.fields().get(idColumn).strip();
    if (id.isEmpty()) {
      throw table.at(row.line(), idColumn, "the name of the series is empty.");
    }
    CsvTable.Row before = rows.put(id, row);
    if (before != null) {
      throw table.at(
          row.line(),
          idColumn,
          "the series '%s' stands twice, first in line %d. Keep one of them."
              .formatted(id, before.line()));
    }
  }

  private List<Attribute> attributes(String id) {
    CsvTable.Row row = rows.get(id);
    if (row == null) {
      throw new CarouselException.Data(
          "%s has no row for the series '%s', but every series of the data needs one.%s"
              .formatted(
                  table.file(),
                  id,
                  Nearest.of(id, rows.keySet()).map(near -> " Is it '" + near + "'?").orElse("")));
    }
    List<Attribute> attributes = new ArrayList<>();
    for (int c = 0; c < table.header().size(); c++) {
      if (c == idColumn) {
        continue;
      }
      String value = row.fields().get(c).strip();
      if (Numbers.isMissing(value)) {
        throw table.at(
            row.line(),
            c,
            "%s. Write one for every series."
                .formatted(value.isEmpty() ? "the value is empty" : "'" + value + "' is no value"));
      }
      attributes.add(
          new Attribute(
              table.header().get(c),
              value,
              "%s, line %d, column '%s'"
                  .formatted(table.file(), row.line(), table.header().get(c))));
    }
    return attributes;
  }
}
