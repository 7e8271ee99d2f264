package io.github.carouselml.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.kernel.Random;
import io.github.carouselml.layer.ArrayLayer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class GradientTraceTest {
  private static final int INPUTS = 3;
  private static final int STEPS = 12;
  private static final int SEQUENCES = 2;
  private static final long SEED = 4;

  private static final Backend BACKEND =
      Backends.open("cpu", new BackendOptions().withThreads(1).withKernels("plain"));

  static List<CellSpec> cells() {
    return List.of(
        new CellSpec.Rnn(5),
        new CellSpec.Gru(5),
        new CellSpec.Lstm(5),
        new CellSpec.Lstm(5).withPeepholes().withProjectionSize(4));
  }

  private static float[][][] inputs(long seed) {
    var random = new Random(seed, Random.Purpose.SAMPLE, 0);
    float[][][] x = new float[SEQUENCES][STEPS][INPUTS];
    int drawn = 0;
    for (float[][] sequence : x) {
      for (float[] step : sequence) {
        for (int k = 0; k < INPUTS; k++) {
          step[k] = (float) random.normal(drawn++);
        }
      }
    }
    return x;
  }

  private static float[][] probes(CellSpec cell) {
    float[][] probes = new float[SEQUENCES][cell.outputSize()];
    for (int b = 0; b < SEQUENCES; b++) {
      probes[b][b] = 1;
    }
    return probes;
  }

  private static Recurrent layer(CellSpec cell) {
    return new Recurrent("layer", INPUTS, cell);
  }

  @ParameterizedTest
  @MethodSource("cells")
  void step_by_step_it_has_the_bits_of_a_backward_pass_over_the_whole(CellSpec cell) {
    float[][][] x = inputs(SEED);
    float[][] probes = probes(cell);
    try (var network = new ArrayLayer(layer(cell), BACKEND, SEED)) {
      GradientTrace trace = GradientTrace.of(network, x, probes);
      network.forward(x);
      float[][] c = cell.hasCellState() ? new float[SEQUENCES][cell.hiddenSize()] : new float[0][];
      ArrayLayer.State first =
          network
              .backward(
                  new float[SEQUENCES][STEPS][cell.outputSize()],
                  List.of(new ArrayLayer.State(probes, c)))
              .first()
              .getFirst();
      for (int b = 0; b < SEQUENCES; b++) {
        double[] g = trace.gradient(b, 0);
        for (int k = 0; k < cell.outputSize(); k++) {
          double scaled = StrictMath.scalb(g[k], (int) trace.exponent(b, 0));
          assertThat((float) scaled).as("seed %d, h %d", SEED, k).isEqualTo(first.h()[b][k]);
        }
        for (int k = 0; cell.hasCellState() && k < cell.hiddenSize(); k++) {
          double scaled = StrictMath.scalb(g[cell.outputSize() + k], (int) trace.exponent(b, 0));
          assertThat((float) scaled).as("seed %d, c %d", SEED, k).isEqualTo(first.c()[b][k]);
        }
        assertThat(trace.log10Norm(b, 0)).isZero();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cells")
  void differences_confirm_it(CellSpec cell) {
    try (var network = new ArrayLayer(layer(cell), BACKEND, SEED)) {
      GradientTrace trace = GradientTrace.of(network, inputs(SEED), probes(cell));
      TraceCheck check = TraceCheck.of(trace, cell, INPUTS, network.parameters(), SEED);
      assertThat(check.along()).as("seed %d", SEED).isBetween(0.0, 1e-5);
      assertThat(check.across()).as("seed %d", SEED).isBetween(0.0, 1e-5);
      assertThat(check.whole()).as("seed %d", SEED).isBetween(0.0, 1e-4);
      assertThat(check.distances()).as("seed %d", SEED).isEqualTo(4);
    }
  }

  @Test
  void differences_refute_the_gradients_of_another_network() {
    CellSpec cell = new CellSpec.Lstm(5);
    try (var network = new ArrayLayer(layer(cell), BACKEND, SEED);
        var other = new ArrayLayer(layer(cell), BACKEND, SEED + 1)) {
      GradientTrace trace = GradientTrace.of(network, inputs(SEED), probes(cell));
      TraceCheck check = TraceCheck.of(trace, cell, INPUTS, other.parameters(), SEED);
      assertThat(check.along()).as("seed %d", SEED).isGreaterThan(1e-2);
      assertThat(check.across()).as("seed %d", SEED).isGreaterThan(1e-2);
      assertThat(check.whole()).as("seed %d", SEED).isGreaterThan(1e-2);
    }
  }

  @Test
  void a_stack_and_missing_probes_are_refused() {
    CellSpec cell = new CellSpec.Rnn(5);
    try (var stack = new ArrayLayer(new Recurrent("s", INPUTS, cell, cell), BACKEND, SEED);
        var one = new ArrayLayer(layer(cell), BACKEND, SEED)) {
      assertThatThrownBy(() -> GradientTrace.of(stack, inputs(SEED), probes(cell)))
          .isInstanceOf(CarouselException.Request.class)
          .hasMessageContaining("2 states");
      assertThatThrownBy(() -> GradientTrace.of(one, inputs(SEED), new float[0][]))
          .isInstanceOf(CarouselException.Request.class)
          .hasMessageContaining("0 probes");
    }
  }
}
