package io.github.carouselml.tasks.forecast;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Clipping;
import io.github.carouselml.spec.EarlyStopping;
import io.github.carouselml.spec.Optimizer;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tasks.series.Scale;
import io.github.carouselml.tasks.series.Scaling;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// A forecasting network and its training, as asked for; what is left open is chosen from the data.
///
/// @param cell of every layer
/// @param layers of the recurrent stack
/// @param dropout the rate between layers
/// @param ensemble how many networks of this kind, each with first values of its own, are trained
///     side by side; their forecasts are averaged
/// @param horizon the steps ahead that are forecast at once
/// @param context the most steps that are read before a forecast; empty: two seasons, but at least
///     twice the horizon, as far as the shortest series reaches
/// @param shortest the fewest; empty: the context, so that all windows are whole
/// @param stride from one training window to the next
/// @param scaling of the values
/// @param season what the network's output is added to
/// @param levels of the intervals, in percent
/// @param point which value of the distribution is the forecast
/// @param validation the share of each series, at its end, that training only looks at
/// @param training the run
/// @param calibration the share of each series, at its end, that a second network is trained
///   without, so that its errors there say how far intervals must reach; empty: the errors on the
///   validation part say it, where there is one. [Calibration] says how
public record ForecastSpec(
    CellSpec cell,
    int layers,
    double dropout,
    int ensemble,
    int horizon,
    Optional<Integer> context,
    Optional<Integer> shortest,
    int stride,
    Scaling scaling,
    Season season,
    List<Integer> levels,
    Point point,
    double validation,
    TrainSpec training,
    Optional<Double> calibration) {
  /// Where a forecast starts from; the network finds the rest.
  public enum Season {
    /// From nothing: the network finds the scaled value itself.
    NONE,
    /// From the value of the season before.
    LAST,
    /// From the value of the season before and the mean change since then over the last quarter of
    /// a season; with a logarithm, that is growth by a factor.
    GROWN
  }

  /// A forecast's value.
  public enum Point {
    /// The quantile 1/2: half of the values come above.
    MEDIAN,
    /// The mean of the scaled values, trained by squared errors.
    MEAN
  }

  public ForecastSpec {
    levels = List.copyOf(levels);
    atLeastOne("number of layers", layers);
    atLeastOne("number of networks in an ensemble", ensemble);
    atLeastOne("horizon", horizon);
    atLeastOne("stride", stride);
    context.ifPresent(steps -> atLeastOne("context", steps));
    shortest.ifPresent(steps -> atLeastOne("shortest context", steps));
    if (!(dropout >= 0 && dropout < 1)) {
      throw new CarouselException.Request(
          "A dropout rate lies from 0 to below 1, so it cannot be %s.".formatted(dropout));
    }
    if (dropout > 0 && layers == 1) {
      throw new CarouselException.Request(
          "dropout %s has no effect with 1 layer: it is applied between layers".formatted(dropout));
    }
    if (!(validation >= 0 && validation < 1)) {
      throw new CarouselException.Request(
          "The share for validation lies from 0 to below 1, so it cannot be %s."
              .formatted(validation));
    }
    if (validation == 0 && training.earlyStopping().isPresent()) {
      throw new CarouselException.Request(
          "Early stopping looks at the validation loss, but the share for validation is 0.");
    }
    calibration.ifPresent(share -> {
      if (!(share > 0 && share < 1)) {
        throw new CarouselException.Request(
            "The share for calibration lies between 0 and 1, so it cannot be %s.".formatted(share));
      }
    });
    int before = 0;
    for (int level : levels) {
      if (level <= before || level > 99) {
        throw new CarouselException.Request(
            "The levels of intervals rise from 1 to 99 percent, but they are %s."
                .formatted(levels));
      }
      before = level;
    }
  }

  /// A spec with these choices and no others: one layer, one network, context from the data, values
  /// scaled by mean and deviation of their context, no season, levels 80 and 90, the median, the
  /// last tenth of each series for validation; 200 epochs in batches of 32, Adam with learning rate
  /// 0.005, gradients clipped to norm 1, stopped early after 20 epochs without a better one.
  public static ForecastSpec of(CellSpec cell, int horizon) {
    return new ForecastSpec(
        cell,
        1,
        0,
        1,
        horizon,
        Optional.empty(),
        Optional.empty(),
        1,
        new Scaling(Scale.Transform.NONE, Scaling.Measure.STANDARD, Scaling.Span.CONTEXT),
        Season.NONE,
        List.of(80, 90),
        Point.MEDIAN,
        0.1,
        new TrainSpec(200, 32)
            .withOptimizer(new Optimizer.Adam(0.005))
            .withClipping(Clipping.byNorm(1))
            .withEarlyStopping(new EarlyStopping(20)),
        Optional.empty());
  }

  /// How many steps of a series of this length are held out: its share, but at least a horizon.
  public int validationSteps(int length) {
    return validation == 0 ? 0 : steps(validation, length);
  }

  /// How many steps the second network is trained without; 0 where there is none.
  public int calibrationSteps(int length) {
    return calibration.map(share -> steps(share, length)).orElse(0);
  }

  private int steps(double share, int length) {
    return Math.max(horizon, (int) StrictMath.rint(share * length));
  }

  /// The quantiles that the levels ask for and the median, ascending.
  public List<Double> quantiles() {
    List<Double> quantiles = new ArrayList<>();
    for (int level : levels.reversed()) {
      quantiles.add((100 - level) / 200.0);
    }
    quantiles.add(0.5);
    for (int level : levels) {
      quantiles.add((100 + level) / 200.0);
    }
    return quantiles;
  }

  public ForecastSpec withCell(CellSpec newCell) {
    return with(draft -> draft.cell = newCell);
  }

  /// A stack of `newLayers` layers, with dropout between them.
  public ForecastSpec withLayers(int newLayers, double newDropout) {
    return with(draft -> {
      draft.layers = newLayers;
      draft.dropout = newDropout;
    });
  }

  public ForecastSpec withEnsemble(int networks) {
    return with(draft -> draft.ensemble = networks);
  }

  public ForecastSpec withHorizon(int steps) {
    return with(draft -> draft.horizon = steps);
  }

  public ForecastSpec withContext(int steps) {
    return with(draft -> draft.context = Optional.of(steps));
  }

  public ForecastSpec withShortest(int steps) {
    return with(draft -> draft.shortest = Optional.of(steps));
  }

  public ForecastSpec withStride(int steps) {
    return with(draft -> draft.stride = steps);
  }

  public ForecastSpec withScaling(Scaling newScaling) {
    return with(draft -> draft.scaling = newScaling);
  }

  public ForecastSpec withSeason(Season newSeason) {
    return with(draft -> draft.season = newSeason);
  }

  public ForecastSpec withLevels(List<Integer> percents) {
    return with(draft -> draft.levels = percents);
  }

  public ForecastSpec withPoint(Point newPoint) {
    return with(draft -> draft.point = newPoint);
  }

  /// Another share for validation; with 0, nothing is left out and nothing stops early.
  public ForecastSpec withValidation(double share) {
    return with(draft -> {
      draft.validation = share;
      draft.training = share == 0 ? withoutStopping(training) : training;
    });
  }

  public ForecastSpec withTraining(TrainSpec run) {
    return with(draft -> draft.training = run);
  }

  /// Another share for a second network, or none.
  public ForecastSpec withCalibration(Optional<Double> share) {
    return with(draft -> draft.calibration = share);
  }

  private ForecastSpec with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.spec();
  }

  /// The components, open to change.
  private static final class Draft {
    private CellSpec cell;
    private int layers;
    private double dropout;
    private int ensemble;
    private int horizon;
    private Optional<Integer> context;
    private Optional<Integer> shortest;
    private int stride;
    private Scaling scaling;
    private Season season;
    private List<Integer> levels;
    private Point point;
    private double validation;
    private TrainSpec training;
    private Optional<Double> calibration;

    Draft(ForecastSpec spec) {
      cell = spec.cell;
      layers = spec.layers;
      dropout = spec.dropout;
      ensemble = spec.ensemble;
      horizon = spec.horizon;
      context = spec.context;
      shortest = spec.shortest;
      stride = spec.stride;
      scaling = spec.scaling;
      season = spec.season;
      levels = spec.levels;
      point = spec.point;
      validation = spec.validation;
      training = spec.training;
      calibration = spec.calibration;
    }

    ForecastSpec spec() {
      return new ForecastSpec(
          cell,
          layers,
          dropout,
          ensemble,
          horizon,
          context,
          shortest,
          stride,
          scaling,
          season,
          levels,
          point,
          validation,
          training,
          calibration);
    }
  }

  private static TrainSpec withoutStopping(TrainSpec run) {
    return new TrainSpec(
        run.epochs(),
        run.batches(),
        run.seed(),
        run.optimizer(),
        run.schedule(),
        run.clipping(),
        Optional.empty(),
        run.checkpointSteps());
  }

  private static void atLeastOne(String what, int value) {
    if (value < 1) {
      throw new CarouselException.Request(
          "The %s must be at least 1, but got %d.".formatted(what, value));
    }
  }
}
