package io.github.carouselml.app.report;

import io.github.carouselml.tasks.forecast.Forecast;
import io.github.carouselml.tasks.forecast.Interval;
import io.github.carouselml.tasks.forecast.Outcome;
import io.github.carouselml.tasks.series.Series;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/// A series, what the network forecast of it at the time, and what it forecasts beyond the end.
///
/// @param judged the forecasts of the backtest, origins ascending
/// @param ahead beyond the end
/// @param season steps after which the pattern repeats
record SeriesPlot(Series series, List<Outcome> judged, Optional<Forecast> ahead, int season) {
  /// Two levels are shown; more would not be told apart.
  private static final int LEVELS = 2;

  /// The forecasts that are drawn: of those in the backtest every one that begins where the last
  /// ended, and the one beyond the end.
  private List<Forecast> drawn() {
    List<Forecast> drawn = new ArrayList<>();
    int free = 0;
    for (Outcome outcome : judged) {
      int origin = origin(outcome.forecast());
      if (origin >= free) {
        drawn.add(outcome.forecast());
        free = origin + outcome.length();
      }
    }
    ahead.ifPresent(drawn::add);
    return drawn;
  }

  /// The place of a forecast's first step in the series.
  private int origin(Forecast forecast) {
    return Math.toIntExact(forecast.time().start() - series.time().start());
  }

  void draw(Markup out, Canvas canvas) {
    List<Forecast> drawn = drawn();
    int begin = drawn.isEmpty() ? series.length() : origin(drawn.getFirst());
    int end = ahead.map(f -> series.length() + f.length()).orElse(series.length());
    int before = Math.max(canvas == Canvas.WIDE ? 2 * season : season, (end - begin) / 2);
    int from = Math.max(0, begin - Math.max(before, 8));
    DoubleStream shown =
        DoubleStream.concat(
            DoubleStream.iterate(from, i -> i < series.length(), i -> i + 1)
                .map(i -> series.value((int) i)),
            drawn.stream().flatMapToDouble(SeriesPlot::extent));
    var range = shown.filter(Double::isFinite).summaryStatistics();
    Ticks y = Ticks.around(range.getMin(), range.getMax(), canvas == Canvas.WIDE ? 5 : 4);
    Plot plot =
        new Plot(
            out,
            canvas,
            "The series '%s' with its forecasts".formatted(series.id()),
            description(drawn, from, end),
            from,
            Math.max(end - 1, from + 1),
            y,
            14);
    ahead.ifPresent(_ -> plot.shade("ahead", series.length() - 1, end - 1));
    plot.yAxis("");
    for (TimeTicks.Tick tick : TimeTicks.of(series.time(), from, end, canvas.ticks())) {
      plot.xTick(tick.index(), tick.label());
    }
    for (Forecast forecast : drawn) {
      fan(plot, forecast);
    }
    plot.path("actual", from, series.length(), series::value);
    for (Forecast forecast : drawn) {
      int origin = origin(forecast);
      plot.rule("origin", origin - 1);
      plot.path("network", origin - 1, origin + forecast.length(), i -> value(forecast, i));
    }
    plot.end();
  }

  private void fan(Plot plot, Forecast forecast) {
    int origin = origin(forecast);
    List<Interval> widestFirst =
        forecast.intervals().stream()
            .sorted(Comparator.comparingInt(Interval::level).reversed())
            .limit(LEVELS)
            .toList();
    for (int k = 0; k < widestFirst.size(); k++) {
      Interval interval = widestFirst.get(k);
      plot.band(
          k == 0 ? "outer" : "inner",
          origin - 1,
          origin + forecast.length(),
          i -> i < origin ? series.value(i) : interval.low(i - origin),
          i -> i < origin ? series.value(i) : interval.high(i - origin));
    }
  }

  /// A forecast grows out of the last value that was known.
  private double value(Forecast forecast, int index) {
    int origin = origin(forecast);
    return index < origin ? series.value(index) : forecast.value(index - origin);
  }

  private static DoubleStream extent(Forecast forecast) {
    DoubleStream bounds =
        forecast.intervals().stream()
            .flatMapToDouble(interval ->
                DoubleStream.iterate(0, i -> i < interval.length(), i -> i + 1)
                    .flatMap(i -> DoubleStream.of(interval.low((int) i), interval.high((int) i))));
    return DoubleStream.concat(DoubleStream.of(forecast.values()), bounds);
  }

  private String description(List<Forecast> drawn, int from, int end) {
    String shown =
        "Values from %s to %s"
            .formatted(series.time().label(from), series.time().label(series.length() - 1));
    long tested = drawn.size() - ahead.stream().count();
    String test =
        tested == 0
            ? ""
            : ", %d forecasts of the backtest, each made at a dashed line".formatted(tested);
    String beyond =
        ahead
            .map(f ->
                ", and the forecast for %s to %s, which ends at %s"
                    .formatted(
                        f.time().label(0),
                        series.time().label(end - 1),
                        Figures.of(f.value(f.length() - 1))))
            .orElse("");
    return shown + test + beyond + ".";
  }
}
