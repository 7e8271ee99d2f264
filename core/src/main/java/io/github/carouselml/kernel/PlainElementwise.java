package io.github.carouselml.kernel;

/// The plain loops: what every other implementation must agree with, bit by bit. Longer than a file
/// should be, because it is one short loop after the other.
public final class PlainElementwise implements Elementwise {
  /// They keep nothing.
  public PlainElementwise() {}

  // ---- maps -----------------------------------------------------------------------------------

  // @formatter:off
  @Override
  public void forward(Unary f, float p, float q, float[] x, int xAt, float[] y, int yAt, int count) {
    switch (f) {
      case EXP          -> { for (int i = 0; i < count; i++) { y[yAt + i] = Functions.exp(x[xAt + i]); } }
      case LOG          -> { for (int i = 0; i < count; i++) { y[yAt + i] = Functions.log(x[xAt + i]); } }
      case LOG1P        -> { for (int i = 0; i < count; i++) { y[yAt + i] = Functions.log1p(x[xAt + i]); } }
      case TANH         -> { for (int i = 0; i < count; i++) { y[yAt + i] = Functions.tanh(x[xAt + i]); } }
      case SIGMOID      -> { for (int i = 0; i < count; i++) { y[yAt + i] = Functions.sigmoid(x[xAt + i]); } }
      case SOFTPLUS     -> { for (int i = 0; i < count; i++) { y[yAt + i] = Functions.softplus(x[xAt + i]); } }
      case HARD_SIGMOID -> { for (int i = 0; i < count; i++) { y[yAt + i] = Functions.hardSigmoid(x[xAt + i], p, q); } }
      case SOFTSIGN     -> { for (int i = 0; i < count; i++) { y[yAt + i] = Functions.softsign(x[xAt + i]); } }
      case RELU         -> { for (int i = 0; i < count; i++) { y[yAt + i] = Functions.relu(x[xAt + i]); } }
      case LEAKY_RELU   -> { for (int i = 0; i < count; i++) { y[yAt + i] = Functions.leakyRelu(x[xAt + i], p); } }
      case AFFINE       -> { for (int i = 0; i < count; i++) { y[yAt + i] = Math.fma(x[xAt + i], p, q); } }
      case CLIP         -> { for (int i = 0; i < count; i++) { y[yAt + i] = Functions.clip(x[xAt + i], p, q); } }
      case SQUARE       -> { for (int i = 0; i < count; i++) { y[yAt + i] = x[xAt + i] * x[xAt + i]; } }
      case SQRT         -> { for (int i = 0; i < count; i++) { y[yAt + i] = (float) Math.sqrt(x[xAt + i]); } }
      case ABS          -> { for (int i = 0; i < count; i++) { y[yAt + i] = Math.abs(x[xAt + i]); } }
      case SIGN         -> { for (int i = 0; i < count; i++) { y[yAt + i] = Functions.sign(x[xAt + i]); } }
      case RECIPROCAL   -> { for (int i = 0; i < count; i++) { y[yAt + i] = 1f / x[xAt + i]; } }
      case GREATER      -> { for (int i = 0; i < count; i++) { y[yAt + i] = x[xAt + i] > p ? 1f : 0f; } }
    }
  }

  @Override
  public void gradient(
      Unary f, float p, float q, float[] kept, int keptAt, float[] dy, int dyAt,
      float[] dx, int dxAt, int count, boolean add) {
    if (f == Unary.SIGN || f == Unary.GREATER) {
      if (!add) {
        fill(0f, dx, dxAt, count);
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      float k = f == Unary.AFFINE ? 0f : kept[keptAt + i];
      dx[dxAt + i] = Math.fma(dy[dyAt + i], derivative(f, p, q, k), add ? dx[dxAt + i] : 0f);
    }
  }

  /// y' from what was kept, x or y.
  private static float derivative(Unary f, float p, float q, float k) {
    return switch (f) {
      case EXP           -> k;
      case LOG           -> 1f / k;
      case LOG1P         -> 1f / (k + 1f);
      case TANH          -> Math.fma(-k, k, 1f);
      case SIGMOID       -> k * (1f - k);
      case SOFTPLUS      -> Functions.sigmoid(k);
      case HARD_SIGMOID  -> k > 0f && k < 1f ? p : 0f;
      case SOFTSIGN      -> (1f - Math.abs(k)) * (1f - Math.abs(k));
      case RELU          -> k > 0f ? 1f : 0f;
      case LEAKY_RELU    -> k > 0f ? 1f : p;
      case AFFINE        -> p;
      case CLIP          -> k < p || k > q ? 0f : 1f;
      case SQUARE        -> k + k;
      case SQRT          -> 0.5f / k;
      case ABS           -> Functions.sign(k);
      case RECIPROCAL    -> -(k * k);
      case SIGN, GREATER -> 0f;
    };
  }

  @Override
  public void forward(Binary f, float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    switch (f) {
      case ADD      -> { for (int i = 0; i < count; i++) { y[yAt + i] = a[aAt + i] + b[bAt + i]; } }
      case SUBTRACT -> { for (int i = 0; i < count; i++) { y[yAt + i] = a[aAt + i] - b[bAt + i]; } }
      case MULTIPLY -> { for (int i = 0; i < count; i++) { y[yAt + i] = a[aAt + i] * b[bAt + i]; } }
      case DIVIDE   -> { for (int i = 0; i < count; i++) { y[yAt + i] = a[aAt + i] / b[bAt + i]; } }
    }
  }

  @Override
  public void gradientOfFirst(
      Binary f, float[] a, int aAt, float[] b, int bAt, float[] dy, int dyAt,
      float[] da, int daAt, int count, boolean add) {
    for (int i = 0; i < count; i++) {
      float derivative = switch (f) {
        case ADD, SUBTRACT -> 1f;
        case MULTIPLY      -> b[bAt + i];
        case DIVIDE        -> 1f / b[bAt + i];
      };
      da[daAt + i] = Math.fma(dy[dyAt + i], derivative, add ? da[daAt + i] : 0f);
    }
  }

  @Override
  public void gradientOfSecond(
      Binary f, float[] a, int aAt, float[] b, int bAt, float[] dy, int dyAt,
      float[] db, int dbAt, int count, boolean add) {
    for (int i = 0; i < count; i++) {
      float derivative = switch (f) {
        case ADD      -> 1f;
        case SUBTRACT -> -1f;
        case MULTIPLY -> a[aAt + i];
        case DIVIDE   -> -(a[aAt + i] / b[bAt + i]) / b[bAt + i];
      };
      db[dbAt + i] = Math.fma(dy[dyAt + i], derivative, add ? db[dbAt + i] : 0f);
    }
  }

  @Override
  public void axpy(float s, float[] x, int xAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i++) {
      y[yAt + i] = Math.fma(x[xAt + i], s, y[yAt + i]);
    }
  }

  @Override
  public void select(
      float[] mask, int maskAt, float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i++) {
      y[yAt + i] = mask[maskAt + i] == 0f ? a[aAt + i] : b[bAt + i];
    }
  }

  @Override
  public void multiplyAdd(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count) {
    for (int i = 0; i < count; i++) {
      y[yAt + i] = Math.fma(a[aAt + i], b[bAt + i], y[yAt + i]);
    }
  }

  // ---- reductions in canonical order ------------------------------------------------------------

  @Override
  public double sum(float[] x, int xAt, int count) {
    double sum = 0;
    for (int from = 0; from < count; from += BLOCK) {
      sum += sumOfBlock(x, xAt + from, xAt + Math.min(count, from + BLOCK));
    }
    return sum;
  }

  private static double sumOfBlock(float[] x, int at, int to) {
    return Reductions.combine(
        lane(x, at, to), lane(x, at + 1, to), lane(x, at + 2, to), lane(x, at + 3, to),
        lane(x, at + 4, to), lane(x, at + 5, to), lane(x, at + 6, to), lane(x, at + 7, to),
        lane(x, at + 8, to), lane(x, at + 9, to), lane(x, at + 10, to), lane(x, at + 11, to),
        lane(x, at + 12, to), lane(x, at + 13, to), lane(x, at + 14, to), lane(x, at + 15, to));
  }

  private static double lane(float[] x, int at, int to) {
    double sum = 0;
    for (int i = at; i < to; i += 16) {
      sum += x[i];
    }
    return sum;
  }

  @Override
  public double dot(float[] a, int aAt, float[] b, int bAt, int count) {
    double sum = 0;
    for (int from = 0; from < count; from += BLOCK) {
      sum += dotOfBlock(a, aAt + from, b, bAt + from, Math.min(count - from, BLOCK));
    }
    return sum;
  }

  private static double dotOfBlock(float[] a, int aAt, float[] b, int bAt, int count) {
    return Reductions.combine(
        lane(a, aAt, b, bAt, count, 0), lane(a, aAt, b, bAt, count, 1),
        lane(a, aAt, b, bAt, count, 2), lane(a, aAt, b, bAt, count, 3),
        lane(a, aAt, b, bAt, count, 4), lane(a, aAt, b, bAt, count, 5),
        lane(a, aAt, b, bAt, count, 6), lane(a, aAt, b, bAt, count, 7),
        lane(a, aAt, b, bAt, count, 8), lane(a, aAt, b, bAt, count, 9),
        lane(a, aAt, b, bAt, count, 10), lane(a, aAt, b, bAt, count, 11),
        lane(a, aAt, b, bAt, count, 12), lane(a, aAt, b, bAt, count, 13),
        lane(a, aAt, b, bAt, count, 14), lane(a, aAt, b, bAt, count, 15));
  }

  private static double lane(float[] a, int aAt, float[] b, int bAt, int count, int from) {
    double sum = 0;
    for (int i = from; i < count; i += 16) {
      sum += (double) a[aAt + i] * b[bAt + i];
    }
    return sum;
  }

  @Override
  public double dot(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int count) {
    double sum = 0;
    for (int from = 0; from < count; from += BLOCK) {
      sum += dotOfBlock(a, aAt + from, b, bAt + from, c, cAt + from, Math.min(count - from, BLOCK));
    }
    return sum;
  }

  private static double dotOfBlock(
      float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int count) {
    return Reductions.combine(
        lane(a, aAt, b, bAt, c, cAt, count, 0), lane(a, aAt, b, bAt, c, cAt, count, 1),
        lane(a, aAt, b, bAt, c, cAt, count, 2), lane(a, aAt, b, bAt, c, cAt, count, 3),
        lane(a, aAt, b, bAt, c, cAt, count, 4), lane(a, aAt, b, bAt, c, cAt, count, 5),
        lane(a, aAt, b, bAt, c, cAt, count, 6), lane(a, aAt, b, bAt, c, cAt, count, 7),
        lane(a, aAt, b, bAt, c, cAt, count, 8), lane(a, aAt, b, bAt, c, cAt, count, 9),
        lane(a, aAt, b, bAt, c, cAt, count, 10), lane(a, aAt, b, bAt, c, cAt, count, 11),
        lane(a, aAt, b, bAt, c, cAt, count, 12), lane(a, aAt, b, bAt, c, cAt, count, 13),
        lane(a, aAt, b, bAt, c, cAt, count, 14), lane(a, aAt, b, bAt, c, cAt, count, 15));
  }

  private static double lane(
      float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int count, int from) {
    double sum = 0;
    for (int i = from; i < count; i += 16) {
      sum = Math.fma((double) a[aAt + i] * b[bAt + i], c[cAt + i], sum);
    }
    return sum;
  }
  // @formatter:on

  @Override
  public float max(float[] x, int xAt, int count) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      max = x[xAt + i] > max ? x[xAt + i] : max;
    }
    return max + 0f; // -0 becomes +0: which zero came first must not show
  }

  @Override
  public float maxAbs(float[] x, int xAt, int count) {
    float max = 0f;
    for (int i = 0; i < count; i++) {
      float a = Math.abs(x[xAt + i]);
      max = a > max ? a : max;
    }
    return max;
  }

  @Override
  public int countNonFinite(float[] x, int xAt, int count) {
    int found = 0;
    for (int i = 0; i < count; i++) {
      found += Math.abs(x[xAt + i]) <= Float.MAX_VALUE ? 0 : 1;
    }
    return found;
  }

  // ---- one row ----------------------------------------------------------------------------------

  @Override
  public double softmax(float[] x, int xAt, float[] y, int yAt, int count) {
    float max = max(x, xAt, count);
    for (int i = 0; i < count; i++) {
      y[yAt + i] = Functions.exp(x[xAt + i] - max);
    }
    double sum = sum(y, yAt, count);
    float scale = (float) (1 / sum);
    for (int i = 0; i < count; i++) {
      y[yAt + i] = y[yAt + i] * scale;
    }
    return max + StrictMath.log(sum);
  }

  @Override
  public void softmaxGradient(
      float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int count, boolean add) {
    float mean = (float) dot(dy, dyAt, y, yAt, count);
    for (int i = 0; i < count; i++) {
      dx[dxAt + i] = Math.fma(y[yAt + i], dy[dyAt + i] - mean, add ? dx[dxAt + i] : 0f);
    }
  }

  @Override
  public float layerNorm(
      float[] x,
      int xAt,
      float[] gain,
      int gainAt,
      float[] bias,
      int biasAt,
      float epsilon,
      float[] n,
      int nAt,
      float[] y,
      int yAt,
      int count) {
    float mean = (float) (sum(x, xAt, count) / count);
    for (int i = 0; i < count; i++) {
      n[nAt + i] = x[xAt + i] - mean;
    }
    float scale = Reductions.inverseRoot(dot(n, nAt, n, nAt, count) / count, epsilon);
    for (int i = 0; i < count; i++) {
      float normal = n[nAt + i] * scale;
      n[nAt + i] = normal;
      y[yAt + i] = Math.fma(normal, gain[gainAt + i], bias[biasAt + i]);
    }
    return scale;
  }

  @Override
  public void layerNormGradient(
      float[] n,
      int nAt,
      float scale,
      float[] gain,
      int gainAt,
      float[] dy,
      int dyAt,
      float[] dx,
      int dxAt,
      int count,
      boolean add) {
    float mean = (float) (dot(dy, dyAt, gain, gainAt, count) / count);
    float slope = (float) (dot(dy, dyAt, gain, gainAt, n, nAt, count) / count);
    for (int i = 0; i < count; i++) {
      float g = Math.fma(dy[dyAt + i], gain[gainAt + i], -mean);
      g = Math.fma(n[nAt + i], -slope, g);
      dx[dxAt + i] = Math.fma(g, scale, add ? dx[dxAt + i] : 0f);
    }
  }

  // ---- losses -----------------------------------------------------------------------------------

  @Override
  public void penalty(
      Penalty f,
      float p,
      float[] y,
      int yAt,
      float[] t,
      int tAt,
      float[] value,
      int valueAt,
      float[] gradient,
      int gradientAt,
      int count) {
    for (int i = 0; i < count; i++) {
      float d = y[yAt + i] - t[tAt + i];
      float a = Math.abs(d);
      value[valueAt + i] =
          switch (f) {
            case SQUARED -> d * d;
            case ABSOLUTE -> a;
            case HUBER -> a <= p ? 0.5f * d * d : p * (a - 0.5f * p);
            case QUANTILE -> d < 0f ? d * -p : d * (1f - p);
          };
      gradient[gradientAt + i] =
          switch (f) {
            case SQUARED -> d + d;
            case ABSOLUTE -> Functions.sign(d);
            case HUBER -> Functions.clip(d, -p, p);
            case QUANTILE -> d == 0f ? 0f : d < 0f ? -p : 1f - p;
          };
    }
  }

  // ---- random numbers ---------------------------------------------------------------------------

  @Override
  public void dropout(
      Random random,
      int update,
      int sequence,
      int step,
      float rate,
      float[] x,
      int xAt,
      float[] y,
      int yAt,
      int count,
      boolean add) {
    Threefry.dropout(random, update, sequence, step, rate, x, xAt, y, yAt, 0, count, add);
  }

  // ---- optimizers -------------------------------------------------------------------------------

  @Override
  public void sgd(
      float[] w, int wAt, float[] g, int gAt, int count, float scale, float rate, float decay) {
    for (int i = 0; i < count; i++) {
      float d = Math.fma(w[wAt + i], decay, g[gAt + i] * scale);
      w[wAt + i] = Math.fma(d, -rate, w[wAt + i]);
    }
  }

  @Override
  public void momentum(
      float[] w,
      int wAt,
      float[] g,
      int gAt,
      float[] m,
      int mAt,
      int count,
      float scale,
      float rate,
      float decay,
      float momentum,
      boolean nesterov) {
    for (int i = 0; i < count; i++) {
      float d = Math.fma(w[wAt + i], decay, g[gAt + i] * scale);
      float step = Math.fma(m[mAt + i], momentum, d);
      m[mAt + i] = step;
      step = nesterov ? Math.fma(step, momentum, d) : step;
      w[wAt + i] = Math.fma(step, -rate, w[wAt + i]);
    }
  }

  @Override
  public void rmsProp(
      float[] w,
      int wAt,
      float[] g,
      int gAt,
      float[] v,
      int vAt,
      int count,
      float scale,
      float rate,
      float decay,
      float gain,
      float epsilon) {
    for (int i = 0; i < count; i++) {
      float d = Math.fma(w[wAt + i], decay, g[gAt + i] * scale);
      float second = Math.fma(Math.fma(d, d, -v[vAt + i]), gain, v[vAt + i]);
      v[vAt + i] = second;
      float step = d / ((float) Math.sqrt(second) + epsilon);
      w[wAt + i] = Math.fma(step, -rate, w[wAt + i]);
    }
  }

  @Override
  public void adam(
      float[] w,
      int wAt,
      float[] g,
      int gAt,
      float[] m,
      int mAt,
      float[] v,
      int vAt,
      int count,
      float scale,
      float rate,
      float correction,
      float decay,
      float shrink,
      float gain1,
      float gain2,
      float epsilon) {
    for (int i = 0; i < count; i++) {
      float d = Math.fma(w[wAt + i], decay, g[gAt + i] * scale);
      float first = Math.fma(d - m[mAt + i], gain1, m[mAt + i]);
      float second = Math.fma(Math.fma(d, d, -v[vAt + i]), gain2, v[vAt + i]);
      m[mAt + i] = first;
      v[vAt + i] = second;
      float step = first / Math.fma((float) Math.sqrt(second), correction, epsilon);
      w[wAt + i] = Math.fma(step, -rate, w[wAt + i] * shrink);
    }
  }
}
