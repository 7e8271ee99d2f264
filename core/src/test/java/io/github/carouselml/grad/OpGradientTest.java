package io.github.carouselml.grad;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.grad.OpCheck.Input;
import io.github.carouselml.kernel.Unary;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.ParameterSpec.Role;
import io.github.carouselml.tensor.Rows;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every operation against finite differences of the same in double.
class OpGradientTest {
  private static final Input X5 = new Input(true, 5);
  private static final Input X17 = new Input(true, 17);
  private static final Input S3 = new Input(false, 3);

  // ---- element by element ----------------------------------------------------------------------

  private static void unary(Unary f, float p, float q, double around, DoubleUnaryOperator g) {
    new OpCheck(
            List.of(X17),
            List.of(),
            (_, x, _) -> List.of(Pointwise.map(f, p, q, x.get(0))),
            (_, x, _) -> one(map(x[0], g)))
        .around(around)
        .run();
  }

  @Test
  void functions_of_one_number() {
    unary(Unary.SIGMOID, 0, 0, 0, v -> 1 / (1 + StrictMath.exp(-v)));
    unary(Unary.TANH, 0, 0, 0, StrictMath::tanh);
    unary(Unary.RELU, 0, 0, 0, v -> Math.max(v, 0));
    unary(Unary.EXP, 0, 0, 0, StrictMath::exp);
    unary(Unary.LOG, 0, 0, 2, StrictMath::log);
    unary(Unary.SOFTPLUS, 0, 0, 0, v -> StrictMath.log1p(StrictMath.exp(v)));
    unary(Unary.SQUARE, 0, 0, 0, v -> v * v);
    unary(Unary.ABS, 0, 0, 0, Math::abs);
    unary(Unary.RECIPROCAL, 0, 0, 2, v -> 1 / v);
    unary(Unary.SQRT, 0, 0, 2, Math::sqrt);
    unary(Unary.AFFINE, -2, 3, 0, v -> -2 * v + 3);
    unary(Unary.LEAKY_RELU, 0.25f, 0, 0, v -> v > 0 ? v : 0.25 * v);
  }

  private static void binary(
      java.util.function.BinaryOperator<Tensor> f, double around, DoubleBinaryOperator g) {
    new OpCheck(
            List.of(X17, X17),
            List.of(),
            (_, x, _) -> List.of(f.apply(x.get(0), x.get(1))),
            (_, x, _) -> one(zip(x[0], x[1], g)))
        .around(around)
        .run();
  }

  @Test
  void functions_of_two_numbers() {
    binary(Pointwise::add, 0, (a, b) -> a + b);
    binary(Pointwise::subtract, 0, (a, b) -> a - b);
    binary(Pointwise::multiply, 0, (a, b) -> a * b);
    binary(Pointwise::divide, 2, (a, b) -> a / b);
  }

  @Test
  void a_number_for_each_row() {
    new OpCheck(
            List.of(new Input(true, 1), X5),
            List.of(),
            (_, x, _) -> List.of(WeightedOp.of(x.get(0), x.get(1))),
            (_, x, _) -> {
              double[][] y = new double[x[1].length][5];
              for (int r = 0; r < y.length; r++) {
                for (int f = 0; f < 5; f++) {
                  y[r][f] = x[0][r][0] * x[1][r][f];
                }
              }
              return one(y);
            })
        .run();
  }

  @Test
  void softmax() {
    new OpCheck(
            List.of(X17),
            List.of(),
            (_, x, _) -> List.of(SoftmaxOp.of(x.get(0))),
            (_, x, _) -> {
              double[][] y = map(x[0], StrictMath::exp);
              for (double[] row : y) {
                double sum = java.util.Arrays.stream(row).sum();
                for (int f = 0; f < row.length; f++) {
                  row[f] /= sum;
                }
              }
              return one(y);
            })
        .run();
  }

  // ---- with parameters --------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 16, 33, 70})
  void linear(int outputs) {
    List<ParameterSpec> specs =
        List.of(
            new ParameterSpec("W", new Layout.Matrix(outputs, 5), Role.INPUT_WEIGHT),
            new ParameterSpec("b", new Layout.Vector(outputs), Role.BIAS));
    new OpCheck(
            List.of(X5),
            specs,
            (_, x, p) -> List.of(LinearOp.of(x.get(0), p.get("W"), p.get("b"))),
            (_, x, w) -> one(linear(x[0], w[0], w[1], outputs)))
        .run();
  }

  @Test
  void linear_without_bias_per_sequence() {
    new OpCheck(
            List.of(S3),
            List.of(new ParameterSpec("W", new Layout.Matrix(4, 3), Role.INPUT_WEIGHT)),
            (_, x, p) -> List.of(LinearOp.of(x.get(0), p.get("W"), null)),
            (_, x, w) -> one(linear(x[0], w[0], new double[4], 4)))
        .run();
  }

  static double[][] linear(double[][] x, double[] W, double[] b, int outputs) {
    double[][] y = new double[x.length][outputs];
    for (int r = 0; r < x.length; r++) {
      for (int o = 0; o < outputs; o++) {
        y[r][o] = b[o];
        for (int k = 0; k < x[r].length; k++) {
          y[r][o] += W[o * x[r].length + k] * x[r][k];
        }
      }
    }
    return y;
  }

  @Test
  void layer_norm() {
    List<ParameterSpec> specs =
        List.of(
            new ParameterSpec("gain", new Layout.Vector(17), Role.GAIN),
            new ParameterSpec("bias", new Layout.Vector(17), Role.BIAS));
    new OpCheck(
            List.of(X17),
            specs,
            (_, x, p) -> List.of(LayerNormOp.of(x.get(0), p.get("gain"), p.get("bias"), 1e-3f)),
            (_, x, w) -> {
              double[][] y = new double[x[0].length][17];
              for (int r = 0; r < y.length; r++) {
                double mean = java.util.Arrays.stream(x[0][r]).sum() / 17;
                double variance = 0;
                for (double v : x[0][r]) {
                  variance += (v - mean) * (v - mean) / 17;
                }
                for (int f = 0; f < 17; f++) {
                  double n = (x[0][r][f] - mean) / Math.sqrt(variance + 1e-3f);
                  y[r][f] = w[0][f] * n + w[1][f];
                }
              }
              return one(y);
            })
        .run();
  }

  @Test
  void embedding() {
    new OpCheck(
            List.of(S3),
            List.of(new ParameterSpec("table", new Layout.Table(4, 3), Role.TABLE)),
            (tape, x, p) -> {
              Indices indices = tape.indices("tokens", x.get(0).space());
              for (int r = 0; r < indices.values().length; r++) {
                indices.values()[r] = r % 2 == 0 ? 3 : r % 4;
              }
              return List.of(
                  Pointwise.add(x.get(0), EmbeddingOp.of(tape, indices, p.get("table"))));
            },
            (_, x, w) -> {
              double[][] y = new double[x[0].length][3];
              for (int r = 0; r < y.length; r++) {
                int index = r % 2 == 0 ? 3 : r % 4;
                for (int f = 0; f < 3; f++) {
                  y[r][f] = x[0][r][f] + w[0][index * 3 + f];
                }
              }
              return one(y);
            })
        .run();
  }

  // ---- columns and time
  // ---------------------------------------------------------------------------

  @Test
  void concat_and_slice() {
    new OpCheck(
            List.of(X5, X17),
            List.of(),
            (_, x, _) -> {
              Tensor all = Columns.concat(List.of(x.get(0), x.get(1), x.get(0)));
              return List.of(all, Columns.slice(all, 3, 4), Columns.slice(all, 20, 7));
            },
            (_, x, _) -> {
              double[][] all = new double[x[0].length][27];
              for (int r = 0; r < all.length; r++) {
                System.arraycopy(x[0][r], 0, all[r], 0, 5);
                System.arraycopy(x[1][r], 0, all[r], 5, 17);
                System.arraycopy(x[0][r], 0, all[r], 22, 5);
              }
              return new double[][][] {all, cut(all, 3, 4), cut(all, 20, 7)};
            })
        .run();
  }

  private static double[][] cut(double[][] x, int from, int width) {
    double[][] y = new double[x.length][];
    for (int r = 0; r < x.length; r++) {
      y[r] = java.util.Arrays.copyOfRange(x[r], from, from + width);
    }
    return y;
  }

  @Test
  void along_time() {
    new OpCheck(
            List.of(X5, S3),
            List.of(),
            (_, x, _) ->
                List.of(
                    Sequences.last(x.get(0)),
                    Sequences.reverse(x.get(0)),
                    Sequences.repeat(x.get(1)),
                    Sequences.sum(x.get(0))),
            (rows, x, _) -> {
              double[][] last = new double[rows.sequences()][5];
              double[][] reversed = new double[rows.count()][5];
              double[][] repeated = new double[rows.count()][3];
              double[][] sum = new double[rows.sequences()][5];
              for (int rank = 0; rank < rows.sequences(); rank++) {
                int length = rows.length(rank);
                for (int t = 0; t < length; t++) {
                  int row = row(rows, t, rank);
                  last[rank] = x[0][row].clone();
                  reversed[row(rows, length - 1 - t, rank)] = x[0][row].clone();
                  repeated[row] = x[1][rank].clone();
                  for (int f = 0; f < 5; f++) {
                    sum[rank][f] += x[0][row][f];
                  }
                }
              }
              return new double[][][] {last, reversed, repeated, sum};
            })
        .run();
  }

  private static int row(Rows rows, int t, int rank) {
    return rows.row(t, rows.sequence(rank));
  }

  // ---- many consumers
  // -----------------------------------------------------------------------------

  @Test
  void one_tensor_used_three_times_and_once_twice_by_one_operation() {
    new OpCheck(
            List.of(X5),
            List.of(),
            (_, x, _) -> {
              Tensor h = Pointwise.tanh(x.get(0));
              Tensor square = Pointwise.multiply(h, h);
              return List.of(
                  Pointwise.add(
                      Pointwise.scale(3, h), Pointwise.add(square, Pointwise.sigmoid(h))));
            },
            (_, x, _) ->
                one(
                    map(
                        x[0],
                        v -> {
                          double h = StrictMath.tanh(v);
                          return 3 * h + h * h + 1 / (1 + StrictMath.exp(-h));
                        })))
        .run();
  }

  @Test
  void every_operation_adds_when_it_is_not_the_first_consumer() {
    List<ParameterSpec> specs =
        List.of(
            new ParameterSpec("W", new Layout.Matrix(5, 5), Role.INPUT_WEIGHT),
            new ParameterSpec("gain", new Layout.Vector(5), Role.GAIN),
            new ParameterSpec("bias", new Layout.Vector(5), Role.BIAS));
    new OpCheck(
            List.of(X5, new Input(true, 1)),
            specs,
            (_, x, p) -> {
              // the sum at the end goes first in reverse order, so that all others add
              Tensor v = x.get(0);
              Tensor w = x.get(1);
              Tensor all = LinearOp.of(v, p.get("W"), null);
              all = Pointwise.add(all, LayerNormOp.of(v, p.get("gain"), p.get("bias"), 1e-3f));
              all = Pointwise.add(all, SoftmaxOp.of(v));
              all = Pointwise.add(all, Sequences.reverse(v));
              all = Pointwise.add(all, Sequences.repeat(Sequences.last(v)));
              all = Pointwise.add(all, Sequences.repeat(Sequences.sum(v)));
              all = Pointwise.add(all, WeightedOp.of(w, v));
              all = Pointwise.add(all, Columns.concat(List.of(Columns.slice(v, 1, 4), w)));
              all = Pointwise.add(all, Pointwise.tanh(v));
              all = Pointwise.subtract(all, v);
              return List.of(
                  Pointwise.add(all, Columns.concat(List.of(Columns.slice(v, 0, 4), w))));
            },
            (rows, x, w) -> {
              double[][] v = x[0];
              double[][] y = linear(v, w[0], new double[5], 5);
              for (int r = 0; r < v.length; r++) {
                int t = rows.step(r);
                int rank = r - rows.first(t);
                int length = rows.length(rank);
                double mean = java.util.Arrays.stream(v[r]).sum() / 5;
                double variance = 0;
                double exponents = 0;
                for (double a : v[r]) {
                  variance += (a - mean) * (a - mean) / 5;
                  exponents += StrictMath.exp(a);
                }
                for (int f = 0; f < 5; f++) {
                  double n = (v[r][f] - mean) / Math.sqrt(variance + 1e-3f);
                  y[r][f] += w[1][f] * n + w[2][f];
                  y[r][f] += StrictMath.exp(v[r][f]) / exponents;
                  y[r][f] += v[row(rows, length - 1 - t, rank)][f];
                  y[r][f] += v[row(rows, length - 1, rank)][f];
                  for (int s = 0; s < length; s++) {
                    y[r][f] += v[row(rows, s, rank)][f];
                  }
                  double weight = x[1][r][0];
                  y[r][f] += weight * v[r][f];
                  y[r][f] += f < 4 ? v[r][f + 1] : weight;
                  y[r][f] += StrictMath.tanh(v[r][f]) - v[r][f];
                  y[r][f] += f < 4 ? v[r][f] : weight;
                }
              }
              return one(y);
            })
        .run();
  }

  @Test
  void values_live_until_their_backward_pass_has_read_them() {
    List<ParameterSpec> specs =
        List.of(new ParameterSpec("W", new Layout.Matrix(5, 5), Role.INPUT_WEIGHT));
    new OpCheck(
            List.of(X5),
            specs,
            (_, x, p) -> {
              // inputs (square, linear, multiply) and outputs (tanh, softmax) are read, far apart
              Tensor h = x.get(0);
              for (int i = 0; i < 3; i++) {
                Tensor a = Pointwise.square(Pointwise.scale(0.5f, h));
                Tensor b = Pointwise.tanh(LinearOp.of(Pointwise.scale(2, h), p.get("W"), null));
                h = Pointwise.multiply(Pointwise.scale(1.5f, a), Pointwise.add(b, SoftmaxOp.of(a)));
              }
              return List.of(Pointwise.scale(3, h));
            },
            (_, x, w) -> {
              double[][] h = x[0];
              for (int i = 0; i < 3; i++) {
                double[][] a = map(h, v -> v * v / 4);
                double[][] b = linear(map(h, v -> 2 * v), w[0], new double[5], 5);
                double[][] next = new double[h.length][5];
                for (int r = 0; r < h.length; r++) {
                  double sum = 0;
                  for (double v : a[r]) {
                    sum += StrictMath.exp(v);
                  }
                  for (int f = 0; f < 5; f++) {
                    double softmax = StrictMath.exp(a[r][f]) / sum;
                    next[r][f] = 1.5 * a[r][f] * (StrictMath.tanh(b[r][f]) + softmax);
                  }
                }
                h = next;
              }
              return one(map(h, v -> 3 * v));
            })
        .run();
  }

  @Test
  void the_check_itself_sees_a_wrong_derivative() {
    org.assertj.core.api.Assertions.assertThatThrownBy(() ->
            new OpCheck(
                    List.of(X5),
                    List.of(),
                    (_, x, _) -> List.of(Pointwise.tanh(x.get(0))),
                    (_, x, _) -> one(map(x[0], v -> StrictMath.tanh(1.001 * v))))
                .run())
        .isInstanceOf(AssertionError.class);
    assertThat(OpCheck.BATCHES).isNotEmpty();
  }

  private static double[][][] one(double[][] y) {
    return new double[][][] {y};
  }

  private static double[][] map(double[][] x, DoubleUnaryOperator f) {
    double[][] y = new double[x.length][];
    for (int r = 0; r < x.length; r++) {
      y[r] = java.util.Arrays.stream(x[r]).map(f).toArray();
    }
    return y;
  }

  private static double[][] zip(double[][] a, double[][] b, DoubleBinaryOperator f) {
    double[][] y = new double[a.length][];
    for (int r = 0; r < a.length; r++) {
      y[r] = a[r].clone();
      for (int i = 0; i < y[r].length; i++) {
        y[r][i] = f.applyAsDouble(a[r][i], b[r][i]);
      }
    }
    return y;
  }
}
