package io.github.carouselml.tasks.series;

import io.github.carouselml.tasks.data.CsvTable;
import io.github.carouselml.tasks.data.Utf8Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/// The monthly passengers of international airlines, in thousands, January 1949 to December 1960
/// (Box, Jenkins and Reinsel, "Time Series Analysis", series G): 144 numbers that grow, repeat by
/// the year, and are known to everyone in the field.
public final class AirPassengers {
  /// The last month before the two years on which the series is usually judged.
  public static final String TRAINING_ENDS = "1958-12";

  private AirPassengers() {}

  /// The series, bundled with the library.
  public static SeriesSet series() {
    List<Double> values = new ArrayList<>();
    CsvTable.of("airpassengers.csv", csv(), ',')
        .forEach(row -> values.add(Double.parseDouble(row.fields().get(2))));
    return SeriesSet.of(
        List.of(
            Series.of(
                "airpassengers",
                Frequency.of(1, Frequency.Unit.MONTH),
                "1949-01",
                values.stream().mapToDouble(Double::doubleValue).toArray())));
  }

  /// The file as a user would have it, with the columns `unique_id,ds,y`.
  public static String csv() {
    try (InputStream in = AirPassengers.class.getResourceAsStream("airpassengers.csv")) {
      if (in == null) {
        throw new IllegalStateException("airpassengers.csv is missing from the jar");
      }
      return Utf8Text.decode(in.readAllBytes(), "airpassengers.csv");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
