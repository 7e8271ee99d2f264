package io.github.carouselml.tasks.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Nearest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// A comma-separated file whose first line names its columns. Every row has as many fields as the
/// header; empty lines are skipped; messages carry the file and the line.
public final class CsvTable {
  private final String file;
  private final String text;
  private final char separator;
  private final List<String> header;

  /// One row below the header and the line of the file (from 1) where it starts.
  public record Row(long line, List<String> fields) {
    public Row {
      fields = List.copyOf(fields);
    }
  }

  private CsvTable(String file, String text, char separator, List<String> header) {
    this.file = file;
    this.text = text;
    this.separator = separator;
    this.header = header;
  }

  /// Opens `path`: the whole file is read and its header checked.
  ///
  /// @throws CarouselException.Data when it is empty, not UTF-8, or names a column twice
  public static CsvTable read(Path path, char separator) throws IOException {
    return of(path.toString(), Utf8Text.read(path), separator);
  }

  /// The table in `text`; `name` stands for the file in messages.
  public static CsvTable of(String name, String text, char separator) {
    Iterator<CsvRecord> records = records(text, separator);
    if (!hasNext(records, name)) {
      throw new CarouselException.Data("%s is empty.".formatted(name));
    }
    List<String> header = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (String field : next(records, name).getFields()) {
      String column = field.strip();
      if (!column.isEmpty() && !seen.add(column)) {
        throw new CarouselException.Data(
            "%s names the column '%s' twice; each name may stand once.".formatted(name, column));
      }
      header.add(column);
    }
    return new CsvTable(name, text, separator, List.copyOf(header));
  }

  /// The file's name as messages give it.
  public String file() {
    return file;
  }

  /// The names of the columns in the file's order.
  public List<String> header() {
    return header;
  }

  /// Where the column `name` stands, from 0.
  ///
  /// @param hint how to name another column, a sentence that ends the message
  /// @throws CarouselException.Data when there is none: the message lists the columns and the
  ///   nearest name
  public int column(String name, String hint) {
    int at = header.indexOf(name);
    if (at >= 0) {
      return at;
    }
    boolean apart = header.size() == 1 && header.getFirst().matches(".*[;\t|].*");
    String meant = Nearest.of(name, header).map(near -> " Did you mean '" + near + "'?").orElse("");
    throw new CarouselException.Data(
        "%s has no column '%s'; it has %s.%s %s"
            .formatted(
                file,
                name,
                quoted(header),
                apart ? "" : meant,
                apart
                    ? ("Its fields are separated by something else than '%s': say by what"
                            + " (--separator, CsvOptions.withSeparator).")
                        .formatted(separator)
                    : hint)
            .strip());
  }

  /// Hands every row below the header to `use`, in the file's order.
  ///
  /// @throws CarouselException.Data when a row has another number of fields than the header, or
  ///   there is no row
  public void forEach(Consumer<Row> use) {
    Iterator<CsvRecord> records = records(text, separator);
    boolean any = hasNext(records, file);
    if (any) {
      next(records, file);
      any = false;
    }
    while (hasNext(records, file)) {
      CsvRecord row = next(records, file);
      if (row.getFieldCount() != header.size()) {
        throw at(
            row.getStartingLineNumber(),
            ("%d fields were found, but the header names %d (%s). Is a comma inside a field "
                    + "that is not in quotes?")
                .formatted(row.getFieldCount(), header.size(), String.join(",", header)));
      }
      any = true;
      use.accept(new Row(row.getStartingLineNumber(), row.getFields()));
    }
    if (!any) {
      throw new CarouselException.Data(
          "%s holds only a header (%s) and no row.".formatted(file, String.join(",", header)));
    }
  }

  /// The exception for something wrong in `line`.
  public CarouselException.Data at(long line, String message) {
    return new CarouselException.Data("%s, line %d: %s".formatted(file, line, message));
  }

  /// The exception for something wrong in `line`, in the column at `column`.
  public CarouselException.Data at(long line, int column, String message) {
    return new CarouselException.Data(
        "%s, line %d, column '%s': %s".formatted(file, line, header.get(column), message));
  }

  /// `'a', 'b' and 'c'`.
  public static String quoted(List<String> names) {
    if (names.size() < 2) {
      return names.stream().map(n -> "'" + n + "'").collect(Collectors.joining());
    }
    return names.subList(0, names.size() - 1).stream()
            .map(n -> "'" + n + "'")
            .collect(Collectors.joining(", "))
        + " and '"
        + names.getLast()
        + "'";
  }

  private static Iterator<CsvRecord> records(String text, char separator) {
    return CsvReader.builder()
        .fieldSeparator(separator)
        .skipEmptyLines(true)
        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
        .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
        .ofCsvRecord(text)
        .iterator();
  }

  private static boolean hasNext(Iterator<CsvRecord> records, String file) {
    try {
      return records.hasNext();
    } catch (CsvParseException e) {
      throw broken(file, e);
    }
  }

  private static CsvRecord next(Iterator<CsvRecord> records, String file) {
    try {
      return records.next();
    } catch (CsvParseException e) {
      throw broken(file, e);
    }
  }

  private static CarouselException.Data broken(String file, CsvParseException e) {
    return new CarouselException.Data(
        "%s cannot be read as comma-separated text: %s".formatted(file, e.getMessage()), e);
  }
}
