package io.github.carouselml.train;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.model.Weights;
import io.github.carouselml.spec.Batches;
import io.github.carouselml.spec.Clipping;
import io.github.carouselml.spec.EarlyStopping;
import io.github.carouselml.spec.Optimizer;
import io.github.carouselml.spec.Schedule;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tensor.Backend;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/// A run that may be killed, here or in another process: `run|resume TASK FOLDER EVENT` trains and
/// prints each event ("step 3" after its line in the log, "epoch 1", "checkpoint 6"); at EVENT it
/// waits for its end. On a signal it stops as the command does.
final class TrainingProcess {
  static final int STEPS = 24;
  static final int STREAM_STEPS = 2 * Streams.PIECES;

  /// What is trained.
  enum Task {
    TOY {
      @Override
      TrainJob job(Path folder) {
        return TrainingProcess.job(folder);
      }
    },
    /// States are carried from step to step, so checkpoints have them.
    STREAMS {
      @Override
      TrainJob job(Path folder) {
        Backend backend = TestBackends.plain();
        TrainSpec spec = Streams.spec().withCheckpointSteps(3);
        return new TrainJob(spec, backend, Streams.parameters(backend, 5), new Streams(true))
            .withValidation(new Streams(true))
            .withFiles(RunFiles.in(folder));
      }
    };

    abstract TrainJob job(Path folder);
  }

  private TrainingProcess() {}

  /// Six steps an epoch; checkpoints after steps 0, 5, 6, 10, 12, 15, 18, 20, 24.
  static TrainSpec spec() {
    return new TrainSpec(4, 8)
        .withBatches(new Batches(8, 2, true))
        .withSeed(11)
        .withOptimizer(new Optimizer.AdamW(0.03, 0.01))
        .withSchedule(new Schedule.Cosine(5, 0.05))
        .withClipping(Clipping.byNorm(0.5))
        .withEarlyStopping(new EarlyStopping(4))
        .withCheckpointSteps(5);
  }

  static TrainJob job(Path folder) {
    Backend backend = TestBackends.plain();
    return new TrainJob(spec(), backend, Toy.parameters(backend, 3), new Toy(45, 1, 0.2f))
        .withValidation(new Toy(10, 2, 0))
        .withFiles(RunFiles.in(folder));
  }

  /// How a run ended: its result, its weights, and its log but for the times in it.
  record End(
      TrainResult.End end,
      int steps,
      List<EpochResult> epochs,
      OptionalInt best,
      Weights weights,
      List<String> log) {}

  static End end(TrainJob job, boolean resume) throws IOException {
    try (Trainer trainer = new Trainer(job)) {
      TrainResult result = resume ? trainer.resume() : trainer.run();
      return new End(
          result.end(),
          result.steps(),
          result.epochs(),
          result.bestEpoch(),
          ParameterWeights.read(job.parameters()),
          log(job));
    }
  }

  static List<String> log(TrainJob job) throws IOException {
    return Files.readAllLines(job.files().orElseThrow().log()).stream()
        .map(line -> line.replaceAll(",\"(seconds|rows_per_second)\":[0-9.E-]+", ""))
        .toList();
  }

  @SuppressWarnings("SystemOut") // the parent reads it
  private record Told(String last) implements Listener {
    private void tell(String event) throws IOException {
      System.out.println(event);
      if (event.equals(last)) {
        while (System.in.read() >= 0) {
          // until the parent ends it
        }
      }
    }

    @Override
    public void stepped(Progress progress) throws IOException {
      tell("step " + progress.step());
    }

    @Override
    public void epochEnded(Progress progress, EpochResult epoch) throws IOException {
      tell("epoch " + epoch.epoch());
    }

    @Override
    public void checkpointed(Progress progress, Path checkpoint) throws IOException {
      tell("checkpoint " + progress.step());
    }
  }

  @SuppressWarnings("SystemOut") // the parent reads it
  public static void main(String[] args) throws Exception {
    Thread main = Thread.currentThread();
    TrainJob job = Task.valueOf(args[1]).job(Path.of(args[2])).withListener(new Told(args[3]));
    try (Trainer trainer = new Trainer(job)) {
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(() -> {
                trainer.stop();
                System.out.println("stopping");
                try {
                  main.join();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }));
      TrainResult result = args[0].equals("resume") ? trainer.resume() : trainer.run();
      System.out.println(result.end());
    }
  }

  /// The command that runs this class, of classes in folders on the class path.
  static List<String> command(String mode, Task task, Path folder, String last) {
    try {
      return List.of(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          "-Xmx64m",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:-UsePerfData",
          "-cp",
          placeOf(Trainer.class) + File.pathSeparator + placeOf(TrainingProcess.class),
          TrainingProcess.class.getName(),
          mode,
          task.name(),
          folder.toString(),
          last);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path placeOf(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
