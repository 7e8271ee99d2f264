package io.github.carouselml.tasks.forecast;

import io.github.carouselml.grad.Parameters;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.model.Codec;
import io.github.carouselml.model.Json;
import io.github.carouselml.model.ModelFile;
import io.github.carouselml.model.Weights;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;
import io.github.carouselml.train.ParameterWeights;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/// A trained forecaster, immutable. Any number of threads, platform or virtual, may forecast with
/// one model at once, each with the bits of a call that is alone.
public final class ForecastModel implements ForecastMethod {
  /// What the file's task is called.
  static final String TASK = "forecast";

  static final Codec<ForecastSpec> SPEC = Codec.of(ForecastSpec.class, MethodHandles.lookup());
  private static final Codec<WindowMaker> WINDOWS =
      Codec.of(WindowMaker.class, MethodHandles.lookup());
  private static final Codec<Calibration> CALIBRATION =
      Codec.of(Calibration.class, MethodHandles.lookup());
  private static final String FILE = "model.safetensors";

  private final ForecastSpec spec;
  private final WindowMaker maker;
  private final Network network;
  private final Backend backend;
  private final Parameters parameters;
  private final Json provenance;
  private final Optional<Calibration> calibration;

  /// Programs that no call uses now.
  private final BlockingQueue<Predictor> idle =
      new ArrayBlockingQueue<>(Runtime.getRuntime().availableProcessors());

  private ForecastModel(
      ForecastSpec spec,
      WindowMaker maker,
      Network network,
      Backend backend,
      Parameters parameters,
      Json provenance,
      Optional<Calibration> calibration) {
    this.spec = spec;
    this.maker = maker;
    this.network = network;
    this.backend = backend;
    this.parameters = parameters;
    this.provenance = provenance;
    this.calibration = calibration;
  }

  /// @param where whose weights these are, for messages
  static ForecastModel of(
      ForecastSpec spec,
      WindowMaker maker,
      Weights weights,
      Json provenance,
      Optional<Calibration> calibration,
      Backend backend,
      String where) {
    Network network = Network.of(spec, maker);
    Parameters parameters = Layer.forPrediction(backend, network.layers());
    ParameterWeights.write(weights, parameters, where);
    return new ForecastModel(spec, maker, network, backend, parameters, provenance, calibration);
  }

  /// A backend without threads of its own: who calls, computes.
  static Backend callersThread() {
    return Backends.open("cpu", new BackendOptions().withThreads(1));
  }

  /// The model in a file or in the folder of a run, on the threads that will call it.
  ///
  /// @throws IOException where there is none, or it cannot be read
  /// @throws CarouselException.BadFile where it is damaged or a model of another task
  public static ForecastModel load(Path fileOrFolder) throws IOException {
    return load(fileOrFolder, callersThread());
  }

  /// The same on a backend that stays the caller's to close.
  public static ForecastModel load(Path fileOrFolder, Backend backend) throws IOException {
    Path path = Files.isDirectory(fileOrFolder) ? fileOrFolder.resolve(FILE) : fileOrFolder;
    ModelFile file = ModelFile.read(path);
    if (!(file.task() instanceof Json.Obj task)
        || !(task.get("task").orElse(null) instanceof Json.Str(String name))) {
      throw new CarouselException.BadFile("%s does not say which task it is for.".formatted(path));
    }
    if (!name.equals(TASK)) {
      throw new CarouselException.BadFile(
          "%s is a model of the task '%s', but a model of the task '%s' is needed."
              .formatted(path, name, TASK));
    }
    ForecastSpec spec = SPEC.read(file.spec(), path.toString());
    WindowMaker maker = WINDOWS.read(task.get("windows").orElse(Json.object()), path + " windows");
    if (maker.options().horizon() != spec.horizon()
        || maker.options().lastSeason() != (spec.season() != ForecastSpec.Season.NONE)) {
      throw new CarouselException.BadFile(
          "In %s the network and the windows do not belong together.".formatted(path));
    }
    Optional<Calibration> calibration =
        task.get("calibration").map(json -> CALIBRATION.read(json, path + " calibration"));
    if (calibration.isPresent() && !fits(calibration.get(), spec)) {
      throw new CarouselException.BadFile(
          "In %s the network and its calibration do not belong together.".formatted(path));
    }
    return of(
        spec, maker, file.weights(), file.provenance(), calibration, backend, path.toString());
  }

  private static boolean fits(Calibration calibration, ForecastSpec spec) {
    return calibration.levels().equals(spec.levels())
        && calibration.shifts().stream().allMatch(steps -> steps.size() == spec.horizon());
  }

  /// Writes `model.safetensors` into a folder, which is made where it is missing; a model that is
  /// there is replaced.
  public void save(Path folder) throws IOException {
    Files.createDirectories(folder);
    Json.Obj task = Json.object().with("task", TASK).with("windows", WINDOWS.write(maker));
    if (calibration.isPresent()) {
      task = task.with("calibration", CALIBRATION.write(calibration.get()));
    }
    new ModelFile(ParameterWeights.read(parameters), SPEC.write(spec), task, provenance)
        .write(folder.resolve(FILE));
  }

  /// What was asked for.
  public ForecastSpec spec() {
    return spec;
  }

  /// How series become windows.
  public WindowMaker windows() {
    return maker;
  }

  /// How the model came about: the data's digest, how many windows, epochs and steps, the losses.
  public Json provenance() {
    return provenance;
  }

  /// How far the intervals were moved to hold as often as they say; empty where nothing was held
  /// out to learn it from, or too little: then they are the network's own quantiles.
  public Optional<Calibration> calibration() {
    return calibration;
  }

  /// The same model with the network's own quantiles as intervals.
  public ForecastModel uncalibrated() {
    return calibrated(Optional.empty());
  }

  ForecastModel calibrated(Optional<Calibration> other) {
    return new ForecastModel(spec, maker, network, backend, parameters, provenance, other);
  }

  /// A forecast for each series of `data`, right after its last step.
  public List<Forecast> predict(SeriesSet data) {
    return forecastAll(data.series(), spec.horizon());
  }

  @Override
  public Forecast forecast(Series history, int horizon) {
    return forecastAll(List.of(history), horizon).getFirst();
  }

  /// @throws CarouselException.Request for more steps than the model was trained for
  /// @throws CarouselException.Data for a history that is too short or of another kind
  @Override
  public List<Forecast> forecastAll(List<Series> histories, int horizon) {
    if (horizon < 1 || horizon > spec.horizon()) {
      throw new CarouselException.Request(
          ("The model forecasts 1 to %d steps, but %d were asked for. Train one with a longer"
                  + " horizon.")
              .formatted(spec.horizon(), horizon));
    }
    List<Forecast> forecasts = new ArrayList<>();
    run(
        maker.ends(histories),
        (i, window, outputs) ->
            forecasts.add(forecast(histories.get(i), window, outputs, horizon)));
    return forecasts;
  }

  /// Takes the outputs `[step][output]` of the window at `index`.
  private interface Use {
    void take(int index, Window window, double[][] outputs);
  }

  private void run(Windows windows, Use use) {
    Predictor predictor = idle.poll();
    if (predictor == null) {
      predictor = new Predictor(backend, parameters, network, maker.options());
    }
    for (int at = 0; at < windows.size(); at += Predictor.CAPACITY) {
      int count = Math.min(Predictor.CAPACITY, windows.size() - at);
      double[][][] outputs = predictor.run(windows, at, count);
      for (int i = 0; i < count; i++) {
        use.take(at + i, windows.get(at + i), outputs[i]);
      }
    }
    if (!idle.offer(predictor)) {
      predictor.close();
    }
  }

  /// What the model's errors on windows that it did not learn from say about its intervals.
  Optional<Calibration> calibrate(Windows held) {
    int levels = spec.levels().size();
    List<double[][]> scores = new ArrayList<>();
    run(
        held,
        (_, window, outputs) -> {
          float[] targets = new WindowRow(window, network).targets();
          double[][] score = new double[levels][targets.length];
          for (int h = 0; h < targets.length; h++) {
            double[] quantiles = quantiles(outputs[h]);
            for (int l = 0; l < levels; l++) {
              score[l][h] =
                  Calibration.score(
                      quantiles[levels - 1 - l], quantiles[levels + 1 + l], targets[h]);
            }
          }
          scores.add(score);
        });
    return Calibration.of(spec.levels(), scores);
  }

  /// Of a step's outputs, ascending: quantiles that cross are put in order.
  private double[] quantiles(double[] outputs) {
    double[] quantiles = Arrays.copyOf(outputs, 2 * spec.levels().size() + 1);
    Arrays.sort(quantiles);
    return quantiles;
  }

  /// From outputs `[step][quantile…]` to values.
  private Forecast forecast(Series history, Window window, double[][] outputs, int horizon) {
    int levels = spec.levels().size();
    int quantiles = 2 * levels + 1;
    double[][] values = new double[quantiles][horizon];
    double[] point = new double[horizon];
    for (int h = 0; h < horizon; h++) {
      float base = WindowRow.base(window, network, h);
      double[] sorted = quantiles(outputs[h]);
      if (calibration.isPresent()) {
        calibration.get().move(sorted, h);
      }
      for (int q = 0; q < quantiles; q++) {
        values[q][h] = window.scale().invert(base + sorted[q]);
      }
      point[h] =
          switch (spec.point()) {
            case MEDIAN -> values[levels][h];
            case MEAN -> window.scale().invert(base + outputs[h][quantiles]);
          };
    }
    List<Interval> intervals = new ArrayList<>();
    for (int l = 0; l < levels; l++) {
      intervals.add(
          new Interval(spec.levels().get(l), values[levels - 1 - l], values[levels + 1 + l]));
    }
    return Forecast.after(history, point).withIntervals(intervals);
  }
}
