package io.github.carouselml.tasks.forecast;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import java.util.LinkedHashMap;
import java.util.Map;

/// Triple exponential smoothing (Holt 1957, Winters 1960): a level, a trend and a season, each
/// pulled towards what comes. The three parameters minimise the squared errors of one-step
/// forecasts within the training part, found by a simplex search from eight fixed starts. After
/// [#fit] they are frozen, and only the states go on along each history.
///
/// @param season in steps; 1 is no season: Holt's two parameters
/// @param form how the season enters
public record HoltWinters(int season, Form form) implements Baseline {
  private static final double[] LEVELS = {0.2, 0.6};
  private static final double[] TRENDS = {0.02, 0.2};
  private static final double[] SEASONS = {0.2, 0.8};

  /// Two seasons start the states; less than this many errors cannot fit three parameters.
  private static final int ERRORS = 4;

  /// How the season enters.
  public enum Form {
    /// It is added.
    ADDITIVE,
    /// It multiplies: for positive values whose swings grow with them.
    MULTIPLICATIVE,
    /// Whichever had the smaller errors in training; added where a value is not positive.
    BEST
  }

  /// What is fitted: α, β and γ from 0 to 1, and the form.
  public record Parameters(double level, double trend, double season, boolean multiplicative) {}

  public HoltWinters {
    Needs.season(season);
  }

  /// The better form for a season of `season` steps.
  public static HoltWinters of(int season) {
    return new HoltWinters(season, Form.BEST);
  }

  @Override
  public String title() {
    return season == 1 ? "Holt" : "Holt-Winters";
  }

  @Override
  public int needs() {
    return 2 * season + ERRORS;
  }

  /// Fits on `history` anew and continues it.
  @Override
  public Forecast forecast(Series history, int horizon) {
    return forecast(history, horizon, parameters(history));
  }

  /// Fits each series of `training` once. The result continues histories of those series, whatever
  /// their length from two seasons on.
  @Override
  public ForecastMethod fit(SeriesSet training) {
    Map<String, Parameters> fitted = new LinkedHashMap<>();
    training.forEach(series -> fitted.put(series.id(), parameters(series)));
    return (history, horizon) -> {
      Parameters frozen = fitted.get(history.id());
      if (frozen == null) {
        throw new CarouselException.Request(
            "%s was not fitted on the series '%s', so it cannot continue it."
                .formatted(title(), history.id()));
      }
      return forecast(history, horizon, frozen);
    };
  }

  /// The parameters that fit `training` best.
  ///
  /// @throws CarouselException.Data when it is shorter than two seasons and four steps, or not
  ///   positive and the season multiplies
  public Parameters parameters(Series training) {
    Needs.steps(training, needs(), title());
    boolean positive = true;
    for (int t = 0; t < training.length(); t++) {
      positive &= training.value(t) > 0;
    }
    if (form == Form.MULTIPLICATIVE && !positive) {
      throw new CarouselException.Data(
          "The series '%s' has values that are not positive: a season cannot multiply them; add it."
              .formatted(training.id()));
    }
    return switch (form) {
      case ADDITIVE -> search(training, false).parameters();
      case MULTIPLICATIVE -> search(training, true).parameters();
      case BEST -> {
        Found added = search(training, false);
        if (!positive || season == 1) {
          yield added.parameters();
        }
        Found multiplied = search(training, true);
        yield (multiplied.squares() < added.squares() ? multiplied : added).parameters();
      }
    };
  }

  private record Found(Parameters parameters, double squares) {}

  private Found search(Series training, boolean multiplicative) {
    NelderMead.Point best = new NelderMead.Point(new double[] {0, 0, 0}, Double.POSITIVE_INFINITY);
    for (double level : LEVELS) {
      for (double trend : TRENDS) {
        for (double seasonal : season == 1 ? new double[] {0} : SEASONS) {
          double[] start =
              season == 1 ? new double[] {level, trend} : new double[] {level, trend, seasonal};
          NelderMead.Point found =
              NelderMead.minimise(
                  at -> new Smoothing(training, season, parameters(at, multiplicative)).squares(),
                  start);
          best = found.cost() < best.cost() ? found : best;
        }
      }
    }
    return new Found(parameters(best.at(), multiplicative), best.cost());
  }

  private static Parameters parameters(double[] at, boolean multiplicative) {
    return new Parameters(at[0], at[1], at.length > 2 ? at[2] : 0, multiplicative);
  }

  private Forecast forecast(Series history, int horizon, Parameters parameters) {
    Needs.steps(history, 2 * season, title());
    Smoothing states = new Smoothing(history, season, parameters);
    double[] values = new double[horizon];
    for (int h = 1; h <= horizon; h++) {
      values[h - 1] = states.forecast(history.length(), h);
    }
    return Forecast.after(history, values);
  }
}
