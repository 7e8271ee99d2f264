package io.github.carouselml.grad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.cpu.Engine;
import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.OpCheck.Input;
import io.github.carouselml.layer.AdditiveAttention;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.LuongAttention;
import io.github.carouselml.layer.MultiHeadAttention;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.layer.TransformerBlock;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.ParameterSpec.Role;
import io.github.carouselml.tensor.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Attention on every set of kernels: against the same in double by finite differences, and its bits:
/// of a sequence among others, of a step with others after it, on any threads, on plain loops, and in
/// whole layers on top of an LSTM.
public abstract class AttentionContract {
  /// The kernels under test, with a team of so many threads.
  protected abstract Engine engine(int threads);

  private Backend backend() {
    return TestBackends.of(engine(2));
  }

  /// Scores of a query and a key.
  private interface Score {
    double of(double[] q, double[] k, int from, int to);
  }

  private static double[][] attention(
      Rows rows,
      boolean perStep,
      double[][] q,
      double[][] k,
      double[][] v,
      int values,
      int heads,
      boolean causal,
      Score score) {
    double[][] y = new double[q.length][values];
    for (int r = 0; r < q.length; r++) {
      int t = perStep ? rows.step(r) : 0;
      int rank = perStep ? r - rows.first(t) : r;
      int n = causal ? t + 1 : rows.length(rank);
      for (int h = 0; n > 0 && h < heads; h++) {
        double[] p = new double[n];
        double sum = 0;
        int part = q[r].length / heads;
        for (int u = 0; u < n; u++) {
          double[] key = k[rows.first(u) + rank];
          p[u] = StrictMath.exp(score.of(q[r], key, h * part, (h + 1) * part));
          sum += p[u];
        }
        int width = values / heads;
        for (int u = 0; u < n; u++) {
          for (int f = h * width; f < (h + 1) * width; f++) {
            y[r][f] += p[u] / sum * v[rows.first(u) + rank][f];
          }
        }
      }
    }
    return y;
  }

  private static Score dot(double scale) {
    return (q, k, from, to) -> {
      double sum = 0;
      for (int f = from; f < to; f++) {
        sum += q[f] * k[f];
      }
      return scale * sum;
    };
  }

  private void multiplicative(
      boolean perStep, int size, int values, int heads, float scale, boolean causal) {
    new OpCheck(
            List.of(new Input(perStep, size), new Input(true, size), new Input(true, values)),
            List.of(),
            (_, x, _) ->
                List.of(
                    AttentionOp.multiplicative(x.get(0), x.get(1), x.get(2), heads, scale, causal)),
            (rows, x, _) ->
                new double[][][] {
                  attention(rows, perStep, x[0], x[1], x[2], values, heads, causal, dot(scale))
                })
        .on(this::backend)
        .run();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void multiplicative(boolean causal) {
    multiplicative(true, 5, 3, 1, 1, causal);
    multiplicative(true, 6, 18, 3, 0.5f, causal);
  }

  @Test
  void one_query_for_each_sequence() {
    multiplicative(false, 4, 6, 2, 0.7f, false);
  }

  @Test
  void of_one_tensor_with_itself() {
    new OpCheck(
            List.of(new Input(true, 4)),
            List.of(),
            (_, x, _) ->
                List.of(AttentionOp.multiplicative(x.get(0), x.get(0), x.get(0), 2, 0.5f, true)),
            (rows, x, _) ->
                new double[][][] {attention(rows, true, x[0], x[0], x[0], 4, 2, true, dot(0.5f))})
        .on(this::backend)
        .run();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void additive(boolean perStep) {
    int size = 18;
    new OpCheck(
            List.of(new Input(perStep, size), new Input(true, size), new Input(true, 3)),
            List.of(new ParameterSpec("w", new Layout.Vector(size), Role.GAIN)),
            (_, x, p) -> List.of(AttentionOp.additive(x.get(0), x.get(1), x.get(2), p.get("w"))),
            (rows, x, w) ->
                new double[][][] {
                  attention(
                      rows,
                      perStep,
                      x[0],
                      x[1],
                      x[2],
                      3,
                      1,
                      false,
                      (q, k, _, _) -> {
                        double sum = 0;
                        for (int f = 0; f < size; f++) {
                          sum += w[0][f] * StrictMath.tanh(q[f] + k[f]);
                        }
                        return sum;
                      })
                })
        .on(this::backend)
        .run();
  }

  /// Outputs and gradients by sequence, `[b][step][size]`, of an attention with queries and keys of
  /// lengths of their own.
  private static float[][][][] run(
      Engine engine,
      boolean additive,
      boolean causal,
      int size,
      int[] queryLengths,
      int[] keyLengths) {
    try (Backend backend = TestBackends.of(engine)) {
      int B = keyLengths.length;
      Rows keys = new Rows(90, B);
      keys.set(keyLengths, B);
      Rows queries = causal ? keys : new Rows(90, B);
      queries.set(causal ? keyLengths : queryLengths, B);
      ParameterSpec spec = new ParameterSpec("w", new Layout.Vector(size), Role.GAIN);
      Parameters parameters = Parameters.allocate(backend, List.of(spec), true);
      parameters.set("w", weights(size));
      Tape tape = new Tape(backend, parameters, Tape.Mode.TRAIN, 1);
      Tensor q = tape.inputWithGradient("q", new RowSpace.Steps(queries), size);
      Tensor k = tape.inputWithGradient("k", new RowSpace.Steps(keys), size);
      Tensor y =
          additive
              ? AttentionOp.additive(q, k, k, parameters.get("w"))
              : AttentionOp.multiplicative(q, k, k, 2, 0.5f, causal);
      Tensor dy = GivenGradient.of(tape.keep(y));
      try (Program program = tape.program()) {
        program.upload(q, numbers(queries, size, 1));
        program.upload(k, numbers(keys, size, 2));
        program.upload(dy, numbers(queries, size, 3));
        program.train(1, 1);
        float[] ys = new float[queries.count() * size];
        float[] dq = new float[queries.count() * size];
        float[] dk = new float[keys.count() * size];
        program.download(y, ys);
        program.downloadGradient(q, dq);
        program.downloadGradient(k, dk);
        return new float[][][][] {
          sequences(queries, size, ys), sequences(queries, size, dq), sequences(keys, size, dk)
        };
      }
    }
  }

  private static float[] weights(int size) {
    float[] w = new float[size];
    for (int i = 0; i < size; i++) {
      w[i] = i % 7 * 0.5f - 1.25f;
    }
    return w;
  }

  /// The numbers of a step depend on its sequence and itself alone.
  private static float[] numbers(Rows rows, int size, int seed) {
    float[] x = new float[rows.count() * size];
    for (int b = 0; b < rows.sequences(); b++) {
      Random random = new Random(seed + 1000L * b);
      for (int t = 0; t < rows.length(rows.rank(b)); t++) {
        for (int f = 0; f < size; f++) {
          x[rows.row(t, b) * size + f] = random.nextFloat() * 2 - 1;
        }
      }
    }
    return x;
  }

  private static float[][][] sequences(Rows rows, int size, float[] x) {
    float[][][] y = new float[rows.sequences()][][];
    for (int b = 0; b < y.length; b++) {
      y[b] = new float[rows.length(rows.rank(b))][];
      for (int t = 0; t < y[b].length; t++) {
        y[b][t] = Arrays.copyOfRange(x, rows.row(t, b) * size, (rows.row(t, b) + 1) * size);
      }
    }
    return y;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_sequence_has_its_bits_among_others_and_on_any_threads(boolean additive) {
    int[] queries = {40, 3, 0, 70, 1};
    int[] keys = {20, 80, 5, 30, 0};
    float[][][][] one = run(TestBackends.plainEngine(1), additive, false, 4, queries, keys);
    for (int threads : new int[] {1, 2, 7}) {
      assertThat(Arrays.deepEquals(run(engine(threads), additive, false, 4, queries, keys), one))
          .as("%d threads", threads)
          .isTrue();
    }
    float[][][][] alone = run(engine(1), additive, false, 4, new int[] {40}, new int[] {20});
    for (int i = 0; i < 3; i++) {
      assertThat(Arrays.deepEquals(alone[i][0], one[i][0])).as("result %d", i).isTrue();
    }
    // nothing to attend to: zeros
    assertThat(one[0][4][0]).containsOnly(0f);
  }

  @Test
  void a_causal_step_does_not_know_what_comes_after_it() {
    float[][][] whole = run(engine(1), false, true, 4, new int[0], new int[] {33, 50})[0];
    float[][][] cut = run(engine(2), false, true, 4, new int[0], new int[] {21, 2})[0];
    for (int b = 0; b < 2; b++) {
      assertThat(Arrays.deepEquals(Arrays.copyOf(whole[b], cut[b].length), cut[b])).isTrue();
    }
  }

  /// Heads of 67 features take more than a panel, and 90 steps more than a piece.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void wide_heads_over_many_steps_have_their_bits(boolean causal) {
    int[] queries = {90, 1, 66};
    int[] keys = {65, 90, 1};
    float[][][][] one = run(TestBackends.plainEngine(1), false, causal, 134, queries, keys);
    for (int threads : new int[] {1, 2, 7}) {
      assertThat(Arrays.deepEquals(run(engine(threads), false, causal, 134, queries, keys), one))
          .as("%d threads", threads)
          .isTrue();
    }
    float[][][][] alone =
        run(engine(2), false, causal, 134, new int[] {queries[0]}, new int[] {keys[0]});
    for (int i = 0; i < 3; i++) {
      assertThat(Arrays.deepEquals(alone[i][0], one[i][0])).as("result %d", i).isTrue();
    }
  }

  /// What stands on an LSTM of 35 units, which is no multiple of any vector.
  record Top(Layer layer, UnaryOperator<Tensor> apply) {
    @Override
    public String toString() {
      return layer.toString();
    }
  }

  static Stream<Top> tops() {
    var additive = new AdditiveAttention("a", 35, 35, 19);
    var luong = new LuongAttention("a", 35, 35);
    var heads = new MultiHeadAttention("a", 35, 5, true);
    var block = new TransformerBlock("a", 35, 5, 70, true, 0.2);
    return Stream.of(
        new Top(additive, h -> additive.apply(h, h)),
        new Top(luong, h -> luong.apply(Sequences.last(h), h)),
        new Top(heads, heads::apply),
        new Top(block, block::apply));
  }

  @ParameterizedTest
  @MethodSource("tops")
  void whole_layers_have_their_bits_on_any_threads_and_in_plain_loops(Top top) {
    List<float[]> expected = train(top, TestBackends.plainEngine(1));
    for (int threads : new int[] {1, 2, 7}) {
      List<float[]> results = train(top, engine(threads));
      for (int i = 0; i < expected.size(); i++) {
        assertThat(OpCheck.bits(results.get(i)))
            .as("result %d of %s on %d threads", i, top, threads)
            .containsExactly(OpCheck.bits(expected.get(i)));
      }
    }
  }

  /// Outputs and all gradients of two updates, which have masks of their own.
  private static List<float[]> train(Top top, Engine engine) {
    Recurrent lstm = new Recurrent("lstm", 4, new CellSpec.Lstm(35));
    try (Backend backend = TestBackends.of(engine)) {
      Rows rows = new Rows(50, 9);
      rows.set(new int[] {50, 3, 0, 41, 1, 17, 17, 2, 30}, 9);
      Parameters parameters = Layer.initialize(backend, List.of(lstm, top.layer), 6);
      Tape tape = new Tape(backend, parameters, Tape.Mode.TRAIN, 7);
      Tensor x = tape.inputWithGradient("x", new RowSpace.Steps(rows), 4);
      Tensor y = tape.keep(top.apply.apply(lstm.apply(x)));
      Tensor dy = GivenGradient.of(y);
      List<float[]> results = new ArrayList<>();
      try (Program program = tape.program()) {
        program.upload(x, numbers(rows, 4, 4));
        float[] ys = new float[y.rows() * y.features()];
        float[] dx = new float[x.rows() * x.features()];
        Random random = new Random(5);
        for (int i = 0; i < ys.length; i++) {
          ys[i] = random.nextFloat() - 0.5f;
        }
        program.upload(dy, ys);
        for (int update = 1; update <= 2; update++) {
          parameters.zeroGradients(program.operations());
          program.train(update, 1);
          program.download(y, ys);
          program.downloadGradient(x, dx);
          results.add(ys.clone());
          results.add(dx.clone());
          parameters.all().forEach(p -> results.add(parameters.gradient(p.name())));
        }
      }
      return results;
    }
  }

  @Test
  void refuses_what_does_not_fit() {
    try (Backend backend = TestBackends.plain()) {
      Rows rows = new Rows(2, 2);
      Tape tape =
          new Tape(backend, Parameters.allocate(backend, List.of(), true), Tape.Mode.TRAIN, 1);
      Tensor x = tape.input("x", new RowSpace.Steps(rows), 6);
      Tensor s = tape.input("s", new RowSpace.Sequences(rows), 6);
      assertThatThrownBy(() -> AttentionOp.multiplicative(x, x, x, 4, 1, true))
          .isInstanceOf(CarouselException.Request.class)
          .hasMessageContaining("cannot cut 6 features of queries and 6 of values into 4 equal");
      assertThatThrownBy(() -> AttentionOp.multiplicative(s, x, x, 1, 1, true))
          .hasMessageContaining("can be causal only where queries and keys are of the same steps");
      assertThatThrownBy(() -> AttentionOp.multiplicative(x, s, s, 1, 1, false))
          .hasMessageContaining("needs one key per step");
    }
  }
}
