package io.github.carouselml.layer;

import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.RecurrentNoise;
import io.github.carouselml.spec.WeightPrecision;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.CellParameters;
import io.github.carouselml.tensor.Flag;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.RecurrentPlan;
import io.github.carouselml.tensor.RecurrentStep;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Sizes;
import io.github.carouselml.tensor.Slot;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One recurrent plan run once over a batch of made-up numbers.
final class SweepRun {
  private SweepRun() {}

  /// What a run is made of.
  interface Numbers {
    CellSpec cell();

    int inputs();

    int[] lengths();

    float[][] x(int b);

    float[] h0(int b);

    float[] c0(int b);

    float[][] parameters();

    float[][] dy(int b);

    float[] dhN(int b);

    float[] dcN(int b);

    default boolean hasC() {
      return cell().hasCellState();
    }
  }

  /// A forward pass over given numbers.
  record Given(
      CellSpec cell,
      int inputs,
      int[] lengths,
      float[][] parameters,
      List<float[][]> xs,
      List<float[]> hs,
      List<float[]> cs)
      implements Numbers {
    @Override
    public float[][] x(int b) {
      return xs.get(b);
    }

    @Override
    public float[] h0(int b) {
      return hs.get(b);
    }

    @Override
    public float[] c0(int b) {
      return hasC() ? cs.get(b) : new float[cell.hiddenSize()];
    }

    @Override
    public float[][] dy(int b) {
      return new float[lengths[b]][cell.outputSize()];
    }

    @Override
    public float[] dhN(int b) {
      return new float[cell.outputSize()];
    }

    @Override
    public float[] dcN(int b) {
      return new float[cell.hiddenSize()];
    }
  }

  /// A cell, its input size, the sequences and a seed for the numbers; `first` is the id of the first
  /// sequence, whose numbers depend on its id alone.
  record Case(CellSpec cell, int inputs, int[] lengths, long seed, int first) implements Numbers {
    Case(CellSpec cell, int inputs, int[] lengths, long seed) {
      this(cell, inputs, lengths, seed, 0);
    }

    Case alone(int b) {
      return new Case(cell, inputs, new int[] {lengths[b]}, seed, first + b);
    }

    @Override
    public float[][] x(int b) {
      return steps("x", b, inputs);
    }

    @Override
    public float[][] dy(int b) {
      return steps("dy", b, cell.outputSize());
    }

    @Override
    public float[] h0(int b) {
      return vector("h0", first + b, cell.outputSize());
    }

    @Override
    public float[] c0(int b) {
      return vector("c0", first + b, cell.hiddenSize());
    }

    @Override
    public float[] dhN(int b) {
      return vector("dhN", first + b, cell.outputSize());
    }

    @Override
    public float[] dcN(int b) {
      return vector("dcN", first + b, cell.hiddenSize());
    }

    @Override
    public float[][] parameters() {
      List<ParameterSpec> specs = CellParameters.of(cell, inputs);
      return specs.stream()
          .map(spec -> vector(spec.name(), 0, spec.layout().canonicalSize()))
          .toArray(float[][]::new);
    }

    private float[][] steps(String what, int b, int features) {
      float[][] x = new float[lengths[b]][];
      for (int t = 0; t < x.length; t++) {
        x[t] = vector(what + t, first + b, features);
      }
      return x;
    }

    private float[] vector(String what, int b, int n) {
      Random random = new Random(seed + 31L * what.hashCode() + 1_000_003L * b);
      float[] x = new float[n];
      // about the size that trained weights have: larger ones make a long sequence chaotic
      float scale =
          what.contains("weight") ? (float) (1.2 / StrictMath.sqrt(cell.hiddenSize())) : 1;
      for (int i = 0; i < n; i++) {
        x[i] = scale * (random.nextFloat() * 2 - 1);
      }
      return x;
    }

    @Override
    public String toString() {
      return cell + " I=" + inputs + " lengths=" + Arrays.toString(lengths) + " seed=" + seed;
    }
  }

  /// Rows by sequence as they came out.
  record Result(
      Numbers run,
      Rows rows,
      float[] ys,
      float[] hNs,
      float[] cNs,
      float[] dxs,
      float[] dh0s,
      float[] dc0s,
      float[][] gradients) {
    float[][] y(int b) {
      return steps(ys, b, run.cell().outputSize());
    }

    float[][] dx(int b) {
      return steps(dxs, b, run.inputs());
    }

    float[] hN(int b) {
      return state(hNs, b, run.cell().outputSize());
    }

    float[] cN(int b) {
      return state(cNs, b, run.cell().hiddenSize());
    }

    float[] dh0(int b) {
      return state(dh0s, b, run.cell().outputSize());
    }

    float[] dc0(int b) {
      return state(dc0s, b, run.cell().hiddenSize());
    }

    private float[][] steps(float[] all, int b, int n) {
      float[][] x = new float[run.lengths()[b]][];
      for (int t = 0; t < x.length; t++) {
        x[t] = Arrays.copyOfRange(all, rows.row(t, b) * n, (rows.row(t, b) + 1) * n);
      }
      return x;
    }

    private float[] state(float[] all, int b, int n) {
      return Arrays.copyOfRange(all, rows.rank(b) * n, (rows.rank(b) + 1) * n);
    }

    String digest() {
      try {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (float[] x : List.of(ys, hNs, cNs, dxs, dh0s, dc0s)) {
          add(digest, x);
        }
        for (float[] x : gradients) {
          add(digest, x);
        }
        return HexFormat.of().formatHex(digest.digest());
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException(e);
      }
    }

    private static void add(MessageDigest digest, float[] x) {
      ByteBuffer bytes = ByteBuffer.allocate(4 * x.length);
      bytes.asFloatBuffer().put(x);
      digest.update(bytes);
    }
  }

  static Result train(Backend backend, Numbers run) {
    return run(backend, run, true);
  }

  static Result predict(Backend backend, Numbers run) {
    return run(backend, run, false);
  }

  private static Result run(Backend backend, Numbers run, boolean training) {
    int B = run.lengths().length;
    int T = Arrays.stream(run.lengths()).max().orElse(0);
    int I = run.inputs();
    int O = run.cell().outputSize();
    int H = run.cell().hiddenSize();
    Set<Flag> flags = training ? EnumSet.allOf(Flag.class) : EnumSet.noneOf(Flag.class);
    RecurrentPlan plan = backend.plan(run.cell(), I, T, B, flags);
    Rows rows = new Rows(T, B);
    rows.set(run.lengths(), B);
    int N = rows.count();
    Slot x = grid(backend, N, I);
    Slot dy = grid(backend, N, O);
    float[] xs = new float[N * I];
    float[] dys = new float[N * O];
    Slot h0 = grid(backend, B, O);
    Slot c0 = grid(backend, B, H);
    Slot dhN = grid(backend, B, O);
    Slot dcN = grid(backend, B, H);
    float[][] states = new float[4][B * H];
    for (int b = 0; b < B; b++) {
      for (int t = 0; t < run.lengths()[b]; t++) {
        System.arraycopy(run.x(b)[t], 0, xs, rows.row(t, b) * I, I);
        System.arraycopy(run.dy(b)[t], 0, dys, rows.row(t, b) * O, O);
      }
      System.arraycopy(run.h0(b), 0, states[0], rows.rank(b) * O, O);
      System.arraycopy(run.c0(b), 0, states[1], rows.rank(b) * H, H);
      System.arraycopy(run.dhN(b), 0, states[2], rows.rank(b) * O, O);
      System.arraycopy(run.dcN(b), 0, states[3], rows.rank(b) * H, H);
    }
    backend.uploadRows(xs, N, I, x);
    backend.uploadRows(dys, N, O, dy);
    backend.uploadRows(states[0], B, O, h0);
    backend.uploadRows(states[1], B, H, c0);
    backend.uploadRows(states[2], B, O, dhN);
    backend.uploadRows(states[3], B, H, dcN);
    Slot[] parameters = parameters(backend, run);
    Slot y = grid(backend, N, O);
    Slot hN = grid(backend, B, O);
    @Nullable Slot cN = run.hasC() ? grid(backend, B, H) : null;
    plan.forward(rows, x, h0, run.hasC() ? c0 : null, parameters, y, hN, cN, training);
    gridPaddingIsZero(backend, y, N, O, run);
    gridPaddingIsZero(backend, hN, B, O, run);
    if (cN != null) {
      gridPaddingIsZero(backend, cN, B, H, run);
    }
    float[] ys = down(backend, y, N, O);
    float[] hNs = down(backend, hN, B, O);
    float[] cNs = cN == null ? new float[0] : down(backend, cN, B, H);
    if (!training) {
      float[] none = {};
      return new Result(run, rows, ys, hNs, cNs, none, none, none, new float[0][]);
    }
    Slot dx = grid(backend, N, I);
    Slot dh0 = grid(backend, B, O);
    @Nullable Slot dc0 = run.hasC() ? grid(backend, B, H) : null;
    Slot[] gradients = new Slot[parameters.length];
    for (int p = 0; p < gradients.length; p++) {
      gradients[p] = Slot.of(backend.allocate(parameters[p].size()));
    }
    plan.backward(
        rows, x, y, dy, dhN, run.hasC() ? dcN : null, parameters, dx, false, dh0, dc0, gradients);
    float[][] canonical = new float[gradients.length][];
    for (int p = 0; p < gradients.length; p++) {
      Layout layout = plan.parameters().get(p).layout();
      canonical[p] = new float[layout.canonicalSize()];
      backend.unpack(layout, gradients[p], canonical[p]);
      paddingIsZero(backend, layout, gradients[p], run);
    }
    return new Result(
        run,
        rows,
        ys,
        hNs,
        cNs,
        down(backend, dx, N, I),
        down(backend, dh0, B, O),
        dc0 == null ? new float[0] : down(backend, dc0, B, H),
        canonical);
  }

  private static void gridPaddingIsZero(
      Backend backend, Slot grid, int rows, int features, Numbers run) {
    float[] all = new float[rows * Sizes.stride(features)];
    backend.download(new Slot(grid.buffer(), grid.offset(), all.length), all, 0);
    for (int i = 0; i < all.length; i++) {
      if (i % Sizes.stride(features) >= features && Float.floatToRawIntBits(all[i]) != 0) {
        throw new AssertionError("The padding of a state is not +0 but " + all[i] + ": " + run);
      }
    }
  }

  private static void paddingIsZero(Backend backend, Layout layout, Slot gradient, Numbers run) {
    float[] packed = new float[gradient.size()];
    backend.download(gradient, packed, 0);
    for (int i = 0; i < layout.canonicalSize(); i++) {
      packed[layout.packed(i)] = 0f;
    }
    for (float padding : packed) {
      if (Float.floatToRawIntBits(padding) != 0) {
        throw new AssertionError("The gradient's padding is not +0 but " + padding + ": " + run);
      }
    }
  }

  /// One sequence step by step, state given and returned.
  static float[][] stream(Backend backend, Numbers run, int b, boolean byPlan) {
    int O = run.cell().outputSize();
    int H = run.cell().hiddenSize();
    Slot[] parameters = parameters(backend, run);
    RecurrentStep step =
        byPlan
            ? RecurrentStep.of(
                backend.plan(run.cell(), run.inputs(), 1, 1, EnumSet.noneOf(Flag.class)),
                parameters)
            : backend.step(
                run.cell(),
                run.inputs(),
                new RecurrentNoise(),
                parameters,
                WeightPrecision.FLOAT32);
    Slot x = grid(backend, 1, run.inputs());
    Slot[] h = {grid(backend, 1, O), grid(backend, 1, O)};
    Slot[] c = run.hasC() ? new Slot[] {grid(backend, 1, H), grid(backend, 1, H)} : new Slot[2];
    backend.uploadRows(run.h0(b), 1, O, h[0]);
    if (run.hasC()) {
      backend.uploadRows(run.c0(b), 1, H, c[0]);
    }
    float[][] out = new float[run.lengths()[b]][];
    for (int t = 0; t < out.length; t++) {
      int now = t % 2;
      backend.uploadRows(run.x(b)[t], 1, run.inputs(), x);
      step.step(x, h[now], c[now], h[1 - now], c[1 - now]);
      out[t] = down(backend, h[1 - now], 1, O);
    }
    return out;
  }

  private static Slot[] parameters(Backend backend, Numbers run) {
    List<ParameterSpec> specs = CellParameters.of(run.cell(), run.inputs());
    float[][] values = run.parameters();
    Slot[] slots = new Slot[values.length];
    for (int p = 0; p < slots.length; p++) {
      Layout layout = specs.get(p).layout();
      slots[p] = Slot.of(backend.allocate(layout.packedSize()));
      backend.pack(layout, values[p], slots[p]);
    }
    return slots;
  }

  private static Slot grid(Backend backend, int rows, int features) {
    return Slot.of(backend.allocate(rows * Sizes.stride(features)));
  }

  private static float[] down(Backend backend, Slot slot, int rows, int features) {
    float[] to = new float[rows * features];
    backend.downloadRows(slot, rows, features, to);
    return to;
  }
}
