package io.github.carouselml.tasks.forecast;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import io.github.carouselml.model.AtomicFile;
import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Forecasts as the field writes them: `unique_id,ds,y_hat,y_hat-lo-90,y_hat-hi-90`, a row a step.
/// Numbers are the shortest that read back as the same.
public final class ForecastCsv {
  private ForecastCsv() {}

  /// Replaces the file at `path` by `forecasts`.
  public static void write(Path path, List<Forecast> forecasts) throws IOException {
    AtomicFile.write(path, text(forecasts));
  }

  /// The table as text, with `\n` after every line.
  ///
  /// @throws CarouselException.Request when the forecasts have different levels
  public static String text(List<Forecast> forecasts) {
    List<Integer> levels = forecasts.isEmpty() ? List.of() : levels(forecasts.getFirst());
    StringWriter out = new StringWriter();
    try (CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(out)) {
      csv.writeRecord(header(levels));
      for (Forecast forecast : forecasts) {
        if (!levels(forecast).equals(levels)) {
          throw new CarouselException.Request(
              ("The forecast of '%s' has the levels %s, but that of '%s' has %s; one table "
                      + "has one set of levels.")
                  .formatted(forecast.id(), levels(forecast), forecasts.getFirst().id(), levels));
        }
        for (int i = 0; i < forecast.length(); i++) {
          csv.writeRecord(row(forecast, i));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toString();
  }

  private static List<Integer> levels(Forecast forecast) {
    return forecast.intervals().stream().map(Interval::level).toList();
  }

  private static List<String> header(List<Integer> levels) {
    List<String> header = new ArrayList<>(List.of("unique_id", "ds", "y_hat"));
    for (int level : levels) {
      header.add("y_hat-lo-" + level);
      header.add("y_hat-hi-" + level);
    }
    return header;
  }

  private static List<String> row(Forecast forecast, int index) {
    List<String> row = new ArrayList<>();
    row.add(forecast.id());
    row.add(forecast.time().label(index));
    row.add(Double.toString(forecast.value(index)));
    for (Interval interval : forecast.intervals()) {
      row.add(Double.toString(interval.low(index)));
      row.add(Double.toString(interval.high(index)));
    }
    return row;
  }
}
