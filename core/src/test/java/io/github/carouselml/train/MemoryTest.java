package io.github.carouselml.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.MemoryPlan;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Recompute;
import io.github.carouselml.grad.Recompute.What;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.Dense;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.OwnCells;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.loss.MeanLoss;
import io.github.carouselml.model.Weights;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Direction;
import io.github.carouselml.spec.LossSpec;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Rows;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A run is given a bound on its memory, keeps within it by computing again, and ends with the same
/// bits.
final class MemoryTest {
  private static final int FEATURES = 3;
  private static final int SEQUENCES = 4;

  @TempDir private Path folder;

  private static TrainJob job(Backend backend) {
    return new TrainJob(
            new TrainSpec(3, 20),
            backend,
            Toy.recurrentParameters(backend, 1),
            new Toy(50, 1, 0.1f, true))
        .withValidation(new Toy(8, 2, 0, true));
  }

  private static long bytes(TrainJob job) {
    try (Trainer trainer = new Trainer(job)) {
      return trainer.memory().bytes();
    }
  }

  @Test
  void within_a_bound_a_run_ends_with_the_same_bits() throws Exception {
    try (Backend backend = TestBackends.plain()) {
      TrainJob free = job(backend);
      Weights expected;
      try (Trainer trainer = new Trainer(free)) {
        assertThat(trainer.memory().recompute()).isEqualTo(Recompute.nothing());
        trainer.run();
        expected = ParameterWeights.read(free.parameters());
      }
      long bound = bytes(job(backend)) - 1;
      TrainJob bounded = job(backend).withMemory(bound);
      try (Trainer trainer = new Trainer(bounded)) {
        assertThat(trainer.memory().bytes()).isLessThanOrEqualTo(bound);
        assertThat(trainer.memory().recompute().what()).isEqualTo(What.ACTIVATIONS);
        assertThat(trainer.memory().words()).contains("computed again in intervals of 2 steps");
        trainer.run();
      }
      assertThat(ParameterWeights.read(bounded.parameters())).isEqualTo(expected);
    }
  }

  @Test
  void a_run_may_go_on_under_another_bound() throws Exception {
    try (Backend backend = TestBackends.plain()) {
      TrainJob whole = job(backend);
      try (Trainer trainer = new Trainer(whole)) {
        trainer.run();
      }
      long bound = bytes(job(backend)) - 1;
      TrainJob first = job(backend).withSpec(new TrainSpec(1, 20)).withFiles(RunFiles.in(folder));
      try (Trainer trainer = new Trainer(first)) {
        trainer.run();
      }
      TrainJob second = job(backend).withMemory(bound).withFiles(RunFiles.in(folder));
      try (Trainer trainer = new Trainer(second)) {
        trainer.resume();
      }
      assertThat(ParameterWeights.read(second.parameters()))
          .isEqualTo(ParameterWeights.read(whole.parameters()));
    }
  }

  @Test
  void a_bound_that_cannot_be_kept_is_refused_with_the_least_that_would_do() {
    try (Backend backend = TestBackends.plain()) {
      assertThatThrownBy(() -> bytes(job(backend).withMemory(1000)))
          .isInstanceOf(CarouselException.Request.class)
          .hasMessageMatching(
              "A memory of 1 KiB does not hold this run\\. It needs at least \\d+ KiB, where"
                  + " activations are computed again in intervals of 2 steps, one more forward"
                  + " pass\\. Allow that much, make batches smaller, or compute them in more"
                  + " parts\\.");
      assertThatThrownBy(() -> job(backend).withMemory(0)).hasMessageContaining("0 bytes");
    }
  }

  /// Two layers with their head, planned for so many steps.
  private static MemoryPlan plan(Backend backend, int steps, Recompute recompute, boolean both) {
    CellSpec lstm = new CellSpec.Lstm(64);
    return plan(backend, steps, recompute, both, lstm, lstm);
  }

  private static MemoryPlan plan(
      Backend backend, int steps, Recompute recompute, boolean both, CellSpec... cells) {
    Recurrent stack =
        new Recurrent("r", FEATURES, cells)
            .withDirection(both ? Direction.BOTH : Direction.FORWARD);
    Dense head = new Dense("head", stack.outputSize(), 1);
    Parameters parameters = Layer.initialize(backend, List.of(stack, head), 1);
    Tape tape = new Tape(backend, parameters, Tape.Mode.TRAIN, 1, recompute);
    RowSpace space = new RowSpace.Steps(new Rows(steps, SEQUENCES));
    Tensor y = tape.input("y", space, 1);
    MeanLoss.of(
        new LossSpec.Squared(), head.apply(stack.apply(tape.input("x", space, FEATURES))), y);
    return tape.plan();
  }

  /// What grows with the steps, beyond inputs and what does not grow.
  private static long activations(Backend backend, int steps, CellSpec... cells) {
    int root = (int) StrictMath.sqrt(steps);
    long inputs = 2L * 16 * Float.BYTES * steps * SEQUENCES;
    return plan(backend, steps, new Recompute(What.ACTIVATIONS, root), false, cells).bytes()
        - inputs
        - plan(backend, 1, new Recompute(What.ACTIVATIONS, 1), false, cells).bytes();
  }

  @Test
  void a_stack_with_its_head_needs_memory_like_the_root_of_its_steps() {
    try (Backend backend = TestBackends.plain()) {
      CellSpec lstm = new CellSpec.Lstm(64);
      CellSpec own = new OwnCells.Leaky(64, 48);
      for (CellSpec top : List.of(lstm, own)) {
        // 16 times the steps, 4 times the memory
        long few = activations(backend, 64, lstm, top);
        assertThat(activations(backend, 1024, lstm, top)).as("%s", top).isBetween(3 * few, 5 * few);
      }
      long kept = plan(backend, 1024, Recompute.nothing(), false).bytes();
      assertThat(plan(backend, 1024, new Recompute(What.ACTIVATIONS, 32), false).bytes())
          .isLessThan(kept / 8);
    }
  }

  @Test
  void two_directions_keep_their_outputs_and_nothing_else_that_grows() {
    try (Backend backend = TestBackends.plain()) {
      long kept = plan(backend, 1024, Recompute.nothing(), true).bytes();
      long again = plan(backend, 1024, new Recompute(What.GATES, 32), true).bytes();
      // gates and cells of four layers, but for one interval of each
      long gates = 4L * (4 * 64 + 64) * Float.BYTES * SEQUENCES * (1024 - 32);
      assertThat(kept - again).isBetween(gates - gates / 10, gates);
    }
  }
}
