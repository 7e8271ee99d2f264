package io.github.carouselml.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.model.Checkpoint;
import io.github.carouselml.model.Json;
import io.github.carouselml.model.Weights;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Optimizer;
import io.github.carouselml.spec.Schedule;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.OpaqueBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs that are stopped and go on, and those that may not.
final class ResumeTest {
  @TempDir private Path folder;
  @TempDir private Path other;

  /// Stops the run from another thread, after a step.
  private static TrainResult stopAfter(TrainJob job, int step, boolean resume) throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch stopped = new CountDownLatch(1);
    Listener waits =
        new Listener() {
          @Override
          public void stepped(Progress progress) throws IOException {
            if (progress.step() == step) {
              reached.countDown();
              try {
                stopped.await();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
            }
          }
        };
    try (Trainer trainer = new Trainer(job.withListener(waits))) {
      Thread thread =
          new Thread(() -> {
            try {
              reached.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            trainer.stop();
            stopped.countDown();
          });
      thread.start();
      TrainResult result = resume ? trainer.resume() : trainer.run();
      thread.join();
      return result;
    }
  }

  static Stream<TrainSpec> specs() {
    TrainSpec spec = TrainingProcess.spec();
    return Stream.of(
        spec,
        spec.withOptimizer(new Optimizer.Sgd(0.1)),
        spec.withOptimizer(new Optimizer.Sgd(0.1, 0.9, true))
            .withSchedule(new Schedule.ReduceOnPlateau(0.3, 1, 0.02, 0.01)),
        spec.withOptimizer(new Optimizer.RmsProp(0.01)).withSchedule(new Schedule.Step(2, 0.1)));
  }

  @ParameterizedTest
  @MethodSource("specs")
  void a_stopped_run_goes_on_as_if_nothing_had_happened(TrainSpec spec) throws Exception {
    TrainJob whole = TrainingProcess.job(other).withSpec(spec);
    TrainingProcess.End expected = TrainingProcess.end(whole, false);
    TrainResult first = stopAfter(TrainingProcess.job(folder).withSpec(spec), 8, false);
    assertThat(first.end()).isEqualTo(TrainResult.End.INTERRUPTED);
    assertThat(first.steps()).isEqualTo(8);
    TrainResult second = stopAfter(TrainingProcess.job(folder).withSpec(spec), 17, true);
    assertThat(second.steps()).isEqualTo(17);
    assertThat(TrainingProcess.end(TrainingProcess.job(folder).withSpec(spec), true))
        .isEqualTo(expected);
  }

  @Test
  void a_run_goes_on_under_another_backend_with_the_same_contract() throws Exception {
    TrainingProcess.End expected = TrainingProcess.end(TrainingProcess.job(other), false);
    stopAfter(TrainingProcess.job(folder), 8, false);
    Backend opaque = new OpaqueBackend(TestBackends.plain());
    TrainJob job =
        new TrainJob(
                TrainingProcess.spec(), opaque, Toy.parameters(opaque, 99), new Toy(45, 1, 0.2f))
            .withValidation(new Toy(10, 2, 0))
            .withFiles(RunFiles.in(folder));
    assertThat(TrainingProcess.end(job, true)).isEqualTo(expected);
  }

  @Test
  void a_finished_run_stays_finished() throws Exception {
    TrainingProcess.End expected = TrainingProcess.end(TrainingProcess.job(folder), false);
    assertThat(TrainingProcess.end(TrainingProcess.job(folder), true)).isEqualTo(expected);
  }

  @Test
  void a_finished_run_may_get_more_epochs_where_the_schedule_does_not_depend_on_them()
      throws Exception {
    TrainSpec spec = TrainingProcess.spec().withSchedule(new Schedule.Step(2, 0.5));
    TrainingProcess.End expected =
        TrainingProcess.end(TrainingProcess.job(other).withSpec(spec.withEpochs(5)), false);
    TrainingProcess.end(TrainingProcess.job(folder).withSpec(spec), false);
    assertThat(TrainingProcess.end(TrainingProcess.job(folder).withSpec(spec.withEpochs(5)), true))
        .isEqualTo(expected);
  }

  @Test
  void another_run_is_refused() throws Exception {
    stopAfter(TrainingProcess.job(folder), 8, false);
    TrainJob job = TrainingProcess.job(folder);
    TrainSpec spec = job.spec();
    refused(
        job.withSpec(spec.withSeed(12)), "belongs to a run with seed = 11, but 12 was asked for");
    refused(
        job.withSpec(spec.withOptimizer(spec.optimizer().withLearningRate(0.5))),
        "optimizer.learningRate = 0.03, but 0.5");
    refused(job.withSpec(spec.withEpochs(9)), "epochs = 4, but 9");
    refused(job.withSubject(Json.object().with("cell", "lstm")), "cell = null, but \"lstm\"");
    refused(
        job.withValidation(new Toy(11, 2, 0)),
        "45 training and 10 validation samples, but there are 45 and 11 now");
  }

  private static void refused(TrainJob job, String because) {
    try (Trainer trainer = new Trainer(job)) {
      assertThatThrownBy(trainer::resume)
          .isInstanceOf(CarouselException.Request.class)
          .hasMessageContaining("checkpoint.safetensors")
          .hasMessageContaining(because);
    }
  }

  @Test
  void without_a_checkpoint_nothing_can_be_resumed() {
    try (Trainer trainer = new Trainer(TrainingProcess.job(folder))) {
      assertThatThrownBy(trainer::resume)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("There is no file")
          .hasMessageContaining("checkpoint.safetensors");
    }
  }

  @Test
  void what_stands_in_the_log_behind_the_checkpoint_goes_away() throws Exception {
    TrainingProcess.End expected = TrainingProcess.end(TrainingProcess.job(other), false);
    stopAfter(TrainingProcess.job(folder), 8, false);
    Path log = folder.resolve("log.jsonl");
    // more than the rest of the run will write over
    String junk = "{\"event\":\"step\",\"step\":9}\n".repeat(1000) + "{\"event\":\"st";
    Files.writeString(log, junk, StandardOpenOption.APPEND);
    assertThat(TrainingProcess.end(TrainingProcess.job(folder), true)).isEqualTo(expected);
    assertThat(Files.readAllLines(log)).allSatisfy(line -> Json.read(line, "the log"));
  }

  @Test
  void a_log_that_was_cut_by_somebody_is_refused() throws Exception {
    stopAfter(TrainingProcess.job(folder), 8, false);
    Files.writeString(folder.resolve("log.jsonl"), "");
    try (Trainer trainer = new Trainer(TrainingProcess.job(folder))) {
      assertThatThrownBy(trainer::resume)
          .isInstanceOf(CarouselException.BadFile.class)
          .hasMessageContaining("log.jsonl has 0 bytes, but had")
          .hasMessageContaining("Was it changed since?");
    }
  }

  @Test
  void a_checkpoint_under_another_contract_on_bits_is_taken_and_says_so() throws Exception {
    stopAfter(TrainingProcess.job(folder), 8, false);
    Path path = folder.resolve("checkpoint.safetensors");
    Checkpoint c = Checkpoint.read(path);
    new Checkpoint(c.weights(), c.groups(), c.longs(), c.state(), c.bits() + 1).write(path);
    List<String> notes = new ArrayList<>();
    Listener hears =
        new Listener() {
          @Override
          public void noted(String sentence) {
            notes.add(sentence);
          }
        };
    TrainingProcess.end(TrainingProcess.job(folder).withListener(hears), true);
    assertThat(notes).hasSize(1);
    assertThat(notes.getFirst()).contains("was written under contract 2 on bits");
  }

  /// Counts the batches that it has given, as a model that carries its state would.
  private record Carrying(Toy toy, List<Float> heard) implements Samples {
    @Override
    public int size() {
      return toy.size();
    }

    @Override
    public Batch record(Tape tape, int capacity) {
      Batch inner = toy.record(tape, capacity);
      return new Batch() {
        private float batches;

        @Override
        public int load(Program program, int[] samples, int from, int count) {
          batches++;
          heard.add(batches);
          return inner.load(program, samples, from, count);
        }

        @Override
        public Weights carried() {
          return Weights.builder().add("batches", List.of(), new float[] {batches}).build();
        }

        @Override
        public void carry(Weights state) {
          batches = state.values("batches")[0];
        }
      };
    }
  }

  @Test
  void carried_state_goes_on() throws Exception {
    List<Float> heard = new ArrayList<>();
    for (boolean resume : new boolean[] {false, true}) {
      Backend backend = TestBackends.plain();
      TrainJob job =
          new TrainJob(
                  new TrainSpec(1, 9),
                  backend,
                  Toy.parameters(backend, 1),
                  new Carrying(new Toy(45, 1, 0), heard))
              .withFiles(RunFiles.in(folder));
      stopAfter(job, resume ? 5 : 3, resume);
    }
    assertThat(heard).containsExactly(1f, 2f, 3f, 4f, 5f);
  }

  @Test
  void a_run_without_files_writes_none_and_stops_all_the_same() throws Exception {
    Backend backend = TestBackends.plain();
    TrainJob job =
        new TrainJob(new TrainSpec(2, 9), backend, Toy.parameters(backend, 1), new Toy(45, 1, 0));
    assertThat(stopAfter(job, 3, false).steps()).isEqualTo(3);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
    refusedWithoutFiles(job);
  }

  private static void refusedWithoutFiles(TrainJob job) {
    try (Trainer trainer = new Trainer(job)) {
      assertThatThrownBy(trainer::resume)
          .isInstanceOf(CarouselException.Request.class)
          .hasMessage("A run without files cannot be resumed.");
    }
  }
}
