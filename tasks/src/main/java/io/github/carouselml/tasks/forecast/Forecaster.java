package io.github.carouselml.tasks.forecast;

import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tasks.series.Scaling;
import io.github.carouselml.tasks.series.SeriesSet;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.train.Listener;
import io.github.carouselml.train.RunFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// A recurrent network that learns from series how they go on: one model for all of them.
/// ```java
/// SeriesSet data = Series.csv(path);
/// ForecastModel model = Forecaster.lstm().hiddenSize(64).horizon(12).fit(data);
/// List<Forecast> forecasts = model.predict(data);
/// model.save(folder);
/// ForecastModel same = Forecaster.load(folder);
/// ```
/// Immutable: each method gives a forecaster with another choice. What is not chosen is as
/// [ForecastSpec#of] says, and the same choices on the same data give the same model, bit by bit.
public final class Forecaster {
  private static final int HIDDEN_SIZE = 32;
  private static final int HORIZON = 12;

  private final ForecastSpec spec;
  private final Optional<Backend> backend;
  private final Optional<RunFiles> files;
  private final List<Listener> listeners;
  private final OptionalLong memory;

  private Forecaster(
      ForecastSpec spec,
      Optional<Backend> backend,
      Optional<RunFiles> files,
      List<Listener> listeners,
      OptionalLong memory) {
    this.spec = spec;
    this.backend = backend;
    this.files = files;
    this.listeners = List.copyOf(listeners);
    this.memory = memory;
  }

  /// With a long short-term memory of 32 units, 12 steps ahead.
  public static Forecaster lstm() {
    return of(ForecastSpec.of(new CellSpec.Lstm(HIDDEN_SIZE), HORIZON));
  }

  /// With a gated recurrent unit of size 32, 12 steps ahead.
  public static Forecaster gru() {
    return of(ForecastSpec.of(new CellSpec.Gru(HIDDEN_SIZE), HORIZON));
  }

  /// With a simple recurrent network of 32 units, 12 steps ahead.
  public static Forecaster rnn() {
    return of(ForecastSpec.of(new CellSpec.Rnn(HIDDEN_SIZE), HORIZON));
  }

  /// As `spec` says.
  public static Forecaster of(ForecastSpec spec) {
    return new Forecaster(
        spec, Optional.empty(), Optional.empty(), List.of(), OptionalLong.empty());
  }

  /// The model in a file or in the folder of a run.
  ///
  /// @throws IOException where there is none, or it cannot be read
  /// @throws io.github.carouselml.spec.CarouselException.BadFile where it is damaged or a model of
  ///     another task
  public static ForecastModel load(Path fileOrFolder) throws IOException {
    return ForecastModel.load(fileOrFolder);
  }

  /// What was chosen.
  public ForecastSpec spec() {
    return spec;
  }

  /// The units of each layer, at least 1.
  public Forecaster hiddenSize(int units) {
    return with(s -> s.withCell(s.cell().withHiddenSize(units)));
  }

  /// The steps that are forecast at once, at least 1.
  public Forecaster horizon(int steps) {
    return with(s -> s.withHorizon(steps));
  }

  /// The most steps that are read before a forecast, at least 1.
  public Forecaster context(int steps) {
    return with(s -> s.withContext(steps));
  }

  /// A stack of layers.
  public Forecaster layers(int layers) {
    return with(s -> s.withLayers(layers, s.dropout()));
  }

  /// A stack of layers with dropout between them.
  public Forecaster layers(int layers, double dropout) {
    return with(s -> s.withLayers(layers, dropout));
  }

  /// So many networks with first values of their own, whose forecasts are averaged.
  public Forecaster ensemble(int networks) {
    return with(s -> s.withEnsemble(networks));
  }

  /// Where a forecast starts from.
  public Forecaster season(ForecastSpec.Season season) {
    return with(s -> s.withSeason(season));
  }

  /// How values are scaled.
  public Forecaster scaling(Scaling scaling) {
    return with(s -> s.withScaling(scaling));
  }

  /// The levels of the intervals in percent, ascending.
  public Forecaster levels(Integer... percents) {
    return with(s -> s.withLevels(List.of(percents)));
  }

  /// The share of each series, at its end, that training only looks at; 0 for none.
  public Forecaster validation(double share) {
    return with(s -> s.withValidation(share));
  }

  /// Trains a second network without this share of each series' end, whose errors there say how
  /// far intervals must reach. Where a part is held out for validation, that does without it.
  public Forecaster calibration(double share) {
    return with(s -> s.withCalibration(Optional.of(share)));
  }

  /// How often all windows are seen, at most.
  public Forecaster epochs(int epochs) {
    return training(t -> t.withEpochs(epochs));
  }

  /// The length of a step.
  public Forecaster learningRate(double rate) {
    return training(t -> t.withOptimizer(t.optimizer().withLearningRate(rate)));
  }

  /// Names all random numbers.
  public Forecaster seed(long seed) {
    return training(t -> t.withSeed(seed));
  }

  /// Anything about the run.
  public Forecaster training(UnaryOperator<TrainSpec> change) {
    return with(s -> s.withTraining(change.apply(s.training())));
  }

  /// What computes, in training and later; it stays the caller's to close. Without one, training
  /// has all processors to itself and closes its threads at the end; the model then computes on the
  /// threads that call it.
  public Forecaster backend(Backend newBackend) {
    return new Forecaster(spec, Optional.of(newBackend), files, listeners, memory);
  }

  /// Where the run keeps its log and its checkpoint.
  public Forecaster files(RunFiles newFiles) {
    return new Forecaster(spec, backend, Optional.of(newFiles), listeners, memory);
  }

  /// One more who hears how training goes.
  public Forecaster listener(Listener listener) {
    List<Listener> more = new ArrayList<>(listeners);
    more.add(listener);
    return new Forecaster(spec, backend, files, more, memory);
  }

  /// The bytes that training may hold beside its data, at least 1: where they are few, it computes
  /// something again instead of keeping it. The model is the same, bit by bit.
  public Forecaster memory(long bytes) {
    return new Forecaster(spec, backend, files, listeners, OptionalLong.of(bytes));
  }

  private Forecaster with(Function<ForecastSpec, ForecastSpec> change) {
    return new Forecaster(change.apply(spec), backend, files, listeners, memory);
  }

  /// Trains on `data`, the last part of each series held out for validation.
  ///
  /// @throws io.github.carouselml.spec.CarouselException.Data when there is nothing to learn, or a
  ///     series is too short
  public ForecastModel fit(SeriesSet data) {
    try (ForecastRun run = run(data)) {
      run.train();
      return run.model();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The same as [#fit] step by step: to be trained, resumed, stopped.
  public ForecastRun run(SeriesSet data) {
    return ForecastRun.heldOut(spec, data, backend, files, listeners, memory);
  }

  /// A run that is validated on every window of other data; none of `data` is held out.
  public ForecastRun run(SeriesSet data, SeriesSet validation) {
    return ForecastRun.beside(spec, data, validation, backend, files, listeners, memory);
  }
}
