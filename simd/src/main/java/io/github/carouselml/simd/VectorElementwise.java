package io.github.carouselml.simd;

import static io.github.carouselml.kernel.Products.LANES;
import static io.github.carouselml.simd.Lanes.F;

import io.github.carouselml.kernel.Binary;
import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Penalty;
import io.github.carouselml.kernel.PlainElementwise;
import io.github.carouselml.kernel.Random;
import io.github.carouselml.kernel.Reductions;
import io.github.carouselml.kernel.Threefry;
import io.github.carouselml.kernel.Unary;

/// The element-wise kernels in the Vector API: whole vectors here, what is left over in
/// [PlainElementwise], which gives the same bits.
// @formatter:off
public final class VectorElementwise implements Elementwise {
  private final PlainElementwise plain = new PlainElementwise();

  private static int keep(boolean add) {
    return add ? -1 : 0;
  }

  @Override
  public void forward(Unary f, float p, float q, float[] x, int xAt, float[] y, int yAt, int count) {
    int n = F.loopBound(count);
    switch (f) {
      case EXP          -> VectorFunctions.exp(x, xAt, y, yAt, n, 0f);
      case LOG          -> VectorFunctions.log(x, xAt, y, yAt, n);
      case LOG1P        -> VectorFunctions.log1p(x, xAt, y, yAt, n);
      case TANH         -> VectorFunctions.tanh(x, xAt, y, yAt, n);
      case SIGMOID      -> VectorFunctions.sigmoid(x, xAt, y, yAt, n);
      case SOFTPLUS     -> VectorFunctions.softplus(x, xAt, y, yAt, n);
      case HARD_SIGMOID -> VectorFunctions.hardSigmoid(x, xAt, y, yAt, n, p, q);
      case SOFTSIGN     -> VectorFunctions.softsign(x, xAt, y, yAt, n);
      case RELU         -> VectorFunctions.relu(x, xAt, y, yAt, n);
      case LEAKY_RELU   -> VectorFunctions.leakyRelu(x, xAt, y, yAt, n, p);
      case AFFINE       -> VectorFunctions.affine(x, xAt, y, yAt, n, p, q);
      case CLIP         -> VectorFunctions.clip(x, xAt, y, yAt, n, p, q);
      case SQUARE       -> VectorFunctions.square(x, xAt, y, yAt, n);
      case SQRT         -> VectorFunctions.sqrt(x, xAt, y, yAt, n);
      case ABS          -> VectorFunctions.abs(x, xAt, y, yAt, n);
      case SIGN         -> VectorFunctions.sign(x, xAt, y, yAt, n);
      case RECIPROCAL   -> VectorFunctions.reciprocal(x, xAt, y, yAt, n);
      case GREATER      -> VectorFunctions.greater(x, xAt, y, yAt, n, p);
    }
    if (n < count) {
      plain.forward(f, p, q, x, xAt + n, y, yAt + n, count - n);
    }
  }

  @Override
  public void gradient(
      Unary f, float p, float q, float[] kept, int keptAt, float[] dy, int dyAt,
      float[] dx, int dxAt, int count, boolean add) {
    int n = F.loopBound(count);
    int old = keep(add);
    switch (f) {
      case EXP          -> VectorGradients.exp(kept, keptAt, dy, dyAt, dx, dxAt, n, old);
      case LOG          -> VectorGradients.log(kept, keptAt, dy, dyAt, dx, dxAt, n, old);
      case LOG1P        -> VectorGradients.log1p(kept, keptAt, dy, dyAt, dx, dxAt, n, old);
      case TANH         -> VectorGradients.tanh(kept, keptAt, dy, dyAt, dx, dxAt, n, old);
      case SIGMOID      -> VectorGradients.sigmoid(kept, keptAt, dy, dyAt, dx, dxAt, n, old);
      case SOFTPLUS     -> VectorGradients.softplus(kept, keptAt, dy, dyAt, dx, dxAt, n, old);
      case HARD_SIGMOID -> VectorGradients.hardSigmoid(kept, keptAt, dy, dyAt, dx, dxAt, n, old, p);
      case SOFTSIGN     -> VectorGradients.softsign(kept, keptAt, dy, dyAt, dx, dxAt, n, old);
      case RELU         -> VectorGradients.leakyRelu(kept, keptAt, dy, dyAt, dx, dxAt, n, old, 0f);
      case LEAKY_RELU   -> VectorGradients.leakyRelu(kept, keptAt, dy, dyAt, dx, dxAt, n, old, p);
      case AFFINE       -> VectorGradients.affine(dy, dyAt, dx, dxAt, n, old, p);
      case CLIP         -> VectorGradients.clip(kept, keptAt, dy, dyAt, dx, dxAt, n, old, p, q);
      case SQUARE       -> VectorGradients.square(kept, keptAt, dy, dyAt, dx, dxAt, n, old);
      case SQRT         -> VectorGradients.sqrt(kept, keptAt, dy, dyAt, dx, dxAt, n, old);
      case ABS          -> VectorGradients.abs(kept, keptAt, dy, dyAt, dx, dxAt, n, old);
      case RECIPROCAL   -> VectorGradients.reciprocal(kept, keptAt, dy, dyAt, dx, dxAt, n, old);
      case SIGN, GREATER -> n = 0;
    }
    if (n < count) {
      plain.gradient(f, p, q, kept, keptAt + n, dy, dyAt + n, dx, dxAt + n, count - n, add);
    }
  }

  @Override
  public void forward(Binary f, float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    int n = F.loopBound(count);
    switch (f) {
      case ADD      -> VectorUpdates.add(a, aAt, b, bAt, y, yAt, n);
      case SUBTRACT -> VectorUpdates.subtract(a, aAt, b, bAt, y, yAt, n);
      case MULTIPLY -> VectorUpdates.multiply(a, aAt, b, bAt, y, yAt, n);
      case DIVIDE   -> VectorUpdates.divide(a, aAt, b, bAt, y, yAt, n);
    }
    if (n < count) {
      plain.forward(f, a, aAt + n, b, bAt + n, y, yAt + n, count - n);
    }
  }

  @Override
  public void gradientOfFirst(
      Binary f, float[] a, int aAt, float[] b, int bAt, float[] dy, int dyAt,
      float[] da, int daAt, int count, boolean add) {
    int n = F.loopBound(count);
    int old = keep(add);
    switch (f) {
      case ADD, SUBTRACT -> VectorGradients.affine(dy, dyAt, da, daAt, n, old, 1f);
      case MULTIPLY      -> VectorGradients.multiply(b, bAt, dy, dyAt, da, daAt, n, old);
      case DIVIDE        -> VectorGradients.log(b, bAt, dy, dyAt, da, daAt, n, old);
    }
    if (n < count) {
      plain.gradientOfFirst(f, a, aAt + n, b, bAt + n, dy, dyAt + n, da, daAt + n, count - n, add);
    }
  }

  @Override
  public void gradientOfSecond(
      Binary f, float[] a, int aAt, float[] b, int bAt, float[] dy, int dyAt,
      float[] db, int dbAt, int count, boolean add) {
    int n = F.loopBound(count);
    int old = keep(add);
    switch (f) {
      case ADD      -> VectorGradients.affine(dy, dyAt, db, dbAt, n, old, 1f);
      case SUBTRACT -> VectorGradients.affine(dy, dyAt, db, dbAt, n, old, -1f);
      case MULTIPLY -> VectorGradients.multiply(a, aAt, dy, dyAt, db, dbAt, n, old);
      case DIVIDE   -> VectorGradients.divisor(a, aAt, b, bAt, dy, dyAt, db, dbAt, n, old);
    }
    if (n < count) {
      plain.gradientOfSecond(f, a, aAt + n, b, bAt + n, dy, dyAt + n, db, dbAt + n, count - n, add);
    }
  }

  @Override
  public void axpy(float s, float[] x, int xAt, float[] y, int yAt, int count) {
    int n = F.loopBound(count);
    VectorUpdates.axpy(s, x, xAt, y, yAt, n);
    if (n < count) {
      plain.axpy(s, x, xAt + n, y, yAt + n, count - n);
    }
  }

  @Override
  public void multiplyAdd(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    int n = F.loopBound(count);
    VectorUpdates.multiplyAdd(a, aAt, b, bAt, y, yAt, n);
    if (n < count) {
      plain.multiplyAdd(a, aAt + n, b, bAt + n, y, yAt + n, count - n);
    }
  }

  @Override
  public void select(
      float[] mask, int maskAt, float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    int n = F.loopBound(count);
    VectorUpdates.select(mask, maskAt, a, aAt, b, bAt, y, yAt, n);
    if (n < count) {
      plain.select(mask, maskAt + n, a, aAt + n, b, bAt + n, y, yAt + n, count - n);
    }
  }

  @Override
  public void copyRows(float[] x, int xAt, int xRow, float[] y, int yAt, int yRow, int rows) {
    for (int k = 0; k < LANES; k += F.length()) {
      VectorUpdates.copyRows(x, xAt + k, xRow, y, yAt + k, yRow, rows);
    }
  }

  @Override
  public void addProducts(
      float[] a, int aAt, int aRow, float[] b, int bAt, int bRow, int rows,
      float[] v, int vAt, int columns) {
    int k = 0;
    for (; k + 4 * F.length() <= columns && rows > 0; k += 4 * F.length()) {
      VectorUpdates.addFourProducts(a, aAt + k, aRow, b, bAt + k, bRow, rows, v, vAt + k);
    }
    for (; k < columns && rows > 0; k += F.length()) {
      VectorUpdates.addProducts(a, aAt + k, aRow, b, bAt + k, bRow, rows, v, vAt + k);
    }
  }

  @Override
  public double sum(float[] x, int xAt, int count) {
    double sum = 0;
    for (int from = 0; from < count; from += BLOCK) {
      sum += VectorReductions.sum(x, xAt + from, Math.min(count - from, BLOCK));
    }
    return sum;
  }

  @Override
  public double dot(float[] a, int aAt, float[] b, int bAt, int count) {
    double sum = 0;
    for (int from = 0; from < count; from += BLOCK) {
      sum += VectorReductions.dot(a, aAt + from, b, bAt + from, Math.min(count - from, BLOCK));
    }
    return sum;
  }

  @Override
  public double dot(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int count) {
    double sum = 0;
    for (int from = 0; from < count; from += BLOCK) {
      int size = Math.min(count - from, BLOCK);
      sum += VectorReductions.dot(a, aAt + from, b, bAt + from, c, cAt + from, size);
    }
    return sum;
  }

  @Override
  public float max(float[] x, int xAt, int count) {
    int n = F.loopBound(count);
    float whole = VectorUpdates.max(x, xAt, n);
    float rest = plain.max(x, xAt + n, count - n);
    return (rest > whole ? rest : whole) + 0f; // -0 becomes +0
  }

  @Override
  public float maxAbs(float[] x, int xAt, int count) {
    int n = F.loopBound(count);
    float whole = VectorUpdates.maxAbs(x, xAt, n);
    float rest = plain.maxAbs(x, xAt + n, count - n);
    return rest > whole ? rest : whole;
  }

  @Override
  public int countNonFinite(float[] x, int xAt, int count) {
    int n = F.loopBound(count);
    int found = plain.countNonFinite(x, xAt + n, count - n);
    for (int from = 0; from < n; from += 256 * BLOCK) {
      found += VectorUpdates.countNonFinite(x, xAt + from, Math.min(n - from, 256 * BLOCK));
    }
    return found;
  }

  @Override
  public double softmax(float[] x, int xAt, float[] y, int yAt, int count) {
    int n = F.loopBound(count);
    float max = max(x, xAt, count);
    VectorFunctions.exp(x, xAt, y, yAt, n, max);
    if (n < count) {
      plain.forward(Unary.AFFINE, 1f, -max, x, xAt + n, y, yAt + n, count - n);
      plain.forward(Unary.EXP, 0f, 0f, y, yAt + n, y, yAt + n, count - n);
    }
    double sum = sum(y, yAt, count);
    float scale = (float) (1 / sum);
    VectorUpdates.scale(y, yAt, scale, y, yAt, n);
    if (n < count) {
      plain.forward(Unary.AFFINE, scale, 0f, y, yAt + n, y, yAt + n, count - n);
    }
    return max + StrictMath.log(sum);
  }

  @Override
  public void softmaxGradient(
      float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int count, boolean add) {
    int n = F.loopBound(count);
    float mean = (float) dot(dy, dyAt, y, yAt, count);
    VectorUpdates.softmaxGradient(y, yAt, dy, dyAt, mean, dx, dxAt, n, keep(add));
    for (int i = n; i < count; i++) {
      dx[dxAt + i] = Math.fma(y[yAt + i], dy[dyAt + i] - mean, add ? dx[dxAt + i] : 0f);
    }
  }

  @Override
  public float layerNorm(
      float[] x, int xAt, float[] gain, int gainAt, float[] bias, int biasAt, float epsilon,
      float[] normal, int nAt, float[] y, int yAt, int count) {
    int n = F.loopBound(count);
    float mean = (float) (sum(x, xAt, count) / count);
    VectorUpdates.subtract(x, xAt, mean, normal, nAt, n);
    for (int i = n; i < count; i++) {
      normal[nAt + i] = x[xAt + i] - mean;
    }
    float scale = Reductions.inverseRoot(dot(normal, nAt, normal, nAt, count) / count, epsilon);
    VectorUpdates.normalize(normal, nAt, scale, gain, gainAt, bias, biasAt, y, yAt, n);
    for (int i = n; i < count; i++) {
      float v = normal[nAt + i] * scale;
      normal[nAt + i] = v;
      y[yAt + i] = Math.fma(v, gain[gainAt + i], bias[biasAt + i]);
    }
    return scale;
  }

  @Override
  public void layerNormGradient(
      float[] normal, int nAt, float scale, float[] gain, int gainAt, float[] dy, int dyAt,
      float[] dx, int dxAt, int count, boolean add) {
    int n = F.loopBound(count);
    float mean = (float) (dot(dy, dyAt, gain, gainAt, count) / count);
    float slope = (float) (dot(dy, dyAt, gain, gainAt, normal, nAt, count) / count);
    VectorUpdates.layerNormGradient(
        normal, nAt, scale, gain, gainAt, dy, dyAt, mean, slope, dx, dxAt, n, keep(add));
    for (int i = n; i < count; i++) {
      float g = Math.fma(dy[dyAt + i], gain[gainAt + i], -mean);
      g = Math.fma(normal[nAt + i], -slope, g);
      dx[dxAt + i] = Math.fma(g, scale, add ? dx[dxAt + i] : 0f);
    }
  }

  @Override
  public boolean normsPanels() {
    return WideReductions.HERE;
  }

  @Override
  public float layerNormPanels(
      int panels, float[] x, int xAt, int xPanel, float[] gain, int gainAt,
      float[] bias, int biasAt, int biasPanel, float epsilon,
      float[] n, int nAt, int nPanel, float[] y, int yAt, int yPanel) {
    if (WideReductions.HERE) {
      return WideNorms.layerNorm(
          panels, x, xAt, xPanel, gain, gainAt, bias, biasAt, biasPanel, epsilon,
          n, nAt, nPanel, y, yAt, yPanel);
    }
    return plain.layerNormPanels(
        panels, x, xAt, xPanel, gain, gainAt, bias, biasAt, biasPanel, epsilon,
        n, nAt, nPanel, y, yAt, yPanel);
  }

  @Override
  public void layerNormGradientPanels(
      int panels, float[] n, int nAt, int nPanel, float scale, float[] gain, int gainAt,
      float[] dy, int dyAt, int dyPanel, float[] dx, int dxAt, int dxPanel, boolean add) {
    if (WideReductions.HERE) {
      WideNorms.layerNormGradient(
          panels, n, nAt, nPanel, scale, gain, gainAt,
          dy, dyAt, dyPanel, dx, dxAt, dxPanel, keep(add));
    } else {
      plain.layerNormGradientPanels(
          panels, n, nAt, nPanel, scale, gain, gainAt,
          dy, dyAt, dyPanel, dx, dxAt, dxPanel, add);
    }
  }

  @Override
  public void penalty(
      Penalty f, float p, float[] y, int yAt, float[] t, int tAt,
      float[] value, int valueAt, float[] gradient, int gradientAt, int count) {
    int n = F.loopBound(count);
    switch (f) {
      case SQUARED  -> VectorUpdates.squared(y, yAt, t, tAt, value, valueAt, gradient, gradientAt, n);
      case ABSOLUTE -> VectorUpdates.absolute(y, yAt, t, tAt, value, valueAt, gradient, gradientAt, n);
      case HUBER    -> VectorUpdates.huber(p, y, yAt, t, tAt, value, valueAt, gradient, gradientAt, n);
      case QUANTILE -> VectorUpdates.quantile(p, y, yAt, t, tAt, value, valueAt, gradient, gradientAt, n);
    }
    if (n < count) {
      plain.penalty(f, p, y, yAt + n, t, tAt + n, value, valueAt + n, gradient, gradientAt + n, count - n);
    }
  }

  @Override
  public void dropout(
      Random random, int update, int sequence, int step, float rate,
      float[] x, int xAt, float[] y, int yAt, int count, boolean add) {
    int n = F.loopBound(count);
    VectorThreefry.dropout(random, update, sequence, step, rate, x, xAt, y, yAt, n, keep(add));
    if (n < count) {
      Threefry.dropout(random, update, sequence, step, rate, x, xAt, y, yAt, n, count, add);
    }
  }

  @Override
  public void sgd(float[] w, int wAt, float[] g, int gAt, int count, float scale, float rate, float decay) {
    int n = F.loopBound(count);
    VectorUpdates.sgd(w, wAt, g, gAt, n, scale, rate, decay);
    if (n < count) {
      plain.sgd(w, wAt + n, g, gAt + n, count - n, scale, rate, decay);
    }
  }

  @Override
  public void momentum(
      float[] w, int wAt, float[] g, int gAt, float[] m, int mAt, int count,
      float scale, float rate, float decay, float momentum, boolean nesterov) {
    int n = F.loopBound(count);
    if (nesterov) {
      VectorUpdates.nesterov(w, wAt, g, gAt, m, mAt, n, scale, rate, decay, momentum);
    } else {
      VectorUpdates.momentum(w, wAt, g, gAt, m, mAt, n, scale, rate, decay, momentum);
    }
    if (n < count) {
      plain.momentum(
          w, wAt + n, g, gAt + n, m, mAt + n, count - n, scale, rate, decay, momentum, nesterov);
    }
  }

  @Override
  public void rmsProp(
      float[] w, int wAt, float[] g, int gAt, float[] v, int vAt, int count,
      float scale, float rate, float decay, float gain, float epsilon) {
    int n = F.loopBound(count);
    VectorUpdates.rmsProp(w, wAt, g, gAt, v, vAt, n, scale, rate, decay, gain, epsilon);
    if (n < count) {
      plain.rmsProp(w, wAt + n, g, gAt + n, v, vAt + n, count - n, scale, rate, decay, gain, epsilon);
    }
  }

  @Override
  public void adam(
      float[] w, int wAt, float[] g, int gAt, float[] m, int mAt, float[] v, int vAt, int count,
      float scale, float rate, float correction, float decay, float shrink,
      float gain1, float gain2, float epsilon) {
    int n = F.loopBound(count);
    VectorUpdates.adam(
        w, wAt, g, gAt, m, mAt, v, vAt, n, scale, rate, correction, decay, shrink, gain1, gain2, epsilon);
    if (n < count) {
      plain.adam(
          w, wAt + n, g, gAt + n, m, mAt + n, v, vAt + n, count - n,
          scale, rate, correction, decay, shrink, gain1, gain2, epsilon);
    }
  }
}
// @formatter:on
