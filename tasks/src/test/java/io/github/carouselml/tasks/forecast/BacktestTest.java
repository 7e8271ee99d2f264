package io.github.carouselml.tasks.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.Frequency;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BacktestTest {
  private static final Frequency DAILY = Frequency.parse("daily");
  private final Series ten = Series.of("ten", DAILY, "2020-01-01", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  private final Series late = Series.of("late", DAILY, "2020-01-06", 0, 2, 4, 6, 8);
  private final SeriesSet both = SeriesSet.of(List.of(ten, late)).withSeason(1);

  private static List<Integer> lengths(BacktestResult result, SeriesSet data, String id) {
    List<Integer> origins = new ArrayList<>();
    for (Outcome outcome : result.of(id)) {
      String label = outcome.forecast().time().label(0);
      origins.add(data.get(id).time().indexOf(label).orElseThrow());
    }
    return origins;
  }

  @Test
  void originsRollFromAStampWhileAllStepsHaveCome() {
    BacktestResult result = Backtest.from("2020-01-07", 2).run(both, new Naive());

    assertThat(lengths(result, both, "ten")).containsExactly(6, 7, 8);
    assertThat(lengths(result, both, "late")).containsExactly(1, 2, 3);
    assertThat(result.seriesLeftOut()).isZero();
  }

  @Test
  void originsRollBackFromTheEndByTheStep() {
    BacktestResult result = Backtest.last(4, 2).withStep(2).run(both, new Naive());

    assertThat(lengths(result, both, "ten")).containsExactly(6, 8);
    assertThat(lengths(result, both, "late")).containsExactly(1, 3);
  }

  @Test
  void aSeriesWithoutAnOriginIsLeftOutAndCounted() {
    BacktestResult result = Backtest.from("2020-01-05", 3).run(both, new Naive());

    assertThat(result.of("late")).isEmpty();
    assertThat(result.seriesLeftOut()).isEqualTo(1);
    assertThat(Backtest.from("2020-01-05", 3).training(both).get("ten").length()).isEqualTo(4);
  }

  @Test
  void errorsByStepAndOverall() {
    BacktestResult result = Backtest.from("2020-01-07", 2).run(both, new Naive());

    // The naive is wrong by 1 and 2 on one series, by 2 and 4 on the other.
    assertThat(result.atStep(1).mae()).isEqualTo(new Score(1.5, 6, 0));
    assertThat(result.atStep(2).mae()).isEqualTo(new Score(3, 6, 0));
    assertThat(result.accuracy().mae()).isEqualTo(new Score(2.25, 12, 0));
    assertThat(result.bySteps()).containsExactly(result.atStep(1), result.atStep(2));
    // Scale 1 for one series; the other has one value before its first origin, so none.
    assertThat(result.accuracy().mase()).isEqualTo(new Score(1.5, 1, 1));
    assertThat(result.intervals()).isEmpty();
    assertThatThrownBy(() -> result.atStep(3)).isInstanceOf(CarouselException.Request.class);
  }

  @Test
  void theMethodSeesNoStepFromTheOriginOn() {
    List<Integer> seen = new ArrayList<>();
    Backtest.from("2020-01-04", 3)
        .run(
            both.atLeast(10),
            (history, horizon) -> {
              seen.add(history.length());
              assertThat(history.value(history.length() - 1)).isEqualTo(history.length() - 1.0);
              assertThatThrownBy(() -> history.value(history.length()))
                  .isInstanceOf(IndexOutOfBoundsException.class);
              return new Naive().forecast(history, horizon);
            });

    assertThat(seen).containsExactly(3, 4, 5, 6, 7);
  }

  @Test
  void intervalsAreJudgedByLevel() {
    ForecastMethod wide =
        (history, horizon) -> {
          Forecast naive = new Naive().forecast(history, horizon);
          double last = naive.value(0);
          return naive.withIntervals(
              List.of(
                  new Interval(90, new double[] {last}, new double[] {last + 2}),
                  new Interval(50, new double[] {last}, new double[] {last + 1.5})));
        };
    List<IntervalAccuracy> intervals = Backtest.from("2020-01-07", 1).run(both, wide).intervals();

    assertThat(intervals).extracting(IntervalAccuracy::level).containsExactly(50, 90);
    assertThat(intervals.get(0).coverage().value()).isCloseTo(50, within(1e-12));
    assertThat(intervals.get(1).coverage()).isEqualTo(new Score(100, 8, 0));
  }

  @Test
  void nothingToJudgeIsRefused() {
    assertThatThrownBy(() -> Backtest.from("2021-01-01", 2).run(both, new Naive()))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessageContaining("none of the 2 series has a step before 2021-01-01 and 2 steps");
    assertThatThrownBy(() -> Backtest.last(10, 2).training(both))
        .hasMessageContaining("its last 10 steps");
    assertThatThrownBy(() -> Backtest.last(2, 3)).hasMessageContaining("no room");
    assertThatThrownBy(() -> Backtest.from("2020-01-07", 0))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("horizon 0");
  }

  @Test
  void aForecastOfSomethingElseIsRefused() {
    ForecastMethod oneTooFew = (history, horizon) -> new Naive().forecast(history, horizon - 1);

    assertThatThrownBy(() -> Backtest.last(4, 2).run(both, oneTooFew))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("for 2 steps from 2020-01-07 was asked for");
  }
}
