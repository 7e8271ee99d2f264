package io.github.carouselml.tasks.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.Scale.Transform;
import io.github.carouselml.tasks.series.Scaling.Measure;
import io.github.carouselml.tasks.series.Scaling.Span;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScalingTest {
  private static Series series(double... values) {
    return Series.of("s", Frequency.parse("step"), "0", values);
  }

  static List<Scaling> all() {
    List<Scaling> all = new ArrayList<>();
    for (Transform transform : Transform.values()) {
      for (Measure measure : Measure.values()) {
        all.add(new Scaling(transform, measure, Span.SERIES));
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("all")
  void invertGivesTheValueBack(Scaling scaling) {
    Series series = series(1, 400, 2, 0.5, 1e6);
    Scale scale = scaling.fit(series, 0, 5);

    for (double y : series.values()) {
      assertThat(scale.invert(scale.apply(y))).isCloseTo(y, within(1e-9 * y));
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void constantSeriesStayFinite(Scaling scaling) {
    for (double constant : new double[] {0.1, 7, 1e-300, 1e300}) {
      Scale scale = scaling.fit(series(constant, constant, constant), 0, 3);

      assertThat(scale.unit()).isPositive().isFinite();
      assertThat(scale.apply(constant)).isFinite();
      if (scaling.measure() == Measure.STANDARD || scaling.measure() == Measure.LAST) {
        assertThat(scale.apply(constant)).isCloseTo(0, within(1e-12 * constant));
      }
    }
  }

  @Test
  void zerosAreLeftAsTheyAre() {
    assertThat(Scaling.meanAbsolute().fit(series(0, 0), 0, 2)).isEqualTo(Scale.IDENTITY);
    assertThat(Scaling.standard().fit(series(0, 0), 0, 2)).isEqualTo(Scale.IDENTITY);
  }

  @Test
  void measuresWhatItIsCalledBy() {
    Series series = series(100, 2, 4, 6, 100);

    assertThat(Scaling.standard().fit(series, 1, 4))
        .isEqualTo(new Scale(Transform.NONE, 4, Math.sqrt(8 / 3.0)));
    assertThat(Scaling.meanAbsolute().fit(series(-2, 4), 0, 2))
        .isEqualTo(new Scale(Transform.NONE, 0, 3));
    assertThat(Scaling.standard().withMeasure(Measure.LAST).fit(series, 1, 4).shift()).isEqualTo(6);
    assertThat(Scaling.standard().withMeasure(Measure.NONE).fit(series, 1, 4))
        .isEqualTo(Scale.IDENTITY);
  }

  @Test
  void onlyTheStepsThatWereNamedCount() {
    Scaling scaling = Scaling.standard();

    assertThat(scaling.fit(series(1, 2, 3, 1e9), 0, 3))
        .isEqualTo(scaling.fit(series(1, 2, 3), 0, 3));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1})
  void aLogarithmThatDoesNotExistIsRefused(double value) {
    Scaling log = Scaling.standard().withTransform(Transform.LOG);

    assertThatThrownBy(() -> log.fit(series(1, value), 0, 2))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessageStartingWith("The series 's' at 1: The value " + value + " has no logarithm");
    assertThat(Scaling.standard().withTransform(Transform.LOG1P).fit(series(0, 5), 0, 2).shift())
        .isEqualTo(StrictMath.log1p(5) / 2);
  }

  @Test
  void aScaleWithoutAUnitIsRefused() {
    for (double unit : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> new Scale(Transform.NONE, 0, unit))
          .isInstanceOf(CarouselException.Request.class);
    }
  }
}
