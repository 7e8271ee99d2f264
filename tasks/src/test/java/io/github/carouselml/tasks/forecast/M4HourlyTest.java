package io.github.carouselml.tasks.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.carouselml.tasks.data.CsvTable;
import io.github.carouselml.tasks.data.Utf8Text;
import io.github.carouselml.tasks.series.Frequency;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The seasonal naive of the hourly series of the M4 competition against the figures that everyone
/// gets for it: sMAPE 13.912, MASE 1.193. Metrics that differ in a definition differ here. Skipped
/// where the folder is absent.
class M4HourlyTest {
  private static final Path FOLDER = Path.of("../../shared/data/m4-hourly");

  @Test
  void seasonalNaive() throws IOException {
    assumeThat(Files.isDirectory(FOLDER)).as("skipped: there is no folder " + FOLDER).isTrue();
    SeriesSet data = read();

    BacktestResult result = Backtest.last(48, 48).run(data, new SeasonalNaive(24));

    assertThat(data.size()).isEqualTo(414);
    assertThat(result.outcomes()).hasSize(414);
    assertThat(result.accuracy().smape().value()).isCloseTo(13.912, within(5e-4));
    assertThat(result.accuracy().mase().value()).isCloseTo(1.193, within(5e-4));
  }

  private static SeriesSet read() throws IOException {
    Map<String, List<Double>> values = new LinkedHashMap<>();
    for (String file : List.of("Hourly-train.csv", "Hourly-test.csv")) {
      CsvTable.of(file, Utf8Text.read(FOLDER.resolve(file)), ',')
          .forEach(row -> append(values, row.fields()));
    }
    List<Series> series = new ArrayList<>();
    values.forEach((id, all) ->
        series.add(
            Series.of(
                id,
                Frequency.of(1, Frequency.Unit.STEP),
                "1",
                all.stream().mapToDouble(Double::doubleValue).toArray())));
    return SeriesSet.of(series).withSeason(24);
  }

  /// A series a row, its name first; what is empty has not been observed.
  private static void append(Map<String, List<Double>> values, List<String> fields) {
    List<Double> row = values.computeIfAbsent(fields.getFirst(), _ -> new ArrayList<>());
    fields.stream().skip(1).filter(f -> !f.isEmpty()).map(Double::valueOf).forEach(row::add);
  }
}
