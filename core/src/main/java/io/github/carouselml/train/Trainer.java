package io.github.carouselml.train;

import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Recompute;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.model.Checkpoint;
import io.github.carouselml.model.ModelFile;
import io.github.carouselml.model.Weights;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.EarlyStopping;
import io.github.carouselml.spec.Schedule;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tensor.Operations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// One training run: epochs of steps, each a batch's gradient, clipped, and an update; validation,
/// log and checkpoint after every epoch. Steps allocate nothing.
///
/// The weights that a run ends with do not depend on threads, nor on having been stopped, killed
/// and resumed; they depend on the order of the data and on the size of the parts of a batch.
///
/// A trainer runs once, on one thread; any thread may call [#stop].
/// ```
/// try (var trainer = new Trainer(job.withFiles(RunFiles.in(folder)))) {
///   TrainResult result = trainer.run();   // or trainer.resume()
/// }
/// ```
public final class Trainer implements AutoCloseable {
  private static final String BEST = "best";
  private static final String CARRIED = "carried";
  private static final String STATES = "states";

  private final TrainJob job;
  private final TrainSpec spec;
  private final Parameters parameters;
  private final Feed training;
  private final @Nullable Feed validation;
  private final Operations operations;
  private final Gradients gradients;
  private final OptimizerState optimizer;
  private final @Nullable Mirror best;
  private final RunMemory memory;
  private final Progress progress;
  private final List<EpochResult> epochs = new ArrayList<>();
  private final List<Listener> listeners = new ArrayList<>();

  private Watch watch = Watch.fresh();
  private Watch plateauWatch = Watch.fresh();
  private double plateau = 1;
  private @Nullable RunLog log;
  private boolean used;
  private volatile boolean stopping;

  /// Records the model for training and validation and plans the memory.
  public Trainer(TrainJob job) {
    this.job = job;
    this.spec = job.spec();
    this.parameters = job.parameters();
    check(job);
    this.optimizer = new OptimizerState(spec.optimizer(), job.backend(), parameters);
    this.best = spec.earlyStopping().isPresent() ? new Mirror(job.backend(), parameters) : null;
    this.validation =
        job.validation()
            .map(s -> feed(s, record(s, Tape.Mode.PREDICT, Recompute.nothing())))
            .orElse(null);
    long weights = Float.BYTES * (long) parameters.values().size();
    long gradientBytes = Float.BYTES * (long) parameters.gradients().size();
    long others = weights * (optimizer.mirrors() + (best == null ? 0 : 1));
    long looking = validation == null ? 0 : validation.memory().bytes();
    Recorded recorded =
        Recorded.within(
            job.memory(),
            weights + gradientBytes + others + looking,
            recompute -> record(job.training(), Tape.Mode.TRAIN, recompute));
    this.training = feed(job.training(), recorded);
    if (training.carries() && (spec.batches().shuffled() || spec.batches().parts() > 1)) {
      throw new CarouselException.Request(
          "States are carried from batch to batch, place by place: that needs the samples in the"
              + " order of the data and batches in one part, not %s."
                  .formatted(spec.batches().shuffled() ? "shuffled" : "in parts"));
    }
    this.memory =
        new RunMemory(
            weights + gradientBytes, others, recorded.plan(), looking, recorded.tape().recompute());
    this.operations = training.operations();
    this.gradients = new Gradients(parameters, operations.updates(), spec.clipping());
    this.progress = new Progress(job.training().size(), spec.batches().size(), spec.epochs());
    if (spec.schedule() instanceof Schedule.Cosine(int warmup, _) && warmup >= progress.steps()) {
      throw new CarouselException.Request(
          "A warm-up of %d steps does not fit into a run of %d steps."
              .formatted(warmup, progress.steps()));
    }
  }

  private static void check(TrainJob job) {
    if (job.training().size() < 1) {
      throw new CarouselException.Data("There are no samples to train on.");
    }
    boolean validated = job.validation().isPresent() && job.validation().get().size() > 0;
    if (job.validation().isPresent() && !validated) {
      throw new CarouselException.Data("There are no samples to validate on.");
    }
    if (job.spec().earlyStopping().isPresent() && !validated) {
      throw new CarouselException.Request(
          "Early stopping looks at the validation loss, but there is no validation data.");
    }
    if (job.spec().schedule() instanceof Schedule.ReduceOnPlateau && !validated) {
      throw new CarouselException.Request(
          "Reducing the learning rate on a plateau looks at the validation loss, but there is no"
              + " validation data.");
    }
  }

  private Recorded record(Samples samples, Tape.Mode mode, Recompute recompute) {
    Tape tape = new Tape(job.backend(), parameters, mode, spec.seed(), recompute);
    return Recorded.of(samples, tape, Feed.partSize(samples, spec.batches().partSize()));
  }

  private Feed feed(Samples samples, Recorded recorded) {
    return new Feed(samples, recorded, spec.batches().partSize());
  }

  /// What the run will hold in memory, and what it computes again to stay within its bound.
  public RunMemory memory() {
    return memory;
  }

  /// Trains from the first step. A log and a checkpoint that are there are replaced.
  ///
  /// @throws CarouselException.Numeric where a loss or a gradient is NaN or infinite
  /// @throws IOException where log or checkpoint cannot be written
  public TrainResult run() throws IOException {
    begin();
    try (RunLog _ = openLog(0)) {
      checkpoint();
      return train();
    }
  }

  /// Goes on from the checkpoint as if the run had never stopped. The log is cut back to it.
  ///
  /// @throws CarouselException.BadFile for a checkpoint that is damaged
  /// @throws CarouselException.Request for one of another run
  /// @throws IOException where there is none, or it cannot be read
  public TrainResult resume() throws IOException {
    begin();
    RunFiles files =
        job.files()
            .orElseThrow(
                () -> new CarouselException.Request("A run without files cannot be resumed."));
    String where = files.checkpoint().toString();
    Checkpoint saved = Checkpoint.read(files.checkpoint());
    RunState state = RunState.of(saved.state(), where);
    state.requireSame(job, where);
    restore(saved, state, where);
    try (RunLog _ = openLog(state.logBytes())) {
      if (saved.bits() != ModelFile.BITS) {
        note(
            ("%s was written under contract %d on bits, and this version keeps contract %d: the run"
                    + " goes on, but its last bits may differ from those of a run that was never"
                    + " stopped.")
                .formatted(where, saved.bits(), ModelFile.BITS));
      }
      return train();
    }
  }

  /// Asks the run to end after the present step, with a checkpoint. Any thread may call it, at any
  /// time. A shutdown hook that calls it and then joins the run's thread makes Ctrl-C end a run
  /// well: the machine waits for the hook and exits with 130.
  public void stop() {
    stopping = true;
  }

  private void begin() {
    if (used) {
      throw new IllegalStateException("A trainer runs once. Make another one.");
    }
    used = true;
  }

  private @Nullable RunLog openLog(long bytes) throws IOException {
    if (job.files().isPresent()) {
      log = RunLog.open(job.files().get().log(), bytes);
      listeners.add(log);
    }
    listeners.addAll(job.listeners());
    return log;
  }

  // ---- the loop --------------------------------------------------------------------------------

  private TrainResult train() throws IOException {
    for (Listener listener : listeners) {
      listener.started(progress);
    }
    while (progress.epoch < spec.epochs() && !exhausted()) {
      if (spec.batches().shuffled()) {
        training.shuffle(spec.seed(), progress.epoch);
      }
      while (progress.stepInEpoch < progress.stepsPerEpoch) {
        if (stopping) {
          checkpoint();
          return end(TrainResult.End.INTERRUPTED, OptionalInt.empty());
        }
        step();
        boolean due = spec.checkpointSteps() > 0 && progress.step % spec.checkpointSteps() == 0;
        if (due && progress.stepInEpoch < progress.stepsPerEpoch) {
          checkpoint();
        }
      }
      endEpoch();
      checkpoint();
    }
    boolean early = exhausted() && progress.epoch < spec.epochs();
    return end(early ? TrainResult.End.STOPPED_EARLY : TrainResult.End.COMPLETE, restoreBest());
  }

  private boolean exhausted() {
    return spec.earlyStopping().isPresent()
        && watch.waited() >= spec.earlyStopping().get().patience();
  }

  private void step() throws IOException {
    long begun = System.nanoTime();
    Progress p = progress;
    int from = p.stepInEpoch * spec.batches().size();
    int count = Math.min(spec.batches().size(), p.samples - from);
    double factor = LearningRate.factor(spec.schedule(), p.step, p.epoch, p.steps(), plateau);
    p.learningRate = spec.optimizer().learningRate() * factor;

    parameters.zeroGradients(operations);
    p.loss = training.train(p.step, from, count);
    gradients.measure();
    p.gradientNorm = gradients.norm();
    requireFinite("loss", p.loss);
    requireFinite("gradient's norm", p.gradientNorm);
    float scale = gradients.clip();
    optimizer.update(operations.updates(), p.step + 1, p.learningRate, scale);

    double weight = training.weight(from, count);
    p.lossSum += weight * p.loss;
    p.weightSum += weight;
    p.clippedSteps += gradients.clipped() ? 1 : 0;
    p.rows = training.rows();
    p.step++;
    p.stepInEpoch++;
    p.stepSeconds = (System.nanoTime() - begun) * 1e-9;
    p.seconds += p.stepSeconds;
    for (int i = 0; i < listeners.size(); i++) {
      listeners.get(i).stepped(p);
    }
  }

  private void requireFinite(String what, double value) {
    if (!Double.isFinite(value)) {
      throw gradients.divergence(
          "The %s of step %d (epoch %d) is %s"
              .formatted(
                  what,
                  progress.step + 1,
                  progress.epoch + 1,
                  Double.isNaN(value) ? "NaN" : "infinite"),
          progress.learningRate);
    }
  }

  private void endEpoch() throws IOException {
    long begun = System.nanoTime();
    Progress p = progress;
    Optional<Double> loss = Optional.empty();
    boolean better = false;
    if (validation != null) {
      double value = validation.evaluate(p.step);
      better = learnFrom(value);
      loss = Optional.of(value);
    }
    EpochResult result =
        new EpochResult(
            p.epoch + 1, p.step, p.epochLoss(), loss, p.learningRate, p.clippedSteps, better);
    epochs.add(result);
    p.epoch++;
    p.stepInEpoch = 0;
    p.lossSum = 0;
    p.weightSum = 0;
    p.seconds += (System.nanoTime() - begun) * 1e-9;
    for (Listener listener : listeners) {
      listener.epochEnded(p, result);
    }
  }

  /// Takes the validation loss of the present epoch to heart, and says whether it is the best.
  private boolean learnFrom(double loss) {
    int epoch = progress.epoch + 1;
    if (!Double.isFinite(loss)) {
      throw new CarouselException.Numeric(
          ("The validation loss after epoch %d is %s, though all training losses were finite. Look"
                  + " for NaN, infinite or very large numbers in the validation data, or lower the"
                  + " learning rate (now %s).")
              .formatted(epoch, Double.isNaN(loss) ? "NaN" : "infinite", progress.learningRate));
    }
    watch =
        watch.seen(
            loss, spec.earlyStopping().map(EarlyStopping::minImprovement).orElse(0.0), epoch);
    boolean better = watch.epoch() == epoch;
    if (better && best != null) {
      operations.updates().copy(parameters.values(), best.whole());
    }
    if (spec.schedule() instanceof Schedule.ReduceOnPlateau reduce) {
      plateauWatch = plateauWatch.seen(loss, reduce.minImprovement(), epoch);
      if (plateauWatch.waited() >= reduce.patience()) {
        plateau = Math.max(reduce.floor(), plateau * reduce.factor());
        plateauWatch = plateauWatch.again();
      }
    }
    return better;
  }

  private OptionalInt restoreBest() {
    if (best == null || watch.epoch() == 0) {
      return OptionalInt.empty();
    }
    operations.updates().copy(best.whole(), parameters.values());
    return OptionalInt.of(watch.epoch());
  }

  private TrainResult end(TrainResult.End end, OptionalInt bestEpoch) throws IOException {
    Progress p = progress;
    TrainResult result = new TrainResult(end, p.step, epochs, bestEpoch, p.clippedSteps, p.seconds);
    for (Listener listener : listeners) {
      listener.finished(p, result);
    }
    return result;
  }

  private void note(String sentence) throws IOException {
    for (Listener listener : listeners) {
      listener.noted(sentence);
    }
  }

  // ---- checkpoints -----------------------------------------------------------------------------

  /// First the log, then the checkpoint that says where the log ends: so no checkpoint ever speaks
  /// of lines that are not there.
  private void checkpoint() throws IOException {
    if (job.files().isEmpty()) {
      return;
    }
    long logBytes = log == null ? 0 : log.sync();
    Map<String, Weights> groups = new LinkedHashMap<>(optimizer.read());
    if (best != null) {
      groups.put(BEST, best.read());
    }
    groups.put(CARRIED, training.batch().carried());
    groups.put(STATES, training.states());
    Path path = job.files().get().checkpoint();
    new Checkpoint(ParameterWeights.read(parameters), groups, Map.of(), state(logBytes).json())
        .write(path);
    for (Listener listener : listeners) {
      listener.checkpointed(progress, path);
    }
  }

  private RunState state(long logBytes) {
    Progress p = progress;
    return new RunState(
        spec,
        job.subject(),
        job.training().size(),
        job.validation().map(Samples::size).orElse(0),
        p.step,
        p.epoch,
        p.stepInEpoch,
        p.lossSum,
        p.weightSum,
        p.learningRate,
        p.clippedSteps,
        p.seconds,
        watch,
        plateauWatch,
        plateau,
        List.copyOf(epochs),
        logBytes);
  }

  private void restore(Checkpoint saved, RunState state, String where) {
    ParameterWeights.write(saved.weights(), parameters, where);
    optimizer.write(saved.groups(), where);
    if (best != null) {
      best.write(saved.groups().getOrDefault(BEST, Weights.empty()), where);
    }
    training.batch().carry(saved.groups().getOrDefault(CARRIED, Weights.empty()));
    training.restore(saved.groups().getOrDefault(STATES, Weights.empty()), where);
    Progress p = progress;
    p.step = state.step();
    p.epoch = state.epoch();
    p.stepInEpoch = state.stepInEpoch();
    p.lossSum = state.lossSum();
    p.weightSum = state.weightSum();
    p.learningRate = state.learningRate();
    p.clippedSteps = state.clippedSteps();
    p.seconds = state.seconds();
    watch = state.watch();
    plateauWatch = state.plateauWatch();
    plateau = state.plateau();
    epochs.addAll(state.epochs());
  }

  @Override
  public void close() {
    training.close();
    if (validation != null) {
      validation.close();
    }
  }
}
