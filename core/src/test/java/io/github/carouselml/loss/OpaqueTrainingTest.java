package io.github.carouselml.loss;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.Parameter;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Sequences;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.Dense;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.LossSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.OpaqueBackend;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A whole training, from first values to the last update, on a backend whose buffers nobody can
/// read: it learns, with the bits of the backend beneath it.
class OpaqueTrainingTest {
  private static final int UPDATES = 60;

  private record Training(List<Double> losses, List<float[]> weights) {}

  /// Learns the sum of each sequence.
  private static Training train(Backend backend) {
    Recurrent lstm =
        new Recurrent("lstm", 2, new CellSpec.Lstm(5), new CellSpec.Gru(5)).withDropout(0.05);
    Dense head = new Dense("head", 5, 1);
    Parameters parameters = Layer.initialize(backend, List.of(lstm, head), 3);
    Slot first = Slot.of(backend.allocate(parameters.values().size()));
    Slot second = Slot.of(backend.allocate(parameters.values().size()));
    Rows rows = new Rows(6, 4);
    if (backend instanceof OpaqueBackend opaque) {
      opaque.poison();
    }
    Tape tape = new Tape(backend, parameters, Tape.Mode.TRAIN, 5);
    Tensor x = tape.input("x", new RowSpace.Steps(rows), 2);
    Tensor target = tape.input("target", new RowSpace.Sequences(rows), 1);
    Tensor sum = head.apply(Sequences.last(lstm.apply(x)));
    MeanLoss.of(new LossSpec.Squared(), sum, target);
    Training training = new Training(new ArrayList<>(), new ArrayList<>());
    try (Program program = tape.program()) {
      Random random = new Random(1);
      var updates = program.operations().updates();
      for (int update = 1; update <= UPDATES; update++) {
        int[] lengths = random.ints(4, 1, 7).toArray();
        rows.set(lengths, 4);
        float[] inputs = new float[rows.count() * 2];
        float[] sums = new float[4];
        for (int b = 0; b < 4; b++) {
          for (int t = 0; t < lengths[b]; t++) {
            for (int f = 0; f < 2; f++) {
              float value = random.nextFloat() - 0.5f;
              inputs[rows.row(t, b) * 2 + f] = value;
              sums[rows.rank(b)] += value;
            }
          }
        }
        program.upload(x, inputs);
        program.upload(target, sums);
        parameters.zeroGradients(program.operations());
        training.losses.add(program.train(update, 1));
        double norm = Math.sqrt(updates.sumOfSquares(parameters.gradients()));
        updates.scale((float) Math.min(1, 1 / norm), parameters.gradients());
        float bias1 = 1 - (float) StrictMath.pow(0.9, update);
        float bias2 = 1 - (float) StrictMath.pow(0.99, update);
        updates.adam(
            parameters.values(),
            parameters.gradients(),
            first,
            second,
            1,
            0.02f / bias1,
            1 / (float) Math.sqrt(bias2),
            0,
            1,
            0.1f,
            0.01f,
            1e-8f);
      }
      for (Parameter parameter : parameters.all()) {
        training.weights.add(parameters.value(parameter.name()));
      }
      // after many updates, padding is still exactly +0
      float[] packed = new float[parameters.values().size()];
      backend.download(parameters.values(), packed, 0);
      boolean[] real = new boolean[packed.length];
      for (Parameter parameter : parameters.all()) {
        for (int i = 0; i < parameter.spec().layout().canonicalSize(); i++) {
          real[parameter.value().offset() + parameter.spec().layout().packed(i)] = true;
        }
      }
      for (int i = 0; i < packed.length; i++) {
        assertThat(real[i] || Float.floatToRawIntBits(packed[i]) == 0).as("padding %d", i).isTrue();
      }
    }
    return training;
  }

  @Test
  void learns_with_the_same_bits_on_buffers_that_nobody_can_read() {
    Training plain = train(TestBackends.plain());
    Training opaque = train(new OpaqueBackend(TestBackends.plain()));
    assertThat(opaque.losses).isEqualTo(plain.losses);
    for (int p = 0; p < plain.weights.size(); p++) {
      assertThat(opaque.weights.get(p)).containsExactly(plain.weights.get(p));
    }
    double begin = plain.losses.subList(0, 10).stream().mapToDouble(l -> l).sum();
    double end = plain.losses.subList(UPDATES - 10, UPDATES).stream().mapToDouble(l -> l).sum();
    assertThat(end).isLessThan(begin / 3);
  }
}
