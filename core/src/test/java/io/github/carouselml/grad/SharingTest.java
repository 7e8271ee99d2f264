package io.github.carouselml.grad;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.ParameterSpec.Role;
import io.github.carouselml.tensor.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// What a sequence gets does not depend on its company: other sequences in the batch, other threads
/// at the same model.
class SharingTest {
  private static final int IN = 9;
  private static final int OUT = 70;
  private static final List<ParameterSpec> SPECS =
      List.of(
          new ParameterSpec("W", new Layout.Matrix(OUT, IN), Role.INPUT_WEIGHT),
          new ParameterSpec("gain", new Layout.Vector(OUT), Role.GAIN),
          new ParameterSpec("bias", new Layout.Vector(OUT), Role.BIAS));

  private static Parameters parameters(Backend backend) {
    Parameters parameters = Parameters.allocate(backend, SPECS, true);
    Random random = new Random(1);
    for (ParameterSpec spec : SPECS) {
      parameters.set(spec.name(), numbers(random, spec.layout().canonicalSize()));
    }
    return parameters;
  }

  private static float[] numbers(Random random, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = random.nextFloat() - 0.5f;
    }
    return numbers;
  }

  /// A program with its input, output and, in training, the output's gradient.
  private static final class Run {
    final Rows rows = new Rows(30, 6);
    final Tensor x;
    final Tensor y;
    final Tensor dy;
    final Program program;

    Run(Parameters parameters, Backend backend, Tape.Mode mode) {
      Tape tape = new Tape(backend, parameters, mode, 8);
      x = tape.inputWithGradient("x", new RowSpace.Steps(rows), IN);
      Tensor h = LinearOp.of(x, parameters.get("W"), null);
      h = LayerNormOp.of(h, parameters.get("gain"), parameters.get("bias"), 1e-5f);
      h = DropoutOp.of(Pointwise.tanh(h), 0.3f, false);
      Tensor sum = Sequences.repeat(Sequences.sum(Sequences.reverse(h)));
      h = Pointwise.add(SoftmaxOp.of(sum), h);
      y = tape.keep(Pointwise.multiply(h, Sequences.repeat(Sequences.last(h))));
      dy = GivenGradient.of(y);
      program = tape.program();
    }

    /// Outputs and input gradients of each sequence, one after the other.
    List<int[]> run(List<float[]> sequences, int[] ids) {
      int[] lengths = sequences.stream().mapToInt(s -> s.length / IN).toArray();
      rows.set(lengths, ids, lengths.length);
      float[] in = new float[rows.count() * IN];
      float[] gradient = new float[rows.count() * OUT];
      for (int b = 0; b < lengths.length; b++) {
        for (int t = 0; t < lengths[b]; t++) {
          System.arraycopy(sequences.get(b), t * IN, in, rows.row(t, b) * IN, IN);
          Arrays.fill(
              gradient, rows.row(t, b) * OUT, (rows.row(t, b) + 1) * OUT, 0.1f * t + ids[b]);
        }
      }
      program.upload(x, in);
      program.upload(dy, gradient);
      float[] dx = new float[in.length];
      float[] out = new float[gradient.length];
      if (y.gradient() == null) {
        program.evaluate(2);
      } else {
        program.train(2, 1);
        program.downloadGradient(x, dx);
      }
      program.download(y, out);
      List<int[]> results = new ArrayList<>();
      for (int b = 0; b < lengths.length; b++) {
        int[] bits = new int[lengths[b] * (OUT + IN)];
        for (int t = 0, at = 0; t < lengths[b]; t++) {
          for (int f = 0; f < OUT; f++) {
            bits[at++] = Float.floatToIntBits(out[rows.row(t, b) * OUT + f]);
          }
          for (int f = 0; f < IN; f++) {
            bits[at++] = Float.floatToIntBits(dx[rows.row(t, b) * IN + f]);
          }
        }
        results.add(bits);
      }
      return results;
    }
  }

  private static List<float[]> sequences() {
    Random random = new Random(3);
    List<float[]> sequences = new ArrayList<>();
    for (int length : new int[] {4, 30, 1, 0, 17, 30}) {
      sequences.add(numbers(random, length * IN));
    }
    return sequences;
  }

  @Test
  void alone_in_a_batch_and_in_another_order_a_sequence_has_the_same_bits() {
    try (Backend backend = TestBackends.plain()) {
      Run run = new Run(parameters(backend), backend, Tape.Mode.TRAIN);
      List<float[]> sequences = sequences();
      List<int[]> together = run.run(sequences, new int[] {0, 1, 2, 3, 4, 5});
      List<int[]> reversed = run.run(sequences.reversed(), new int[] {5, 4, 3, 2, 1, 0});
      for (int b = 0; b < 6; b++) {
        int[] alone = run.run(List.of(sequences.get(b)), new int[] {b}).getFirst();
        assertThat(alone).as("sequence %d", b).isEqualTo(together.get(b));
        assertThat(reversed.get(5 - b)).as("sequence %d", b).isEqualTo(together.get(b));
      }
    }
  }

  @Test
  void many_threads_predict_with_one_model() throws Exception {
    try (Backend backend = TestBackends.plain(2);
        var threads = Executors.newFixedThreadPool(64)) {
      Parameters parameters = parameters(backend);
      List<float[]> sequences = sequences();
      int[] ids = {0, 1, 2, 3, 4, 5};
      List<int[]> serial = new Run(parameters, backend, Tape.Mode.PREDICT).run(sequences, ids);
      List<Callable<List<int[]>>> calls = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        calls.add(() -> {
          Run run = new Run(parameters, backend, Tape.Mode.PREDICT);
          List<int[]> last = List.of();
          for (int repeat = 0; repeat < 5; repeat++) {
            last = run.run(sequences, ids);
          }
          return last;
        });
      }
      for (Future<List<int[]>> result : threads.invokeAll(calls)) {
        for (int b = 0; b < 6; b++) {
          assertThat(result.get().get(b)).isEqualTo(serial.get(b));
        }
      }
    }
  }
}
