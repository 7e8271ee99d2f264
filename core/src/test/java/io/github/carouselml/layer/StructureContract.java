package io.github.carouselml.layer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.cell.ReferenceCell;
import io.github.carouselml.cpu.Engine;
import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.GivenGradient;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.inspect.NamedCell;
import io.github.carouselml.kernel.PlainElementwise;
import io.github.carouselml.model.Codec;
import io.github.carouselml.model.Json;
import io.github.carouselml.spec.Between;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Direction;
import io.github.carouselml.spec.RecurrentNoise;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.OpaqueBackend;
import io.github.carouselml.tensor.ParameterSpec.Role;
import io.github.carouselml.tensor.Rows;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Residual connections, layer norm, dropout of every kind, zoneout and DropConnect, on every set
/// of kernels: values and all gradients against finite differences of the reference with the same
/// masks, and the same bits on any threads, with any neighbours and on opaque buffers.
public abstract class StructureContract {
  private static final long SEED = 23;
  private static final RecurrentNoise QUIET = new RecurrentNoise();

  /// The kernels under test, with a team of so many threads.
  protected abstract Engine engine(int threads);

  static Stream<Recurrent> stacks() {
    CellSpec.Lstm lstm = new CellSpec.Lstm(5);
    CellSpec gru = new CellSpec.Gru(5);
    CellSpec before = new CellSpec.Gru(5).withReset(CellSpec.Gru.Reset.BEFORE);
    CellSpec projected = new CellSpec.Lstm(5).withProjectionSize(3).withPeepholes();
    CellSpec rnn = new CellSpec.Rnn(5);
    Between both = new Between().withResidual().withLayerNorm();
    RecurrentNoise all =
        QUIET.withInput(0.2).withRecurrent(0.3).withZoneout(0.25, 0.4).withDropConnect(0.2);
    RecurrentNoise withoutC = all.withZoneout(0.25, 0);
    Stream<Recurrent> some =
        Stream.of(
            new Recurrent("residual", 2, lstm, gru, rnn).withBetween(new Between().withResidual()),
            new Recurrent("normed", 2, lstm, rnn).withBetween(new Between().withLayerNorm()),
            new Recurrent("both", 3, gru, lstm)
                .withBetween(both)
                .withDropout(0.4)
                .withDirection(Direction.BOTH),
            new Recurrent("input", 3, gru).withNoise(QUIET.withInput(0.4)),
            new Recurrent("operand", 2, lstm).withNoise(QUIET.withRecurrent(0.4)),
            new Recurrent("operand", 2, before, gru).withNoise(QUIET.withRecurrent(0.4)),
            new Recurrent("operand", 2, projected, rnn).withNoise(QUIET.withRecurrent(0.4)),
            new Recurrent("zoneout", 2, lstm).withNoise(QUIET.withZoneout(0.3, 0.5)),
            new Recurrent("zoneout of h", 2, lstm, rnn).withNoise(QUIET.withZoneout(0.3, 0)),
            new Recurrent("zoneout of c", 2, lstm).withNoise(QUIET.withZoneout(0, 0.5)),
            new Recurrent("zoneout", 2, before, gru).withNoise(QUIET.withZoneout(0.3, 0)),
            new Recurrent("zoneout", 2, projected).withNoise(QUIET.withZoneout(0.3, 0.5)),
            new Recurrent("zoneout", 2, new CellSpec.MinGru(5))
                .withNoise(QUIET.withZoneout(0.3, 0)),
            new Recurrent("connect", 2, lstm, gru).withNoise(QUIET.withDropConnect(0.4)),
            new Recurrent("connect", 1, before).withNoise(QUIET.withDropConnect(0.4)),
            new Recurrent("all", 2, lstm, projected).withNoise(all).withDirection(Direction.BOTH),
            new Recurrent(
                    "all", 2, lstm.withLayerNorm(), lstm.withLayerNorm().withProjectionSize(3))
                .withNoise(all),
            new Recurrent("all", 2, before, gru).withNoise(withoutC).withBetween(both));
    return Stream.concat(some, NamedCell.all().stream().map(StructureContract::withAllNoise));
  }

  /// Every cell, with everything that can be left out of it.
  private static Recurrent withAllNoise(NamedCell cell) {
    CellSpec spec = cell.of().apply(5);
    RecurrentNoise noise = QUIET.withInput(0.2).withZoneout(0.25, spec.hasCellState() ? 0.4 : 0);
    return new Recurrent(cell.name(), 2, spec)
        .withNoise(
            spec.hasRecurrentWeight() ? noise.withRecurrent(0.3).withDropConnect(0.2) : noise);
  }

  /// The stack in double, over one sequence.
  private static final class Truth {
    final Recurrent layer;
    final List<double[]> parameters;
    final List<Role> roles;
    final boolean training;
    private int stream;
    private int parameter;

    Truth(Recurrent layer, List<double[]> parameters, List<Role> roles, boolean training) {
      this.layer = layer;
      this.parameters = parameters;
      this.roles = roles;
      this.training = training;
    }

    private float[] mask(double rate, int sequence, int step, int count, boolean connect) {
      var purpose =
          connect
              ? io.github.carouselml.kernel.Random.Purpose.DROP_CONNECT
              : io.github.carouselml.kernel.Random.Purpose.DROPOUT;
      var random = new io.github.carouselml.kernel.Random(SEED, purpose, stream);
      float[] mask = new float[count];
      new PlainElementwise().mask(random, 1, sequence, step, (float) rate, mask, 0, count);
      return mask;
    }

    private double[][] dropped(double[][] x, double rate, int sequence, boolean shared) {
      if (rate == 0 || !training) {
        return x;
      }
      double[][] y = new double[x.length][];
      for (int t = 0; t < x.length; t++) {
        float[] mask = mask(rate, sequence, shared ? 0 : t, x[t].length, false);
        y[t] = new double[x[t].length];
        for (int k = 0; k < y[t].length; k++) {
          y[t][k] = mask[k] * x[t][k];
        }
      }
      stream++;
      return y;
    }

    private double[][] normed(double[][] x) {
      double[] gain = parameters.get(parameter++);
      double[] bias = parameters.get(parameter++);
      double[][] y = new double[x.length][];
      for (int t = 0; t < x.length; t++) {
        double mean = Arrays.stream(x[t]).average().orElseThrow();
        double variance =
            Arrays.stream(x[t]).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
        y[t] = new double[x[t].length];
        for (int k = 0; k < y[t].length; k++) {
          y[t][k] = gain[k] * (x[t][k] - mean) / Math.sqrt(variance + 1e-5f) + bias[k];
        }
      }
      return y;
    }

    double[][] outputs(double[][] x, int sequence) {
      stream = 0;
      parameter = 0;
      double[][] s = x;
      for (int l = 0; l < layer.cells().size(); l++) {
        double[][] in = s;
        if (l > 0) {
          in = layer.between().layerNorm() ? normed(in) : in;
          in = dropped(in, layer.dropout(), sequence, false);
        }
        in = dropped(in, layer.noise().input(), sequence, true);
        double[][] out = new double[x.length][0];
        for (int d = 0; d < (layer.direction() == Direction.BOTH ? 2 : 1); d++) {
          double[][] run = run(layer.cells().get(l), layer.inputSize(l), d == 1, in, sequence);
          for (int t = 0; t < x.length; t++) {
            double[] h = run[d == 1 ? x.length - 1 - t : t];
            int at = out[t].length;
            out[t] = Arrays.copyOf(out[t], at + h.length);
            System.arraycopy(h, 0, out[t], at, h.length);
          }
        }
        for (int t = 0; l > 0 && layer.between().residual() && t < x.length; t++) {
          for (int k = 0; k < out[t].length; k++) {
            out[t][k] += s[t][k];
          }
        }
        s = out;
      }
      return s;
    }

    private double[][] run(
        CellSpec spec, int inputs, boolean reverse, double[][] in, int sequence) {
      RecurrentNoise noise = layer.noise();
      ReferenceCell cell = ReferenceCell.of(spec, inputs);
      int P = spec.outputSize();
      double[] R = {};
      for (var p : cell.parameters().all()) {
        double[] values = parameters.get(parameter);
        System.arraycopy(values, 0, p.values(), 0, values.length);
        if (roles.get(parameter) == Role.RECURRENT_WEIGHT && R.length == 0) {
          R = p.values();
        }
        parameter++;
      }
      if (training && noise.recurrent() > 0) {
        // R (m ⊙ h') = (R diag(m)) h'
        float[] mask = mask(noise.recurrent(), sequence, 0, P, false);
        for (int i = 0; i < R.length; i++) {
          R[i] *= mask[i % P];
        }
        stream++;
      }
      int zoneoutStream = stream;
      if (training) {
        stream += (noise.zoneoutHidden() > 0 ? 1 : 0) + (noise.zoneoutCell() > 0 ? 1 : 0);
      }
      if (training && noise.dropConnect() > 0) {
        for (int o = 0; o < R.length / P; o++) {
          float[] mask = mask(noise.dropConnect(), o, 0, P, true);
          for (int k = 0; k < P; k++) {
            R[o * P + k] *= mask[k];
          }
        }
        stream++;
      }
      int after = stream;
      ReferenceCell.State state = cell.zeroState();
      double[][] y = new double[in.length][];
      for (int t = 0; t < in.length; t++) {
        ReferenceCell.State made = cell.step(in[reverse ? in.length - 1 - t : t], state).after();
        stream = zoneoutStream;
        double[] h = zoned(noise.zoneoutHidden(), state.h(), made.h(), sequence, t);
        double[] c = zoned(noise.zoneoutCell(), state.c(), made.c(), sequence, t);
        state = new ReferenceCell.State(h, c);
        y[t] = h;
      }
      stream = after;
      return y;
    }

    private double[] zoned(double rate, double[] old, double[] made, int sequence, int t) {
      double[] y = made.clone();
      if (rate == 0) {
        return y;
      }
      float[] mask = training ? mask(rate, sequence, t, y.length, false) : new float[0];
      for (int k = 0; k < y.length; k++) {
        if (training) {
          y[k] = mask[k] == 0 ? old[k] : made[k];
        } else {
          y[k] = rate * old[k] + (1 - rate) * made[k];
        }
      }
      stream++;
      return y;
    }
  }

  private static float[][][] numbers(Random random, int[] lengths, int features) {
    float[][][] x = new float[lengths.length][][];
    for (int b = 0; b < x.length; b++) {
      x[b] = StepperContract.numbers(random.nextLong(), lengths[b], features);
    }
    return x;
  }

  private static double[] wide(float[] x) {
    double[] y = new double[x.length];
    for (int k = 0; k < x.length; k++) {
      y[k] = x[k];
    }
    return y;
  }

  private static double[][] wide(float[][] x) {
    return Arrays.stream(x).map(StructureContract::wide).toArray(double[][]::new);
  }

  private static void randomize(ArrayLayer arrays) {
    Random random = new Random(SEED);
    for (var p : arrays.parameters().all()) {
      float[] values = new float[p.spec().layout().canonicalSize()];
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextFloat() * 1.6f - 0.8f;
      }
      arrays.parameters().set(p.name(), values);
    }
  }

  @ParameterizedTest
  @MethodSource("stacks")
  void agrees_with_the_reference_under_the_same_masks(Recurrent layer) {
    int[] lengths = {3, 0, 4, 1};
    Random random = new Random(SEED);
    float[][][] x = numbers(random, lengths, layer.inputSize());
    float[][][] dy = numbers(random, lengths, layer.outputSize());
    try (Backend backend = TestBackends.of(engine(2));
        ArrayLayer arrays = new ArrayLayer(layer, backend, SEED)) {
      randomize(arrays);
      List<double[]> parameters = new ArrayList<>();
      List<Role> roles = new ArrayList<>();
      for (var p : arrays.parameters().all()) {
        parameters.add(wide(arrays.parameters().value(p.name())));
        roles.add(p.spec().role());
      }
      Truth truth = new Truth(layer, parameters, roles, true);
      double[][][] xs = Arrays.stream(x).map(StructureContract::wide).toArray(double[][][]::new);
      float[][][] got = arrays.forward(x).outputs();
      for (int b = 0; b < lengths.length; b++) {
        double[][] expected = truth.outputs(xs[b], b);
        for (int t = 0; t < lengths[b]; t++) {
          near(layer + " y", got[b][t], expected[t]);
        }
      }
      ArrayLayer.Gradients gradients = arrays.backward(dy);
      for (int b = 0; b < lengths.length; b++) {
        for (int t = 0; t < lengths[b]; t++) {
          near(layer + " dx", gradients.inputs()[b][t], differences(truth, xs, dy, xs[b][t]));
        }
      }
      int p = 0;
      for (Map.Entry<String, float[]> entry : gradients.parameters().entrySet()) {
        double[] expected = differences(truth, xs, dy, parameters.get(p++));
        near(layer + " " + entry.getKey(), entry.getValue(), expected);
      }

      // another update has other masks, and predicting has none
      if (layer.dropout() > 0 || !layer.noise().equals(QUIET)) {
        assertThat(Arrays.deepEquals(arrays.forward(x).outputs(), got)).isFalse();
      }
      if (layer.direction() == Direction.FORWARD) {
        Stepper stepper = new Stepper(backend, arrays.parameters(), layer);
        double[][] expected = new Truth(layer, parameters, roles, false).outputs(xs[2], 2);
        float[] y = new float[layer.outputSize()];
        for (int t = 0; t < lengths[2]; t++) {
          stepper.step(x[2][t], y);
          near(layer + " predicted", y, expected[t]);
        }
      }
    }
  }

  private static double loss(Truth truth, double[][][] x, float[][][] dy) {
    double loss = 0;
    for (int b = 0; b < x.length; b++) {
      double[][] y = truth.outputs(x[b], b);
      for (int t = 0; t < y.length; t++) {
        for (int k = 0; k < y[t].length; k++) {
          loss += y[t][k] * dy[b][t][k];
        }
      }
    }
    return loss;
  }

  private static double[] differences(Truth truth, double[][][] x, float[][][] dy, double[] of) {
    double[] differences = new double[of.length];
    for (int i = 0; i < of.length; i++) {
      double kept = of[i];
      of[i] = kept + 1e-5;
      double up = loss(truth, x, dy);
      of[i] = kept - 1e-5;
      double down = loss(truth, x, dy);
      of[i] = kept;
      differences[i] = (up - down) / 2e-5;
    }
    return differences;
  }

  private static void near(String where, float[] got, double[] expected) {
    assertThat(got).as(where).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(Math.abs(got[i] - expected[i]))
          .as("%s, element %d: %s, expected %s, seed %d", where, i, got[i], expected[i], SEED)
          .isLessThanOrEqualTo(2e-5 * Math.max(1, Math.abs(expected[i])));
    }
  }

  /// The same stack with more units.
  private static Recurrent larger(Recurrent layer) {
    CellSpec[] cells =
        layer.cells().stream().map(StructureContract::larger).toArray(CellSpec[]::new);
    return new Recurrent(layer.name(), layer.inputSize(), cells)
        .withDirection(layer.direction())
        .withDropout(layer.dropout())
        .withBetween(layer.between())
        .withNoise(layer.noise());
  }

  private static CellSpec larger(CellSpec cell) {
    CellSpec larger = cell.withHiddenSize(37);
    return larger instanceof CellSpec.Lstm lstm && lstm.projectionSize().isPresent()
        ? lstm.withProjectionSize(18)
        : larger;
  }

  /// Outputs and gradients of two updates.
  private static List<Object> run(Backend backend, Recurrent layer, int[] lengths) {
    Random random = new Random(4);
    float[][][] x = numbers(random, lengths, layer.inputSize());
    random.setSeed(5);
    float[][][] dy = numbers(random, lengths, layer.outputSize());
    try (ArrayLayer arrays = new ArrayLayer(layer, backend, SEED)) {
      randomize(arrays);
      if (backend instanceof OpaqueBackend opaque) {
        opaque.poison();
      }
      List<Object> results = new ArrayList<>();
      for (int update = 0; update < 2; update++) {
        ArrayLayer.Outputs outputs = arrays.forward(x);
        ArrayLayer.Gradients gradients = arrays.backward(dy);
        results.add(outputs.outputs());
        results.add(gradients.inputs());
        outputs.last().forEach(state -> results.addAll(List.of(state.h(), state.c())));
        results.addAll(gradients.parameters().values());
      }
      return results;
    }
  }

  @ParameterizedTest
  @MethodSource("stacks")
  void gives_the_same_bits_on_any_threads_and_on_opaque_buffers(Recurrent small) {
    Recurrent layer = larger(small);
    for (int[] lengths : new int[][] {{5, 2, 7, 0}, {4, 4, 4, 4, 4, 3, 3, 3, 3}}) {
      List<Object> expected = run(TestBackends.plain(), layer, lengths);
      for (int threads : new int[] {1, 2, 7}) {
        try (Backend backend = TestBackends.of(engine(threads))) {
          same(layer + " on " + threads, run(backend, layer, lengths), expected);
        }
      }
      same(
          layer + " opaque",
          run(new OpaqueBackend(TestBackends.plain()), layer, lengths),
          expected);
    }
  }

  @ParameterizedTest
  @MethodSource("stacks")
  void a_sequence_does_not_know_its_neighbours(Recurrent small) {
    Recurrent layer = larger(small);
    try (Backend backend = TestBackends.of(engine(2))) {
      List<Object> together = run(backend, layer, new int[] {5, 2, 7, 0, 5, 1, 9, 3, 3});
      List<Object> alone = run(backend, layer, new int[] {5});
      for (int i = 0; i < 2; i++) {
        float[][][] batch = (float[][][]) together.get(i);
        assertThat(((float[][][]) alone.get(i))[0])
            .as("%s", layer)
            .isDeepEqualTo(Arrays.copyOf(batch[0], 5));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("stacks")
  @Tag("allocation")
  void a_step_allocates_nothing(Recurrent layer) {
    var bean = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Backend backend = TestBackends.of(engine(1))) {
      Rows rows = new Rows(4, 3);
      rows.set(new int[] {4, 1, 3}, 3);
      Parameters parameters = Layer.initialize(backend, List.of(layer), SEED);
      Tape tape = new Tape(backend, parameters, Tape.Mode.TRAIN, SEED);
      Tensor x = tape.inputWithGradient("x", new RowSpace.Steps(rows), layer.inputSize());
      GivenGradient.of(layer.apply(x));
      try (Program program = tape.program()) {
        program.upload(x, new float[rows.count() * layer.inputSize()]);
        long least = Long.MAX_VALUE;
        // loops over vectors allocate until they are compiled
        long start = System.nanoTime();
        for (int update = 0; least > 0 && System.nanoTime() - start < 60e9; update++) {
          long before = bean.getCurrentThreadAllocatedBytes();
          program.train(update, 1);
          least = Math.min(least, bean.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).as("bytes of a step of %s", layer).isZero();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("stacks")
  void is_written_in_a_file_and_read(Recurrent layer) {
    Codec<Recurrent> codec = Codec.of(Recurrent.class);
    assertThat(codec.read(codec.write(layer), "model")).isEqualTo(layer);
    // a file from before there was anything between layers or noise within them
    Recurrent plain = layer.withBetween(new Between()).withNoise(QUIET);
    var members = new LinkedHashMap<>(((Json.Obj) codec.write(plain)).members());
    members.remove("between");
    members.remove("noise");
    assertThat(codec.read(new Json.Obj(members), "old model")).isEqualTo(plain);
    members.remove("longestLag");
    assertThat(codec.read(new Json.Obj(members), "old model")).isEqualTo(plain);
  }

  private static void same(String where, List<Object> got, List<Object> expected) {
    for (int i = 0; i < expected.size(); i++) {
      assertThat(Arrays.deepEquals(new Object[] {got.get(i)}, new Object[] {expected.get(i)}))
          .as("%s, result %d", where, i)
          .isTrue();
    }
  }
}
