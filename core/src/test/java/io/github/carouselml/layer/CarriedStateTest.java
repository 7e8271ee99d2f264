package io.github.carouselml.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.GivenGradient;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Direction;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Truncated backpropagation: pieces give the bits of the whole, and nothing passes a reset.
class CarriedStateTest {
  private static final Recurrent STACK =
      new Recurrent("r", 3, new CellSpec.Lstm(5), new CellSpec.Gru(4));

  /// A stack in pieces, and what it gave.
  private static final class Pieces {
    final Rows rows = new Rows(20, 3);
    final Parameters parameters;
    final CarriedState carried;
    final Tensor x;
    final Tensor y;
    final Tensor dy;
    final Program program;
    final List<List<float[]>> outputs = List.of(list(), list(), list());

    Pieces(Backend backend) {
      parameters = Layer.initialize(backend, List.of(STACK), 8);
      Tape tape = new Tape(backend, parameters, Tape.Mode.TRAIN, 1);
      x = tape.input("x", new RowSpace.Steps(rows), 3);
      carried = new CarriedState(tape, STACK, rows);
      Recurrent.Result result = STACK.apply(x, carried.first(), true);
      carried.last(result.last());
      y = tape.keep(result.outputs());
      dy = GivenGradient.of(y);
      program = tape.program();
    }

    private static List<float[]> list() {
      return new ArrayList<>();
    }

    /// One piece of each sequence, of so many steps from `at`.
    void run(float[][][] sequences, int[] at, int[] lengths, boolean... reset) {
      rows.set(lengths, 3);
      float[] xs = new float[rows.count() * 3];
      float[] ys = new float[rows.count() * 4];
      for (int b = 0; b < 3; b++) {
        for (int t = 0; t < lengths[b]; t++) {
          System.arraycopy(sequences[b][at[b] + t], 0, xs, rows.row(t, b) * 3, 3);
        }
      }
      program.upload(x, xs);
      float[] ones = new float[rows.count() * 4];
      Arrays.fill(ones, 1f);
      program.upload(dy, ones);
      carried.begin(program, reset);
      parameters.zeroGradients(program.operations());
      program.train(1, 1);
      carried.end(program);
      program.download(y, ys);
      for (int b = 0; b < 3; b++) {
        for (int t = 0; t < lengths[b]; t++) {
          int row = rows.row(t, b) * 4;
          outputs.get(b).add(Arrays.copyOfRange(ys, row, row + 4));
        }
        at[b] += lengths[b];
      }
    }

    float[] gradient() {
      return parameters.gradient("r.0.forward.recurrent_weight");
    }
  }

  private static float[][][] sequences(long seed) {
    float[][][] x = new float[3][][];
    for (int b = 0; b < 3; b++) {
      x[b] = StepperContract.numbers(seed + b, 20, 3);
    }
    return x;
  }

  @Test
  void pieces_give_the_bits_of_the_whole() {
    try (Backend backend = TestBackends.plain()) {
      float[][][] x = sequences(5);
      Pieces whole = new Pieces(backend);
      whole.run(x, new int[3], new int[] {20, 13, 9}, true, true, true);
      Pieces pieces = new Pieces(backend);
      int[] at = new int[3];
      // the order by length changes from piece to piece, and one is empty
      pieces.run(x, at, new int[] {3, 7, 1}, true, true, true);
      pieces.run(x, at, new int[] {10, 0, 2}, false, false, false);
      float[] kept = pieces.carried.numbers();
      pieces.run(x, at, new int[] {7, 6, 6}, false, false, false);
      for (int b = 0; b < 3; b++) {
        assertThat(pieces.outputs.get(b).toArray(float[][]::new))
            .isDeepEqualTo(whole.outputs.get(b).toArray(float[][]::new));
      }
      Pieces resumed = new Pieces(backend);
      resumed.carried.restore(kept);
      resumed.run(x, new int[] {13, 7, 3}, new int[] {7, 6, 6}, false, false, false);
      assertThat(resumed.gradient()).containsExactly(pieces.gradient());
    }
  }

  @Test
  void nothing_passes_a_reset() {
    try (Backend backend = TestBackends.plain()) {
      float[][][] x = sequences(6);
      Pieces fresh = new Pieces(backend);
      fresh.run(x, new int[3], new int[] {4, 4, 4}, true, true, true);
      float[] gradient = fresh.gradient();

      // before the reset the first and the last stream had broken, the second is carried on
      float[][][] broken = sequences(7);
      broken[0][2][1] = Float.NaN;
      broken[2][0][0] = Float.POSITIVE_INFINITY;
      Pieces after = new Pieces(backend);
      after.run(broken, new int[3], new int[] {5, 0, 3}, true, true, true);
      assertThat(after.outputs.get(0).getLast()).contains(Float.NaN);
      after.outputs.forEach(List::clear);
      after.run(x, new int[3], new int[] {4, 4, 4}, true, false, true);

      for (int b = 0; b < 3; b++) {
        assertThat(after.outputs.get(b).toArray(float[][]::new))
            .isDeepEqualTo(fresh.outputs.get(b).toArray(float[][]::new));
      }
      assertThat(after.gradient()).containsExactly(gradient);

      // without the reset it does pass
      after.run(broken, new int[3], new int[] {5, 0, 3}, true, true, true);
      after.run(x, new int[3], new int[] {4, 4, 4}, false, false, true);
      assertThat(after.gradient()).contains(Float.NaN);
    }
  }

  @Test
  void refuses_in_sentences() {
    try (Backend backend = TestBackends.plain()) {
      Pieces pieces = new Pieces(backend);
      assertThatThrownBy(() -> pieces.run(sequences(1), new int[3], new int[3], true))
          .isInstanceOf(CarouselException.Request.class)
          .hasMessage("A batch of 3 sequences got a reset mask of 1 places.");
      assertThatThrownBy(() -> pieces.carried.restore(new float[2]))
          .hasMessageContaining("numbers, not 2");
      Tape tape = new Tape(backend, pieces.parameters, Tape.Mode.TRAIN, 1);
      Recurrent both = STACK.withDirection(Direction.BOTH);
      assertThatThrownBy(() -> new CarriedState(tape, both, pieces.rows))
          .hasMessageContaining("does not read forward alone");
    }
  }
}
