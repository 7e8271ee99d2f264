package io.github.carouselml.train;

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
import io.github.carouselml.spec.Batches;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.LossSpec;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Rows;
import java.util.List;

/// Long streams in pieces, whose states are carried from step to step. Each target is the number that
/// stood two pieces before.
final class Streams implements Samples {
  static final int PLACES = 3;
  static final int PIECES = 8;
  private static final int STEPS = 6;
  private static final int RESET = 4; // at place 1 another stream begins with this piece

  private static final Recurrent STACK =
      new Recurrent("r", 1, new CellSpec.Lstm(8), new CellSpec.Gru(5));
  private static final Dense HEAD = new Dense("head", 5, 1);

  private final float[][] x = new float[PLACES][PIECES * STEPS];
  private final boolean resets;

  /// @param resets whether another stream begins at a place in between
  Streams(boolean resets) {
    this.resets = resets;
    Random random = new Random(3, Random.Purpose.SAMPLE, 0);
    for (int b = 0; b < PLACES; b++) {
      for (int t = 0; t < x[b].length; t++) {
        x[b][t] = 2 * random.uniform((long) b * x[b].length + t) - 1;
      }
    }
  }

  /// Two epochs, each once through all pieces in their order.
  static TrainSpec spec() {
    return new TrainSpec(2, PLACES).withBatches(new Batches(PLACES).withShuffled(false));
  }

  static Parameters parameters(Backend backend, long seed) {
    return Layer.initialize(backend, List.of(STACK, HEAD), seed);
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
