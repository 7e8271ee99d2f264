package io.github.carouselml.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/// The answer every contender is held to: the LSTM forward and through time in double, written from
/// the equations and sharing no code with Carousel.
///
/// ```
/// a = W x + R h' + b
/// i = σ(a_i)   f = σ(a_f)   g = tanh(a_g)   o = σ(a_o)
/// c = f c' + i g            h = o tanh(c)
/// ```
final class Reference {

  private final Point point;
  private final Problem problem;

  private Reference(Problem problem) {
    this.problem = problem;
    this.point = problem.point();
  }

  /// The outputs and, in training, the gradients for the problem's output gradients.
  static Outcome of(Problem problem, Mode mode) {
    return new Reference(problem).run(mode);
  }

  private Outcome run(Mode mode) {
    double[][] x = rows(problem.x(), point.inputSize());
    List<Layer> layers = new ArrayList<>();
    for (int layer = 0; layer < point.layers(); layer++) {
      Layer swept =
          new Layer(x, problem.w().get(layer), problem.r().get(layer), problem.b().get(layer));
      swept.forward();
      layers.add(swept);
      x = swept.h;
    }
    if (mode != Mode.TRAINING) {
      return Outcome.ofOutputs(flat(x));
    }
    float[] y = flat(x);
    double[][] dy = rows(problem.dy(), point.hiddenSize());
    List<float[]> dw = new ArrayList<>();
    List<float[]> dr = new ArrayList<>();
    List<float[]> db = new ArrayList<>();
    for (Layer layer : layers.reversed()) {
      layer.backward(dy);
      dw.addFirst(flat(layer.sumOverRows(layer.x, 0)));
      dr.addFirst(flat(layer.sumOverRows(layer.h, point.batch())));
      db.addFirst(layer.biasGradient());
      dy = layer.dx;
    }
    return new Outcome(y, flat(dy), dw, dr, db);
  }

  /// One layer; rows are `t * B + b`.
  private final class Layer {
    private final int hidden = point.hiddenSize();
    private final int batch = point.batch();
    private final int count = point.steps() * batch;
    private final double[][] x;
    private final float[] w;
    private final float[] r;
    private final float[] b;
    private final double[][] gates = new double[count][4 * hidden];
    private final double[][] c = new double[count][hidden];
    private final double[][] h = new double[count][hidden];
    private double[][] dx = new double[0][0];

    Layer(double[][] x, float[] w, float[] r, float[] b) {
      this.x = x;
      this.w = w;
      this.r = r;
      this.b = b;
    }

    void forward() {
      int inputs = x[0].length;
      double[][] wT = transposed(w, inputs);
      double[][] rT = transposed(r, hidden);
      for (int t = 0; t < point.steps(); t++) {
        int first = t * batch;
        parallel(
            batch,
            (from, to) -> {
              for (int row = first + from; row < first + to; row++) {
                for (int j = 0; j < 4 * hidden; j++) {
                  gates[row][j] = b[j];
                }
              }
              for (int k = 0; k < inputs; k++) {
                for (int row = first + from; row < first + to; row++) {
                  addScaled(gates[row], x[row][k], wT[k]);
                }
              }
              for (int k = 0; first > 0 && k < hidden; k++) {
                for (int row = first + from; row < first + to; row++) {
                  addScaled(gates[row], h[row - batch][k], rT[k]);
                }
              }
              for (int row = first + from; row < first + to; row++) {
                cell(row);
              }
            });
      }
    }

    private void cell(int row) {
      double[] a = gates[row];
      for (int u = 0; u < hidden; u++) {
        double i = sigmoid(a[u]);
        double f = sigmoid(a[hidden + u]);
        double g = StrictMath.tanh(a[2 * hidden + u]);
        double o = sigmoid(a[3 * hidden + u]);
        double cPrev = row < batch ? 0 : c[row - batch][u];
        c[row][u] = f * cPrev + i * g;
        h[row][u] = o * StrictMath.tanh(c[row][u]);
        a[u] = i;
        a[hidden + u] = f;
        a[2 * hidden + u] = g;
        a[3 * hidden + u] = o;
      }
    }

    /// Leaves the gradients of the pre-activations in `gates` and those of the inputs in `dx`.
    void backward(double[][] dy) {
      int inputs = x[0].length;
      dx = new double[count][inputs];
      double[][] wRows = rows(w, inputs);
      double[][] rRows = rows(r, hidden);
      double[][] dh = new double[batch][hidden];
      double[][] dc = new double[batch][hidden];
      for (int t = point.steps() - 1; t >= 0; t--) {
        int first = t * batch;
        parallel(
            batch,
            (from, to) -> {
              for (int s = from; s < to; s++) {
                cellBackward(first + s, dy[first + s], dh[s], dc[s]);
                Arrays.fill(dh[s], 0);
              }
              for (int j = 0; j < 4 * hidden; j++) {
                for (int s = from; s < to; s++) {
                  addScaled(dh[s], gates[first + s][j], rRows[j]);
                  addScaled(dx[first + s], gates[first + s][j], wRows[j]);
                }
              }
            });
      }
    }

    private void cellBackward(int row, double[] dy, double[] dhNext, double[] dcNext) {
      double[] a = gates[row];
      for (int u = 0; u < hidden; u++) {
        double i = a[u];
        double f = a[hidden + u];
        double g = a[2 * hidden + u];
        double o = a[3 * hidden + u];
        double cPrev = row < batch ? 0 : c[row - batch][u];
        double tanhC = StrictMath.tanh(c[row][u]);
        double dh = dy[u] + dhNext[u];
        double dc = dcNext[u] + dh * o * (1 - tanhC * tanhC);
        a[u] = dc * g * i * (1 - i);
        a[hidden + u] = dc * cPrev * f * (1 - f);
        a[2 * hidden + u] = dc * i * (1 - g * g);
        a[3 * hidden + u] = dh * tanhC * o * (1 - o);
        dcNext[u] = dc * f;
      }
    }

    /// `d[j][k] = Σ_row δ[row][j] source[row - lag][k]`.
    double[][] sumOverRows(double[][] source, int lag) {
      double[][] sum = new double[4 * hidden][source[0].length];
      parallel(
          4 * hidden,
          (from, to) -> {
            for (int block = from; block < to; block += 32) {
              for (int row = lag; row < count; row++) {
                for (int j = block; j < Math.min(to, block + 32); j++) {
                  addScaled(sum[j], gates[row][j], source[row - lag]);
                }
              }
            }
          });
      return sum;
    }

    float[] biasGradient() {
      double[] sum = new double[4 * hidden];
      for (double[] row : gates) {
        addScaled(sum, 1, row);
      }
      return flat(new double[][] {sum});
    }
  }

  private static double sigmoid(double a) {
    return 1 / (1 + StrictMath.exp(-a));
  }

  private static void addScaled(double[] sum, double factor, double[] row) {
    for (int k = 0; k < sum.length; k++) {
      sum[k] += factor * row[k];
    }
  }

  private interface Range {
    void run(int from, int to);
  }

  private static void parallel(int size, Range range) {
    int parts = Math.min(size, Runtime.getRuntime().availableProcessors());
    IntConsumer part =
        p -> range.run((int) ((long) size * p / parts), (int) ((long) size * (p + 1) / parts));
    IntStream.range(0, parts).parallel().forEach(part);
  }

  private static double[][] rows(float[] flat, int columns) {
    double[][] rows = new double[flat.length / columns][columns];
    for (int i = 0; i < flat.length; i++) {
      rows[i / columns][i % columns] = flat[i];
    }
    return rows;
  }

  private static double[][] transposed(float[] flat, int columns) {
    double[][] rows = new double[columns][flat.length / columns];
    for (int i = 0; i < flat.length; i++) {
      rows[i % columns][i / columns] = flat[i];
    }
    return rows;
  }

  private static float[] flat(double[][] rows) {
    float[] flat = new float[rows.length * rows[0].length];
    for (int i = 0; i < flat.length; i++) {
      flat[i] = (float) rows[i / rows[0].length][i % rows[0].length];
    }
    return flat;
  }
}
