package io.github.carouselml.tasks.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.CsvOptions;
import io.github.carouselml.tasks.series.Frequency;
import io.github.carouselml.tasks.series.Scale;
import io.github.carouselml.tasks.series.Scaling;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CovariatesTest {
  private static final int STEPS = 90;
  private static final int HORIZON = 4;
  private static final Forecaster FORECASTER =
      Forecaster.gru()
          .hiddenSize(8)
          .horizon(HORIZON)
          .context(6)
          .scaling(Scaling.standard())
          .epochs(60)
          .learningRate(0.02);

  /// Sales that a random offer lifts. Shops differ in nothing but their noise.
  private static SeriesSet shops(boolean offers, boolean sides) {
    SplittableRandom random = new SplittableRandom(7);
    List<Series> shops = new ArrayList<>();
    for (int s = 0; s < 6; s++) {
      double[] offer = new double[STEPS + HORIZON];
      double[] sales = new double[STEPS];
      for (int t = 0; t < offer.length; t++) {
        offer[t] = random.nextInt(6) == 0 ? 1 : 0;
        double noise = random.nextDouble();
        if (t < STEPS) {
          sales[t] = 100 + 20 * offer[t] + noise;
        }
      }
      Series shop = Series.of("shop " + s, Frequency.parse("daily"), "2024-01-01", sales);
      shop = offers ? shop.withFuture("offer", offer) : shop;
      shops.add(sides ? shop.withStatic("side", s % 2 == 0 ? "north" : "south") : shop);
    }
    return SeriesSet.of(shops).withSeason(1);
  }

  /// A tide of period 16: up at step 0, down at step 8, and nothing in between; the other way round
  /// in the south. Two steps of context do not say where one is, the calendar says when.
  private static SeriesSet tides(boolean sides) {
    SplittableRandom random = new SplittableRandom(9);
    List<Series> tides = new ArrayList<>();
    for (int s = 0; s < 6; s++) {
      double[] height = new double[160];
      for (int t = 0; t < height.length; t++) {
        double high = t % 16 == 0 ? 10 : t % 16 == 8 ? -10 : 0;
        height[t] = (s % 2 == 0 ? high : -high) + random.nextDouble();
      }
      Series tide = Series.of("tide " + s, Frequency.parse("step"), "0", height);
      tides.add(sides ? tide.withStatic("side", s % 2 == 0 ? "north" : "south") : tide);
    }
    return SeriesSet.of(tides).withSeason(16);
  }

  private static double error(Forecaster forecaster, SeriesSet data) {
    Backtest backtest = Backtest.last(32, HORIZON);
    ForecastModel model = forecaster.fit(backtest.training(data));
    return backtest.run(data, model).accuracy().mae().value();
  }

  /// The noise alone is 0.25 on average.
  @Test
  void whatIsKnownAheadIsUsed() {
    double without = error(FORECASTER, shops(false, false));
    double offers = error(FORECASTER, shops(true, false));

    assertThat(without).as("seed 1, data 7").isGreaterThan(2.5);
    assertThat(offers).as("seed 1, data 7; without %s", without).isLessThan(without / 4);
  }

  @Test
  void whatHoldsForASeriesIsUsed() {
    double without = error(FORECASTER.context(2), tides(false));
    double sides = error(FORECASTER.context(2), tides(true));

    assertThat(sides).as("seed 1, data 9; without %s", without).isLessThan(without / 2);
  }

  /// Yesterday's rain is today's y.
  @Test
  void aPastColumnIsUsed() {
    SplittableRandom random = new SplittableRandom(11);
    double[] rain = new double[120];
    double[] y = new double[120];
    for (int t = 0; t < y.length; t++) {
      rain[t] = random.nextDouble();
      y[t] = t == 0 ? 0 : rain[t - 1];
    }
    Series plain = Series.of("y", Frequency.parse("daily"), "2024-01-01", y);
    Backtest backtest = Backtest.last(20, 1);
    List<Double> errors = new ArrayList<>();
    for (Series series : List.of(plain, plain.withPast("rain", rain))) {
      SeriesSet data = SeriesSet.of(List.of(series)).withSeason(1);
      ForecastModel model = FORECASTER.horizon(1).fit(backtest.training(data));
      errors.add(backtest.run(data, model).accuracy().mae().value());
    }
    assertThat(errors.get(1))
        .as("seed 1, data 11; without %s", errors.get(0))
        .isLessThan(errors.get(0) / 4);
  }

  @Test
  void aModelRemembersItsSeriesAndAsksAboutOthers(@TempDir Path folder) throws IOException {
    SeriesSet data = shops(true, true);
    FORECASTER.epochs(1).fit(data).save(folder);
    ForecastModel model = Forecaster.load(folder);
    String told = ForecastCsv.text(model.predict(data));
    assertThat(ForecastCsv.text(model.predict(shops(true, false)))).isEqualTo(told);

    Series known = shops(true, false).get("shop 0");
    Series stranger = renamed(known, "new shop");
    assertThatThrownBy(() -> model.forecast(stranger, HORIZON))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessage(
            "The series 'new shop' was not in the training, and the model reads the static columns"
                + " 'side' of it. Give them with --static (SeriesSet.withStatic).");
    assertThat(model.forecast(stranger.withStatic("side", "north"), HORIZON).length())
        .isEqualTo(HORIZON);
    assertThatThrownBy(() -> model.forecast(stranger.withStatic("side", "west"), HORIZON))
        .hasMessage(
            "series 'new shop', attribute 'side': 'west' is new to the model, which was trained"
                + " with 'north' and 'south'.");
    assertThatThrownBy(() -> model.forecast(stranger.withStatic("town", "Oslo"), HORIZON))
        .hasMessage(
            "The model was trained with the static column 'side', but the series 'new shop' comes"
                + " with 'town'.");
    ForecastModel plain = FORECASTER.epochs(1).fit(shops(true, false));
    assertThatThrownBy(() -> plain.predict(data))
        .hasMessage(
            "The series 'shop 0' comes with the static columns 'side', but the model was trained"
                + " without any.");
  }

  private static Series renamed(Series series, String id) {
    double[] offer = new double[series.length() + HORIZON];
    for (int t = 0; t < offer.length; t++) {
      offer[t] = series.covariate(0, t);
    }
    return Series.of(id, series.time().frequency(), "2024-01-01", series.values())
        .withFuture("offer", offer);
  }

  @Test
  void whatIsNotKnownAheadIsAskedFor() {
    SeriesSet data = shops(true, false);
    ForecastModel model = FORECASTER.epochs(1).fit(data);
    Series whole = data.get("shop 0");
    double[] offer = new double[whole.length()];
    for (int t = 0; t < offer.length; t++) {
      offer[t] = whole.covariate(0, t);
    }
    Series unknown =
        Series.of("shop 0", whole.time().frequency(), "2024-01-01", whole.values())
            .withFuture("offer", offer);

    assertThatThrownBy(() -> model.forecast(unknown, HORIZON))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessage(
            "The model reads the future column 'offer' at the steps that it forecasts: of the"
                + " series 'shop 0' from 2024-03-31 to 2024-04-03, but nothing is known there. Give"
                + " the rest with --future (SeriesSet.withFuture).");
    assertThatThrownBy(() -> model.forecast(unknown.first(STEPS - 1), HORIZON))
        .hasMessageContaining("but nothing is known from 2024-03-31 on.");
    assertThatThrownBy(() -> model.predict(shops(false, false)))
        .hasMessage(
            "The series 'shop 0' comes with no covariates, but the model was trained with the"
                + " future column 'offer'.");
  }

  @Test
  void eachSeriesHasScalesOfItsOwn() {
    Series small = Series.of("small", Frequency.parse("daily"), "2024-01-01", 1, 2, 3, 4);
    Series large = Series.of("large", Frequency.parse("daily"), "2024-01-01", 1, 2, 3, 4);
    Series still = Series.of("still", Frequency.parse("daily"), "2024-01-01", 1, 2, 3, 4);
    SeriesSet set =
        SeriesSet.of(
            List.of(
                small.withPast("x", 1, 3, 1, 3),
                large.withPast("x", 100, 300, 100, 300),
                still.withPast("x", 9, 9, 9, 9)));
    WindowMaker maker = WindowMaker.fit(set, WindowOptions.of(2, 1));

    assertThat(maker.seriesColumnScales().get("small"))
        .containsExactly(new Scale(Scale.Transform.NONE, 2, 1));
    assertThat(maker.seriesColumnScales().get("large"))
        .containsExactly(new Scale(Scale.Transform.NONE, 200, 100));
    // What never changed there borrows the deviation of all.
    assertThat(maker.seriesColumnScales().get("still").getFirst().shift()).isEqualTo(9);
    assertThat(maker.seriesColumnScales().get("still").getFirst().unit())
        .isEqualTo(maker.columnScales().getFirst().unit())
        .isGreaterThan(50);
    // A series that was not fitted is scaled by its own history.
    Series other =
        Series.of("other", Frequency.parse("daily"), "2024-01-01", 1, 2).withPast("x", 4, 8);
    int x = maker.calendar().features() + 1;
    assertThat(maker.ends(List.of(other)).get(0).past()[1][x]).isEqualTo(1);
  }

  @Test
  void whatNeverChangesIsRefused() {
    Series a = Series.of("a", Frequency.parse("daily"), "2024-01-01", 1, 2, 3, 4);
    Series b = Series.of("b", Frequency.parse("daily"), "2024-01-01", 1, 2, 3, 4);

    assertRefused(
        a.withPast("x", 5, 5, 5, 5),
        b.withPast("x", 5, 5, 5, 5),
        "The covariate 'x' is constant in what is learned from, always 5.0: there is nothing to"
            + " learn from it. Leave it out.");
    assertRefused(
        a.withPast("x", 5, 5, 5, 5),
        b.withPast("x", 6, 6, 6, 6),
        "The covariate 'x' is constant in what is learned from, always 5.0 in the series 'a': there"
            + " is nothing to learn from it. What differs only between series is a static column"
            + " (--static, SeriesSet.withStatic).");
    assertRefused(
        a.withStatic("town", "Oslo"),
        b.withStatic("town", "Oslo"),
        "The static column 'town' is 'Oslo' for every series: there is nothing to learn from it."
            + " Leave it out.");
    assertRefused(
        a.withStatic("size", "12"),
        b.withStatic("size", "large"),
        "series 'b', attribute 'size': 'large' is not a number, but '12' (series 'a', attribute"
            + " 'size') is. A static column has numbers only, or words only.");
  }

  private static void assertRefused(Series a, Series b, String said) {
    assertThatThrownBy(() -> WindowMaker.fit(SeriesSet.of(List.of(a, b)), WindowOptions.of(2, 1)))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessage(said);
  }

  @Test
  void staticNumbersAreScaledAndWordsAreTold() {
    List<Series> series = new ArrayList<>();
    for (String[] s : new String[][] {{"a", "10", "Oslo"}, {"b", "30", "Bonn"}}) {
      series.add(
          Series.of(s[0], Frequency.parse("step"), "0", 1, 2, 3, 4)
              .withStatic("size", s[1])
              .withStatic("town", s[2]));
    }
    WindowMaker maker = WindowMaker.fit(SeriesSet.of(series), WindowOptions.of(2, 1));

    assertThat(maker.fixedFeatures()).isEqualTo(3);
    assertThat(maker.ends(series).get(0).fixed()).containsExactly(-1, 1, 0);
    assertThat(maker.ends(series).get(1).fixed()).containsExactly(1, 0, 1);
    Series third =
        Series.of("c", Frequency.parse("step"), "0", 1, 2)
            .withStatic("size", "big")
            .withStatic("town", "Oslo");
    assertThatThrownBy(() -> maker.ends(List.of(third)))
        .hasMessage(
            "series 'c', attribute 'size': 'big' is not a number, but the model was trained with"
                + " numbers there.");
  }

  /// A model and its forecast from before covariates were scaled by series, before static columns
  /// and before intervals were moved.
  @Test
  void theKeptModelGivesTheKeptForecast() throws IOException, URISyntaxException {
    Path kept = Path.of(CovariatesTest.class.getResource("format-1").toURI());
    ForecastModel model = Forecaster.load(kept);
    SeriesSet data =
        Series.csv(kept.resolve("data.csv"), CsvOptions.standard().withPast(List.of("rain")));

    assertThat(model.windows().seriesColumnScales()).isEmpty();
    assertThat(model.windows().columnScales().getFirst().shift()).isCloseTo(3.02, within(0.01));
    assertThat(model.calibration()).isEmpty();
    assertThat(ForecastCsv.text(model.predict(data)))
        .isEqualTo(Files.readString(kept.resolve("forecast.csv")));
  }
}
