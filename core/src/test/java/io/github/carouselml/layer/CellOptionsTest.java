package io.github.carouselml.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.Parameter;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.spec.Activation;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.CellParameters;
import io.github.carouselml.tensor.Flag;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.RecurrentPlan;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import io.github.carouselml.tensor.Updates;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What the options of cells do to parameters, to their first values, and to states that are carried.
class CellOptionsTest {
  /// Activations of which three have f(0) ≠ 0, in every place, and the cells that have none to choose.
  static Stream<CellSpec> bent() {
    List<Activation> all =
        List.of(
            new Activation.Sigmoid(),
            new Activation.Tanh(),
            new Activation.Relu(),
            new Activation.Softsign(),
            new Activation.HardSigmoid(),
            new Activation.LeakyRelu(),
            new Activation.Affine(0.5f, 0.3f));
    CellSpec.Lstm lstm = new CellSpec.Lstm(5).withPeepholes();
    CellSpec.Gru gru = new CellSpec.Gru(5);
    Stream<CellSpec> others =
        Stream.of(
            new CellSpec.MinLstm(5),
            new CellSpec.MinGru(5),
            new CellSpec.Lstm(5).withCoupledInputForget(),
            lstm.withCellClip(0.3f).withCoupledInputForget());
    Stream<CellSpec> activations =
        all.stream()
            .flatMap(f ->
                Stream.of(
                    new CellSpec.Rnn(5, f),
                    lstm.withActivations(f, f, f),
                    lstm.withLayerNorm().withActivations(f, f, f),
                    lstm.withProjectionSize(3).withActivations(f, f, f),
                    gru.withActivations(f, f),
                    gru.withReset(CellSpec.Gru.Reset.BEFORE).withActivations(f, f)));
    return Stream.concat(activations, others);
  }

  @ParameterizedTest
  @MethodSource("bent")
  void paddingStaysZeroOverTenStepsOfAdamW(CellSpec cell) {
    try (Backend backend = TestBackends.plain();
        ArrayLayer layer = new ArrayLayer(new Recurrent("r", 3, cell), backend, 1)) {
      Updates updates = backend.operations().updates();
      float[][][] x = numbers(new Random(2), new int[] {4, 2, 0, 3}, 3);
      float[][][] dy = numbers(new Random(3), new int[] {4, 2, 0, 3}, cell.outputSize());
      List<Parameter> all = List.copyOf(layer.parameters().all());
      Slot[] m = all.stream().map(p -> zeros(backend, p)).toArray(Slot[]::new);
      Slot[] v = all.stream().map(p -> zeros(backend, p)).toArray(Slot[]::new);
      for (int step = 0; step < 10; step++) {
        layer.forward(x);
        layer.backward(dy);
        for (int p = 0; p < m.length; p++) {
          Slot w = all.get(p).value();
          Slot g = all.get(p).gradient();
          updates.adam(w, g, m[p], v[p], 1f, 1e-3f, 1f, 0f, 0.999f, 0.1f, 0.001f, 1e-8f);
        }
      }
      for (Parameter parameter : all) {
        Slot w = parameter.value();
        float[] packed = new float[w.size()];
        backend.download(w, packed, 0);
        Layout layout = parameter.spec().layout();
        for (int i = 0; i < layout.canonicalSize(); i++) {
          assertThat(packed[layout.packed(i)]).as("%s of %s", parameter.name(), cell).isFinite();
          packed[layout.packed(i)] = 0f;
        }
        for (float padding : packed) {
          assertThat(Float.floatToRawIntBits(padding))
              .as("padding of %s of %s", parameter.name(), cell)
              .isZero();
        }
      }
      statesArePaddedWithZeros(backend, cell, all);
    }
  }

  private static void statesArePaddedWithZeros(
      Backend backend, CellSpec cell, List<Parameter> parameters) {
    int[] lengths = {4, 2, 0, 3};
    Rows rows = new Rows(4, 4);
    rows.set(lengths, 4);
    Slot[] values = parameters.stream().map(Parameter::value).toArray(Slot[]::new);
    Slot x = Slot.of(backend.allocate(rows.count() * Sizes.stride(3)));
    Slot y = Slot.of(backend.allocate(rows.count() * Sizes.stride(cell.outputSize())));
    @Nullable Slot c = cell.hasCellState() ? Slot.of(backend.allocate(4 * Sizes.stride(5))) : null;
    RecurrentPlan plan = backend.plan(cell, 3, 4, 4, EnumSet.noneOf(Flag.class));
    plan.forward(rows, x, null, null, values, y, null, c, false);
    paddedWithZeros(backend, y, cell.outputSize(), cell);
    if (c != null) {
      paddedWithZeros(backend, c, 5, cell);
    }
  }

  private static void paddedWithZeros(Backend backend, Slot grid, int features, CellSpec cell) {
    float[] all = new float[grid.size()];
    backend.download(grid, all, 0);
    for (int i = 0; i < all.length; i++) {
      if (i % Sizes.stride(features) >= features) {
        assertThat(Float.floatToRawIntBits(all[i])).as("padding of a state of %s", cell).isZero();
      }
    }
  }

  private static Slot zeros(Backend backend, Parameter parameter) {
    return Slot.of(backend.allocate(parameter.value().size()));
  }

  private static float[][][] numbers(Random random, int[] lengths, int features) {
    float[][][] x = new float[lengths.length][][];
    for (int b = 0; b < x.length; b++) {
      x[b] = new float[lengths[b]][features];
      for (float[] step : x[b]) {
        for (int k = 0; k < features; k++) {
          step[k] = random.nextFloat() - 0.5f;
        }
      }
    }
    return x;
  }

  @Test
  void everyOptionHasItsParametersInOrderAndGainsNeverDecay() {
    CellSpec.Lstm all = new CellSpec.Lstm(8).withPeepholes().withProjectionSize(3).withLayerNorm();
    List<ParameterSpec> specs = CellParameters.of(all, 5);
    assertThat(specs.stream().map(ParameterSpec::name))
        .containsExactly(
            "input_weight",
            "recurrent_weight",
            "bias",
            "peephole",
            "projection_weight",
            "input_gain",
            "recurrent_gain",
            "cell_gain",
            "cell_bias");
    assertThat(specs.stream().map(s -> s.layout().shape()))
        .containsExactly(
            List.of(32, 5),
            List.of(32, 3),
            List.of(32),
            List.of(24),
            List.of(3, 8),
            List.of(32),
            List.of(32),
            List.of(8),
            List.of(8));
    assertThat(specs.stream().filter(ParameterSpec::decays).map(ParameterSpec::name))
        .containsExactly("input_weight", "recurrent_weight", "projection_weight");
    try (Backend backend = TestBackends.plain()) {
      Parameters first = Layer.initialize(backend, List.of(new Recurrent("r", 5, all)), 1);
      assertThat(first.value("r.0.forward.peephole")).containsOnly(0f);
      assertThat(first.value("r.0.forward.cell_gain")).containsOnly(1f);
      assertThat(first.value("r.0.forward.cell_bias")).containsOnly(0f);
      assertThat(Arrays.copyOfRange(first.value("r.0.forward.bias"), 8, 16)).containsOnly(1f);
    }
  }

  @Test
  void timeLagsSpreadTheBiasesOfTheGatesThatRemember() {
    int H = 200;
    try (Backend backend = TestBackends.plain()) {
      Recurrent lstm = new Recurrent("r", 2, new CellSpec.Lstm(H)).withLongestLag(50);
      float[] b = Layer.initialize(backend, List.of(lstm), 1).value("r.0.forward.bias");
      float least = Float.POSITIVE_INFINITY;
      float most = 0;
      for (int k = 0; k < H; k++) {
        assertThat(b[k]).isEqualTo(-b[H + k]);
        assertThat(b[H + k]).isBetween(0f, (float) StrictMath.log(49));
        least = Math.min(least, b[H + k]);
        most = Math.max(most, b[H + k]);
      }
      assertThat(least).isLessThan(1);
      assertThat(most).isGreaterThan(3.7f);
      assertThat(Arrays.copyOfRange(b, 2 * H, 4 * H)).containsOnly(0f);
      Recurrent gru = new Recurrent("r", 2, new CellSpec.Gru(H)).withLongestLag(50);
      float[] bz = Layer.initialize(backend, List.of(gru), 1).value("r.0.forward.bias");
      assertThat(Arrays.copyOfRange(bz, 0, H)).containsOnly(0f);
      assertThat(bz[H]).isGreaterThan(0);
    }
    assertThatThrownBy(() -> new Recurrent("r", 2, new CellSpec.Rnn(3)).withLongestLag(50))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("no gate that remembers");
    assertThatThrownBy(() -> new Recurrent("r", 2, new CellSpec.Gru(3)).withLongestLag(1))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("2 steps or more, not 1");
  }

  @Test
  void aStateCarriedOnDoesNotLeakAcrossAReset() {
    CellSpec cell = new CellSpec.Lstm(4).withPeepholes();
    try (Backend backend = TestBackends.plain();
        ArrayLayer layer = new ArrayLayer(new Recurrent("r", 3, cell), backend, 1)) {
      float[][][] before = numbers(new Random(4), new int[] {5, 5}, 3);
      float[][][] after = numbers(new Random(5), new int[] {3, 3}, 3);
      float[][][] dy = numbers(new Random(6), new int[] {3, 3}, 4);
      List<ArrayLayer.State> last = layer.forward(before).last();
      boolean[] begins = {true, false};
      List<ArrayLayer.State> first = last.stream().map(state -> state.reset(begins)).toList();
      float[][][] y = layer.forward(after, null, first).outputs();
      float[][][] dx = layer.backward(dy).inputs();
      float[][][] fresh = layer.forward(after).outputs();
      float[][][] freshDx = layer.backward(dy).inputs();

      assertThat(y[0]).isDeepEqualTo(fresh[0]);
      assertThat(dx[0]).isDeepEqualTo(freshDx[0]);
      assertThat(Arrays.deepEquals(y[1], fresh[1])).isFalse();
      assertThatThrownBy(() -> last.getFirst().reset(new boolean[3]))
          .isInstanceOf(CarouselException.Request.class)
          .hasMessage("A reset mask for 3 sequences was given for a state of 2.");
    }
  }
}
