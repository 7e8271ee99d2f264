package io.github.carouselml.tasks.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.model.Codec;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.AirPassengers;
import io.github.carouselml.tasks.series.CsvOptions;
import io.github.carouselml.tasks.series.Frequency;
import io.github.carouselml.tasks.series.Scale;
import io.github.carouselml.tasks.series.Scaling;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WindowsTest {
  private static final Scaling NONE = Scaling.standard().withMeasure(Scaling.Measure.NONE);
  private final SeriesSet air = AirPassengers.series();

  private static Series counts(String id, int length) {
    double[] values = new double[length];
    for (int t = 0; t < length; t++) {
      values[t] = t;
    }
    return Series.of(id, Frequency.parse("step"), "0", values);
  }

  private static List<Integer> origins(Windows windows) {
    List<Integer> origins = new ArrayList<>();
    for (int i = 0; i < windows.size(); i++) {
      origins.add(windows.get(i).origin());
      assertThat(windows.length(i)).isEqualTo(windows.get(i).past().length);
    }
    return origins;
  }

  @Test
  void cutsEveryPlaceThatHasContextAndTarget() {
    SeriesSet set = SeriesSet.of(List.of(counts("a", 7), counts("b", 6)));
    WindowMaker maker = WindowMaker.fit(set, WindowOptions.of(3, 2).withScaling(NONE));
    Windows windows = maker.windows(set);

    assertThat(origins(windows)).containsExactly(3, 4, 5, 3, 4);
    Window second = windows.get(1);
    assertThat(second.id()).isEqualTo("a");
    assertThat(second.past()).isDeepEqualTo(new float[][] {{1}, {2}, {3}});
    assertThat(second.target()).containsExactly(4, 5);
    assertThat(second.future()).isDeepEqualTo(new float[2][0]);
  }

  @Test
  void shortContextsAndStrides() {
    SeriesSet set = SeriesSet.of(List.of(counts("a", 10)));
    WindowOptions options = WindowOptions.of(4, 1).withScaling(NONE).withShortest(2).withStride(3);
    Windows windows = WindowMaker.fit(set, options).windows(set);

    assertThat(origins(windows)).containsExactly(2, 5, 8);
    assertThat(windows.get(0).past()).hasDimensions(2, 1);
    assertThat(windows.get(1).past()).hasDimensions(4, 1);
  }

  @Test
  void trainingAndValidationShareNoTarget() {
    SeriesSet training = air.withoutLast(24);
    WindowMaker maker = WindowMaker.fit(training, WindowOptions.of(24, 6));

    List<Integer> trained = origins(maker.windows(training));
    List<Integer> validated = origins(maker.windowsOfLast(air, 24));
    assertThat(trained.getFirst()).isEqualTo(24);
    assertThat(trained.getLast() + 6).isEqualTo(120);
    assertThat(validated.getFirst()).isEqualTo(120);
    assertThat(validated.getLast() + 6).isEqualTo(144);
    assertThat(validated).hasSize(19);
  }

  @ParameterizedTest
  @EnumSource(Scaling.Span.class)
  void trainingWindowsKnowNothingOfTheValidationPart(Scaling.Span span) {
    double[] changed = air.series().getFirst().values();
    for (int t = 120; t < 144; t++) {
      changed[t] *= -1000;
    }
    SeriesSet other =
        SeriesSet.of(
            List.of(Series.of("airpassengers", Frequency.parse("monthly"), "1949-01", changed)));
    WindowOptions options =
        WindowOptions.of(24, 6).withScaling(Scaling.standard().withSpan(span)).withLastSeason(true);
    Windows one = WindowMaker.fit(air.withoutLast(24), options).windows(air.withoutLast(24));
    Windows two = WindowMaker.fit(other.withoutLast(24), options).windows(other.withoutLast(24));

    assertThat(one.size()).isEqualTo(two.size()).isPositive();
    for (int i = 0; i < one.size(); i++) {
      assertSame(one.get(i), two.get(i));
      assertThat(one.get(i).target()).containsExactly(two.get(i).target());
    }
  }

  /// Whatever comes after an origin changes nothing but the target.
  @ParameterizedTest
  @EnumSource(Scaling.Measure.class)
  void inputsKnowNothingFromTheOriginOn(Scaling.Measure measure) {
    Series whole = air.series().getFirst();
    WindowOptions options =
        WindowOptions.of(24, 18)
            .withScaling(new Scaling(Scale.Transform.LOG, measure, Scaling.Span.CONTEXT))
            .withLastSeason(true);
    WindowMaker maker = WindowMaker.fit(air, options);
    Windows windows = maker.windows(air);

    for (int i = 0; i < windows.size(); i++) {
      Window window = windows.get(i);
      double[] changed = whole.values();
      for (int t = window.origin(); t < changed.length; t++) {
        changed[t] = 1e6 + t;
      }
      SeriesSet other =
          SeriesSet.of(
              List.of(Series.of(whole.id(), Frequency.parse("monthly"), "1949-01", changed)));
      Window twin = maker.windows(other).get(i);
      assertSame(window, twin);
      assertThat(window.target()).isNotEqualTo(twin.target());
      assertSame(window, maker.ends(List.of(whole.first(window.origin()))).get(0));
    }
  }

  private static void assertSame(Window a, Window b) {
    assertThat(a.origin()).isEqualTo(b.origin());
    assertThat(a.scale()).isEqualTo(b.scale());
    assertThat(a.past()).isDeepEqualTo(b.past());
    assertThat(a.future()).isDeepEqualTo(b.future());
  }

  @Test
  void featuresStandInTheirPlaces() {
    WindowOptions options = WindowOptions.of(12, 14).withScaling(NONE).withLastSeason(true);
    WindowMaker maker = WindowMaker.fit(air, options);
    Window window = maker.windows(air).get(0);

    assertThat(maker.pastFeatures()).isEqualTo(4);
    assertThat(maker.futureFeatures()).isEqualTo(3);
    // January of 1949: 112, at the start of the year, with no year before.
    assertThat(window.past()[0]).containsExactly(112, 0, 1, 0);
    // January of 1950 is 115, 3 more than the year before.
    assertThat(maker.windows(air).get(1).past()[11]).containsExactly(115, 0, 1, 3);
    // January of 1950, and the value of January 1949.
    assertThat(window.future()[0]).containsExactly(0, 1, 112);
    // February of 1951 is two seasons after the last known February, 1949.
    assertThat(window.future()[13][2]).isEqualTo(118);
    assertThat(window.target()[0]).isEqualTo(115);
  }

  @Test
  void scalesAreThoseOfTheTrainingPart() {
    SeriesSet training = air.withoutLast(24);
    WindowMaker maker = WindowMaker.fit(training, WindowOptions.of(12, 6));
    Scale scale = Scaling.standard().fit(air.series().getFirst(), 0, 120);

    assertThat(maker.scales()).containsEntry("airpassengers", scale);
    Window last = maker.ends(air.series()).get(0);
    assertThat(last.scale()).isEqualTo(scale);
    assertThat(last.target()).isEmpty();
    assertThat(scale.invert(last.past()[11][0])).isCloseTo(432, within(1e-4));
  }

  @Test
  void aSeriesThatWasNotFittedIsScaledByItsOwnHistory() {
    WindowMaker maker = WindowMaker.fit(air, WindowOptions.of(12, 6));
    Series stranger =
        Series.of(
            "new",
            Frequency.parse("monthly"),
            "2000-01",
            new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});

    assertThat(maker.ends(List.of(stranger)).get(0).scale())
        .isEqualTo(Scaling.standard().fit(stranger, 0, 12));
  }

  @Test
  void covariatesAreFeaturesAndOnlyThoseAheadAreToldAhead(@TempDir Path folder) throws IOException {
    StringBuilder csv = new StringBuilder("ds,y,rain,price\n");
    for (int t = 0; t < 6; t++) {
      csv.append("%d,%d,%d,%d\n".formatted(t, t * t, 10 + t, 20 + 2 * t));
    }
    Path path = Files.writeString(folder.resolve("f.csv"), csv);
    SeriesSet set =
        Series.csv(
            path, CsvOptions.standard().withPast(List.of("rain")).withFuture(List.of("price")));
    WindowMaker maker = WindowMaker.fit(set, WindowOptions.of(3, 2).withScaling(NONE));
    Window window = maker.windows(set).get(0);

    Scale rain = maker.seriesColumnScales().get("series").get(0);
    Scale price = maker.seriesColumnScales().get("series").get(1);
    assertThat(window.past()[2])
        .containsExactly(4, (float) rain.apply(12), (float) price.apply(24));
    assertThat(window.future())
        .isDeepEqualTo(new float[][] {{(float) price.apply(26)}, {(float) price.apply(28)}});
    assertThatThrownBy(() -> maker.ends(set.series()).get(0))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessage(
            "The model reads the future column 'price' at the steps that it forecasts: of the series"
                + " 'series' from 6 to 7, but nothing is known there. Give the rest with --future"
                + " (SeriesSet.withFuture).");
  }

  @Test
  void whatCannotBeLearntIsRefused() {
    SeriesSet shorts = SeriesSet.of(List.of(counts("a", 40), counts("b", 35)));
    Series constant = Series.of("c", Frequency.parse("step"), "0", 5, 5, 5, 5);

    assertThatThrownBy(() -> WindowMaker.fit(shorts, WindowOptions.of(24, 12)))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessageStartingWith(
            "The series 'b' has 35 steps, but a context of 24 and a horizon of 12 need at least"
                + " 36.");
    assertThatThrownBy(
            () -> WindowMaker.fit(SeriesSet.of(List.of(constant)), WindowOptions.of(2, 1)))
        .hasMessage("The series 'c' is constant, always 5.0: there is nothing to learn.");
    WindowMaker monthly = WindowMaker.fit(air, WindowOptions.of(24, 6));
    assertThatThrownBy(() -> monthly.ends(shorts.series()))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessage("The series 'a' is step, but the model was trained on monthly series.");
    assertThatThrownBy(() -> monthly.ends(List.of(air.series().getFirst().first(23))))
        .hasMessageStartingWith("The series 'airpassengers' has 23 steps, but the model reads");
    assertThatThrownBy(() -> WindowOptions.of(24, 0))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessage("The horizon must be at least 1, but got 0.");
  }

  @Test
  void oneConstantSeriesAmongOthersIsHandled() {
    Series constant = Series.of("c", Frequency.parse("step"), "0", 5, 5, 5, 5, 5);
    SeriesSet set = SeriesSet.of(List.of(counts("a", 5), constant));
    Windows windows = WindowMaker.fit(set, WindowOptions.of(3, 1)).windows(set);

    assertThat(windows.get(windows.size() - 1).past()).isDeepEqualTo(new float[][] {{0}, {0}, {0}});
  }

  /// What a model must save to make the same windows again.
  @Test
  void aMakerIsSavedAndLoaded() {
    WindowOptions options =
        WindowOptions.of(24, 6).withScaling(Scaling.standard().withTransform(Scale.Transform.LOG));
    WindowMaker maker = WindowMaker.fit(air.withoutLast(24), options);
    Codec<WindowMaker> codec = Codec.of(WindowMaker.class);

    WindowMaker loaded = codec.read(codec.write(maker), "windows");
    assertThat(loaded).isEqualTo(maker);
    assertSame(loaded.windows(air).get(50), maker.windows(air).get(50));
  }
}
