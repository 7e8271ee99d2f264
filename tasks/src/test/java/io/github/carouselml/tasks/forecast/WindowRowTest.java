package io.github.carouselml.tasks.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tasks.forecast.ForecastSpec.Season;
import io.github.carouselml.tasks.series.AirPassengers;
import io.github.carouselml.tasks.series.Scaling;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class WindowRowTest {
  private static final Scaling NONE = Scaling.standard().withMeasure(Scaling.Measure.NONE);
  private final SeriesSet air = AirPassengers.series();
  private final Series series = air.series().getFirst();

  private Network network(Season season) {
    ForecastSpec spec = ForecastSpec.of(new CellSpec.Lstm(4), 2).withSeason(season);
    return Network.of(spec, maker(season));
  }

  private WindowMaker maker(Season season) {
    WindowOptions options = WindowOptions.of(14, 2).withScaling(NONE);
    return WindowMaker.fit(air, options.withLastSeason(season != Season.NONE));
  }

  private float[] targets(Season season) {
    return new WindowRow(maker(season).windows(air).get(0), network(season)).targets();
  }

  @Test
  void stepsAheadFollowThePastInColumnsOfTheirOwn() {
    WindowMaker maker = maker(Season.LAST);
    WindowRow row = new WindowRow(maker.windows(air).get(0), network(Season.LAST));

    assertThat(row.steps()).isEqualTo(16);
    assertThat(network(Season.LAST).inputs()).isEqualTo(4 + 3 + 1);
    // February 1950: 126, its month, 8 more than the year before; then nothing of what is ahead.
    float sin = (float) StrictMath.sin(StrictMath.PI / 6);
    float cos = (float) StrictMath.cos(StrictMath.PI / 6);
    assertThat(step(row, 13))
        .usingComparatorWithPrecision(1e-6f)
        .containsExactly(126, sin, cos, 8, 0, 0, 0, 0);
    // March 1950: nothing of the past, its month, 132 a year before, and that it lies ahead.
    assertThat(step(row, 14))
        .usingComparatorWithPrecision(1e-6f)
        .containsExactly(0, 0, 0, 0, cos, sin, 132, 1);
  }

  private static float[] step(WindowRow row, int t) {
    return Arrays.copyOfRange(row.inputs(), 8 * t, 8 * t + 8);
  }

  @Test
  void theNetworkFindsWhatIsLeftOfTheSeason() {
    float[] whole = targets(Season.NONE);
    float[] change = targets(Season.LAST);
    float[] beyondGrowth = targets(Season.GROWN);
    // Of the last three months, December 1949 has no year before it.
    double growth =
        ((series.value(13) - series.value(1)) + (series.value(12) - series.value(0))) / 2;

    for (int h = 0; h < 2; h++) {
      assertThat(whole[h]).isEqualTo((float) series.value(14 + h));
      assertThat(change[h]).isEqualTo((float) (series.value(14 + h) - series.value(2 + h)));
      assertThat((double) beyondGrowth[h]).isCloseTo(change[h] - growth, within(1e-4));
    }
  }
}
