package io.github.carouselml.layer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Sequences;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.loss.MeanLoss;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.LossSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Slot;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// An LSTM with each kind of attention on top, trained end to end: one step of a sequence is
/// marked, and which of three symbols stood there is asked at the end. Guessing finds a third.
class AttentionLayerTest {
  private static final int STEPS = 12;
  private static final int BATCH = 32;
  private static final long SEED = 3;
  private static final Recurrent LSTM = new Recurrent("lstm", 4, new CellSpec.Lstm(16));
  private static final Dense HEAD = new Dense("head", 16, 3);

  /// What stands between the LSTM's outputs and the head, `[N, 16] -> [B, 16]`.
  record Middle(Layer layer, UnaryOperator<Tensor> apply) {}

  static Stream<Middle> middles() {
    TransformerBlock block = new TransformerBlock("block", 16, 2, 32, true, 0.05);
    LuongAttention luong = new LuongAttention("luong", 16, 16);
    AdditiveAttention additive = new AdditiveAttention("additive", 16, 16, 10);
    return Stream.of(
        new Middle(block, h -> Sequences.last(block.apply(h))),
        new Middle(luong, h -> luong.apply(Sequences.last(h), h)),
        new Middle(additive, h -> additive.apply(Sequences.last(h), h)));
  }

  /// A recorded model and its present batch.
  private static final class Task {
    final Rows rows = new Rows(STEPS, BATCH);
    final Tensor x;
    final Tensor y;
    final Tensor target;
    final Program program;
    final int[] symbols = new int[BATCH];

    Task(Backend backend, Parameters parameters, Middle middle, Tape.Mode mode) {
      Tape tape = new Tape(backend, parameters, mode, SEED);
      x = tape.input("x", new RowSpace.Steps(rows), 4);
      target = tape.input("target", new RowSpace.Sequences(rows), 3);
      y = tape.keep(HEAD.apply(middle.apply.apply(LSTM.apply(x))));
      MeanLoss.of(new LossSpec.Squared(), y, target);
      program = tape.program();
    }

    void batch(Random random) {
      int[] lengths = new int[BATCH];
      for (int b = 0; b < BATCH; b++) {
        lengths[b] = 1 + random.nextInt(STEPS);
      }
      rows.set(lengths, BATCH);
      float[] xs = new float[rows.count() * 4];
      float[] targets = new float[BATCH * 3];
      for (int b = 0; b < BATCH; b++) {
        int marked = random.nextInt(lengths[b]);
        for (int t = 0; t < lengths[b]; t++) {
          int symbol = random.nextInt(3);
          xs[rows.row(t, b) * 4 + symbol] = 1;
          if (t == marked) {
            xs[rows.row(t, b) * 4 + 3] = 1;
            targets[rows.rank(b) * 3 + symbol] = 1;
            symbols[rows.rank(b)] = symbol;
          }
        }
      }
      program.upload(x, xs);
      program.upload(target, targets);
    }

    int right() {
      float[] ys = new float[BATCH * 3];
      program.download(y, ys);
      int right = 0;
      for (int b = 0; b < BATCH; b++) {
        float own = ys[b * 3 + symbols[b]];
        boolean best = true;
        for (int s = 0; s < 3; s++) {
          best &= ys[b * 3 + s] <= own;
        }
        right += best ? 1 : 0;
      }
      return right;
    }
  }

  @ParameterizedTest
  @MethodSource("middles")
  void an_lstm_with_attention_learns_what_was_marked(Middle middle) {
    try (Backend backend = TestBackends.plain(2)) {
      Parameters parameters = Layer.initialize(backend, List.of(LSTM, middle.layer, HEAD), SEED);
      Task training = new Task(backend, parameters, middle, Tape.Mode.TRAIN);
      Random random = new Random(SEED);
      Slot m = Slot.of(backend.allocate(parameters.values().size()));
      Slot v = Slot.of(backend.allocate(parameters.values().size()));
      for (int update = 1; update <= 400; update++) {
        training.batch(random);
        parameters.zeroGradients(training.program.operations());
        training.program.train(update, 1);
        double rate = 0.01 / (1 - StrictMath.pow(0.9, update));
        double correction = 1 / Math.sqrt(1 - StrictMath.pow(0.999, update));
        training
            .program
            .operations()
            .updates()
            .adam(
                parameters.values(),
                parameters.gradients(),
                m,
                v,
                1,
                (float) rate,
                (float) correction,
                0,
                1,
                0.1f,
                0.001f,
                1e-8f);
      }
      Task test = new Task(backend, parameters, middle, Tape.Mode.PREDICT);
      int right = 0;
      for (int i = 0; i < 10; i++) {
        test.batch(random);
        test.program.evaluate(0);
        right += test.right();
      }
      assertThat(right)
          .as("right of %d with %s, seed %d", 10 * BATCH, middle.layer, SEED)
          .isGreaterThan(10 * BATCH * 95 / 100);
    }
  }
}
