package io.github.carouselml.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.kernel.Random;
import io.github.carouselml.layer.CarriedState;
import io.github.carouselml.layer.Dense;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.loss.MeanLoss;
import io.github.carouselml.model.Checkpoint;
import io.github.carouselml.model.Weights;
import io.github.carouselml.spec.Batches;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.LossSpec;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Rows;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Truncated backpropagation in the trainer: long streams in pieces, whose states go from step to
/// step, into checkpoints and back. That nothing passes a reset stands in CarriedStateTest.
final class StreamTrainingTest {
  private static final int PLACES = 3;
  private static final int STEPS = 6;
  private static final int PIECES = 8;
  private static final int RESET = 4; // at place 1 another stream begins with this piece

  private static final Recurrent STACK =
      new Recurrent("r", 1, new CellSpec.Lstm(8), new CellSpec.Gru(5));
  private static final Dense HEAD = new Dense("head", 5, 1);
  private static final TrainSpec SPEC =
      new TrainSpec(2, PLACES).withBatches(new Batches(PLACES).withShuffled(false));

  @TempDir private Path folder;

  /// Each target is the number that stood two pieces before.
  private static final class Streams implements Samples {
    private final float[][] x = new float[PLACES][PIECES * STEPS];
    private final boolean resets;

    Streams(boolean resets) {
      this.resets = resets;
      Random random = new Random(3, Random.Purpose.SAMPLE, 0);
      for (int b = 0; b < PLACES; b++) {
        for (int t = 0; t < x[b].length; t++) {
          x[b][t] = 2 * random.uniform((long) b * x[b].length + t) - 1;
        }
      }
    }

    @Override
    public int size() {
      return PLACES * PIECES;
    }

    @Override
    public Batch record(Tape tape, int capacity) {
      Rows rows = new Rows(STEPS, capacity);
      RowSpace space = new RowSpace.Steps(rows);
      Tensor in = tape.input("x", space, 1);
      Tensor target = tape.input("y", space, 1);
      CarriedState carried = new CarriedState(tape, STACK, rows);
      Recurrent.Result result = STACK.apply(in, carried.first(), true);
      carried.last(result.last());
      MeanLoss.of(new LossSpec.Squared(), HEAD.apply(result.outputs()), target);
      return new Batch() {
        private final int[] lengths = new int[capacity];
        private final boolean[] reset = new boolean[capacity];
        private final float[] xs = new float[space.capacity()];
        private final float[] ys = new float[space.capacity()];

        @Override
        public int load(Program program, int[] samples, int from, int count) {
          int piece = samples[from] / PLACES;
          for (int b = 0; b < count; b++) {
            lengths[b] = STEPS - (piece + b) % 2;
            reset[b] = piece == 0 || (resets && b == 1 && piece == RESET);
          }
          rows.set(lengths, count);
          for (int b = 0; b < count; b++) {
            for (int t = 0; t < lengths[b]; t++) {
              int at = piece * STEPS + t;
              xs[rows.row(t, b)] = x[b][at];
              ys[rows.row(t, b)] = at < 2 * STEPS ? 0 : x[b][at - 2 * STEPS];
            }
          }
          program.upload(in, xs);
          program.upload(target, ys);
          carried.begin(program, reset);
          return rows.count();
        }

        @Override
        public List<CarriedState> states() {
          return List.of(carried);
        }
      };
    }
  }

  private static TrainJob job(Backend backend, Streams streams) {
    Parameters parameters = Layer.initialize(backend, List.of(STACK, HEAD), 5);
    return new TrainJob(SPEC, backend, parameters, streams).withValidation(new Streams(true));
  }

  private static Weights run(TrainJob job) throws Exception {
    try (Trainer trainer = new Trainer(job)) {
      trainer.run();
    }
    return ParameterWeights.read(job.parameters());
  }

  @Test
  void states_go_from_step_to_step_but_where_they_are_reset() throws Exception {
    Backend backend = TestBackends.plain();
    Weights expected = run(job(backend, new Streams(true)));
    assertThat(run(job(backend, new Streams(false)))).isNotEqualTo(expected);
    assertThat(run(job(backend, new Streams(true)))).isEqualTo(expected);
  }

  @Test
  void a_stopped_run_goes_on_in_the_middle_of_its_streams() throws Exception {
    Backend backend = TestBackends.plain();
    Weights expected = run(job(backend, new Streams(true)));
    for (int last : new int[] {3, 5, 11}) {
      for (OptionalLong bound : List.of(OptionalLong.empty(), OptionalLong.of(bound(backend)))) {
        TrainJob first = job(backend, new Streams(true)).withFiles(RunFiles.in(folder));
        Trainer[] stopped = new Trainer[1];
        Listener stops =
            new Listener() {
              @Override
              public void stepped(Progress progress) {
                if (progress.step() == last) {
                  stopped[0].stop();
                }
              }
            };
        try (Trainer trainer = new Trainer(first.withListener(stops))) {
          stopped[0] = trainer;
          assertThat(trainer.run().end()).isEqualTo(TrainResult.End.INTERRUPTED);
        }
        TrainJob second = job(backend, new Streams(true)).withFiles(RunFiles.in(folder));
        second = bound.isEmpty() ? second : second.withMemory(bound.getAsLong());
        try (Trainer trainer = new Trainer(second)) {
          trainer.resume();
        }
        assertThat(ParameterWeights.read(second.parameters()))
            .as("stopped after step %d, then within %s", last, bound)
            .isEqualTo(expected);
      }
    }
  }

  private static long bound(Backend backend) {
    try (Trainer trainer = new Trainer(job(backend, new Streams(true)))) {
      return trainer.memory().bytes() - 1;
    }
  }

  @Test
  void a_checkpoint_without_the_states_is_no_checkpoint_of_this_run() throws Exception {
    Backend backend = TestBackends.plain();
    TrainJob job = job(backend, new Streams(true)).withFiles(RunFiles.in(folder));
    run(job);
    Path path = RunFiles.in(folder).checkpoint();
    Checkpoint c = Checkpoint.read(path);
    assertThat(c.groups().get("states").names()).containsExactly("state0");
    var groups = new LinkedHashMap<>(c.groups());
    groups.remove("states");
    new Checkpoint(c.weights(), groups, c.longs(), c.state(), c.bits()).write(path);
    TrainJob again = job(backend, new Streams(true)).withFiles(RunFiles.in(folder));
    try (Trainer trainer = new Trainer(again)) {
      assertThatThrownBy(trainer::resume)
          .isInstanceOf(CarouselException.BadFile.class)
          .hasMessageContaining("state0");
    }
  }

  @Test
  void batches_that_would_mix_the_places_are_refused() {
    Backend backend = TestBackends.plain();
    TrainJob job = job(backend, new Streams(true));
    assertThatThrownBy(() -> run(job.withSpec(new TrainSpec(1, PLACES))))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageEndingWith("in the order of the data and batches in one part, not shuffled.");
    TrainSpec parts = SPEC.withBatches(new Batches(PLACES, 2, false));
    assertThatThrownBy(() -> run(job.withSpec(parts))).hasMessageEndingWith("not in parts.");
  }
}
