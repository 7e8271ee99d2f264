package io.github.carouselml.tasks.forecast;

import io.github.carouselml.grad.Parameters;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.model.Json;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Backends;
import io.github.carouselml.train.Listener;
import io.github.carouselml.train.ParameterWeights;
import io.github.carouselml.train.RunFiles;
import io.github.carouselml.train.RunMemory;
import io.github.carouselml.train.TrainJob;
import io.github.carouselml.train.TrainResult;
import io.github.carouselml.train.Trainer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// The training of a forecaster on its data, made ready: everything that can be refused has been
/// looked at. It runs once, on one thread; any thread may call [#stop].
public final class ForecastRun implements AutoCloseable {
  private final ForecastSpec spec;
  private final WindowMaker maker;
  private final Network network;
  private final Json.Obj subject;
  private final Backend backend;
  private final boolean ownsBackend;
  private final Parameters parameters;
  private final Trainer trainer;
  private final int trainingWindows;
  private final Optional<Windows> validation;
  private final Optional<Twin> twin;
  private @Nullable TrainResult result;
  private Optional<Calibration> calibration = Optional.empty();

  /// A second network, whose errors say how far intervals must reach.
  ///
  /// @param held what it is not trained on
  private record Twin(ForecastRun run, Windows held) {}

  private ForecastRun(
      ForecastSpec spec,
      SeriesSet all,
      WindowMaker maker,
      Windows training,
      Optional<Windows> validation,
      Optional<Backend> given,
      Optional<RunFiles> files,
      List<Listener> listeners,
      OptionalLong memory) {
    this.spec = spec;
    this.maker = maker;
    this.network = Network.of(spec, maker);
    this.subject = subject(spec, all);
    this.trainingWindows = training.size();
    this.validation = validation;
    this.ownsBackend = given.isEmpty();
    this.backend = given.orElseGet(Backends::cpu);
    this.parameters = Layer.initialize(backend, network.layers(), spec.training().seed());
    this.trainer =
        new Trainer(
            new TrainJob(
                spec.training(),
                backend,
                parameters,
                new Examples(network, training),
                validation.map(windows -> new Examples(network, windows)),
                files,
                subject,
                listeners,
                memory));
    this.twin = spec.calibration().isPresent() ? Optional.of(twin(all, memory)) : Optional.empty();
  }

  private Twin twin(SeriesSet all, OptionalLong memory) {
    ToIntFunction<Series> held = series -> spec.calibrationSteps(series.length());
    ForecastSpec same =
        spec.withCalibration(Optional.empty())
            .withContext(maker.options().context())
            .withShortest(maker.options().shortest());
    try {
      ForecastRun run =
          heldOut(
              same, without(all, held), Optional.of(backend), Optional.empty(), List.of(), memory);
      return new Twin(run, run.maker.windows(all, held));
    } catch (CarouselException.Data e) {
      closeOwn();
      throw new CarouselException.Data(
          "Without the share of %s whose errors say how far intervals must reach: %s"
              .formatted(spec.calibration().orElseThrow(), e.getMessage()),
          e);
    }
  }

  private static SeriesSet without(SeriesSet data, ToIntFunction<Series> held) {
    List<Series> known = new ArrayList<>();
    for (Series series : data) {
      known.add(series.first(Math.max(0, series.length() - held.applyAsInt(series))));
    }
    return SeriesSet.of(known).withSeason(data.season());
  }

  /// With the last part of each series held out.
  static ForecastRun heldOut(
      ForecastSpec spec,
      SeriesSet data,
      Optional<Backend> backend,
      Optional<RunFiles> files,
      List<Listener> listeners,
      OptionalLong memory) {
    ToIntFunction<Series> held = series -> spec.validationSteps(series.length());
    WindowOptions options = options(spec, data, held);
    for (Series series : data) {
      refuseShort(series, options, data.season(), held.applyAsInt(series));
    }
    SeriesSet training = without(data, held);
    WindowMaker maker = WindowMaker.fit(training, options);
    Optional<Windows> validation =
        spec.validation() == 0 ? Optional.empty() : Optional.of(maker.windows(data, held));
    return new ForecastRun(
        spec, data, maker, maker.windows(training), validation, backend, files, listeners, memory);
  }

  /// With other data for validation.
  static ForecastRun beside(
      ForecastSpec spec,
      SeriesSet data,
      SeriesSet validation,
      Optional<Backend> backend,
      Optional<RunFiles> files,
      List<Listener> listeners,
      OptionalLong memory) {
    WindowMaker maker = WindowMaker.fit(data, options(spec, data, _ -> 0));
    return new ForecastRun(
        spec,
        data,
        maker,
        maker.windows(data),
        Optional.of(maker.windows(validation)),
        backend,
        files,
        listeners,
        memory);
  }

  /// The windows that the spec asks for, with what it leaves open chosen from the data.
  private static WindowOptions options(
      ForecastSpec spec, SeriesSet data, ToIntFunction<Series> held) {
    int room = Integer.MAX_VALUE;
    for (Series series : data) {
      room = Math.min(room, series.length() - held.applyAsInt(series) - spec.horizon());
    }
    int wanted = 2 * Math.max(data.season(), spec.horizon());
    int context = spec.context().orElse(Math.max(1, Math.min(wanted, room)));
    int shortest = spec.shortest().orElse(context);
    return new WindowOptions(
        context,
        shortest,
        spec.horizon(),
        spec.stride(),
        spec.scaling(),
        spec.season() != ForecastSpec.Season.NONE);
  }

  private static void refuseShort(Series series, WindowOptions options, int season, int held) {
    int before = options.lastSeason() ? Math.max(options.shortest(), season) : options.shortest();
    int least = before + options.horizon() + held;
    if (held > 0 && series.length() < least) {
      throw new CarouselException.Data(
          ("The series '%s' has %d steps, but a %s of %d, a horizon of %d and the %d steps held out"
                  + " for validation need at least %d. Shorten them, leave short series out, or"
                  + " validate on nothing.")
              .formatted(
                  series.id(),
                  series.length(),
                  before > options.shortest() ? "season" : "context",
                  before,
                  options.horizon(),
                  held,
                  least));
    }
  }

  /// What must be the same when the run is resumed, beside the trainer's own spec.
  private static Json.Obj subject(ForecastSpec spec, SeriesSet data) {
    Map<String, Json> network = new LinkedHashMap<>();
    if (ForecastModel.SPEC.write(spec) instanceof Json.Obj(var members)) {
      network.putAll(members);
    }
    network.remove("training");
    return Json.object()
        .with("task", ForecastModel.TASK)
        .with("network", new Json.Obj(network))
        .with("data", Provenance.digest(data));
  }

  /// How the series are cut, with everything that the spec left open.
  public WindowOptions windows() {
    return maker.options();
  }

  /// How many windows there are to learn from.
  public int trainingWindows() {
    return trainingWindows;
  }

  /// How many windows are only looked at.
  public int validationWindows() {
    return validation.map(Windows::size).orElse(0);
  }

  /// How many numbers the model has.
  public long parameters() {
    return ParameterWeights.read(parameters).size();
  }

  /// What training will hold in memory.
  public RunMemory memory() {
    return trainer.memory();
  }

  /// Trains from the first step.
  ///
  /// @throws IOException where log or checkpoint cannot be written
  public TrainResult train() throws IOException {
    return finish(trainer.run());
  }

  /// Goes on from the checkpoint as if the run had never stopped.
  ///
  /// @throws CarouselException.Request where the checkpoint is that of another run
  /// @throws IOException where there is none, or it cannot be read
  public TrainResult resume() throws IOException {
    return finish(trainer.resume());
  }

  private TrainResult finish(TrainResult ended) throws IOException {
    TrainResult end = ended;
    result = ended;
    if (ended.end() != TrainResult.End.INTERRUPTED && twin.isPresent()) {
      ForecastRun run = twin.get().run();
      if (run.train().end() == TrainResult.End.INTERRUPTED) {
        end =
            new TrainResult(
                TrainResult.End.INTERRUPTED,
                ended.steps(),
                ended.epochs(),
                ended.bestEpoch(),
                ended.clippedSteps(),
                ended.seconds());
        result = end;
      } else {
        calibration = run.model(backend).calibrate(twin.get().held());
      }
    } else if (ended.end() != TrainResult.End.INTERRUPTED && validation.isPresent()) {
      calibration = model(backend).calibrate(validation.get());
    }
    return end;
  }

  /// Asks the run to end after the present step, with a checkpoint where it keeps files.
  public void stop() {
    trainer.stop();
    twin.ifPresent(second -> second.run().stop());
  }

  /// The model as the training left it. It lives on when the run is closed.
  public ForecastModel model() {
    return model(ownsBackend ? ForecastModel.callersThread() : backend);
  }

  private ForecastModel model(Backend computes) {
    TrainResult ended = result;
    if (ended == null) {
      throw new IllegalStateException("There is no model before the training.");
    }
    return ForecastModel.of(
        spec,
        maker,
        ParameterWeights.read(parameters),
        Provenance.of(subject, trainingWindows, validationWindows(), ended),
        calibration,
        computes,
        "The trained model");
  }

  @Override
  public void close() {
    twin.ifPresent(second -> second.run().close());
    closeOwn();
  }

  private void closeOwn() {
    trainer.close();
    if (ownsBackend) {
      backend.close();
    }
  }
}
