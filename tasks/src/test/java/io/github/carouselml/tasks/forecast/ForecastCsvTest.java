package io.github.carouselml.tasks.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.Frequency;
import io.github.carouselml.tasks.series.Series;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForecastCsvTest {
  private static Series series(String id, String frequency, String first) {
    return Series.of(id, Frequency.parse(frequency), first, 1, 2, 3);
  }

  @Test
  void writesWhatTheFieldReads() {
    Forecast forecast =
        Forecast.after(series("Köln, 1", "monthly", "2019-10"), 4.5, 5)
            .withIntervals(
                List.of(
                    new Interval(80, new double[] {4, 4}, new double[] {5, 6}),
                    new Interval(90, new double[] {3.5, 3}, new double[] {5.25, 7})));

    assertThat(ForecastCsv.text(List.of(forecast)))
        .isEqualTo(
            """
            unique_id,ds,y_hat,y_hat-lo-80,y_hat-hi-80,y_hat-lo-90,y_hat-hi-90
            "Köln, 1",2020-01,4.5,4.0,5.0,3.5,5.25
            "Köln, 1",2020-02,5.0,4.0,6.0,3.0,7.0
            """);
  }

  @Test
  void stampsGoOnInTheHandOfTheFile() {
    List<Forecast> forecasts =
        List.of(
            Forecast.after(series("a", "hourly", "2019-12-31 21:00"), 1, 2),
            Forecast.after(series("b", "quarterly", "2019Q2"), 1, 2),
            Forecast.after(series("c", "yearly", "1997"), 1),
            Forecast.after(series("d", "step", "-3"), 1, 2));

    assertThat(ForecastCsv.text(forecasts).lines())
        .containsExactly(
            "unique_id,ds,y_hat",
            "a,2020-01-01 00:00,1.0",
            "a,2020-01-01 01:00,2.0",
            "b,2020Q1,1.0",
            "b,2020Q2,2.0",
            "c,2000,1.0",
            "d,0,1.0",
            "d,1,2.0");
  }

  @Test
  void replacesAFileWhole(@TempDir Path folder) throws IOException {
    Path path = Files.writeString(folder.resolve("préd.csv"), "old");
    List<Forecast> forecasts = List.of(Forecast.after(series("a", "step", "1"), 0.1));
    ForecastCsv.write(path, forecasts);

    assertThat(path).hasContent("unique_id,ds,y_hat\na,4,0.1\n");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(path);
    }
  }

  @Test
  void oneTableHasOneSetOfLevels() {
    Forecast plain = Forecast.after(series("a", "step", "1"), 1);
    Forecast wide =
        plain.withIntervals(List.of(new Interval(90, new double[] {0}, new double[] {2})));

    assertThatThrownBy(() -> ForecastCsv.text(List.of(plain, wide)))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("has the levels [90]");
  }
}
