package io.github.carouselml.kernel;

import java.util.Arrays;

/// Everything that is not a matrix product, on ranges of `float[]`: `count` numbers from an offset.
///
/// Every implementation gives the bits of [PlainElementwise] for every count and offset. All are
/// stateless, safe for concurrent use, single-threaded and free of allocation; callers split work
/// over threads by ranges (reductions: by whole blocks, see [#sum]).
///
/// Unless said otherwise a target range may be exactly one of the source ranges (in place) but
/// must not overlap it otherwise. `add` chooses between writing a gradient and adding it to what
/// is there; writing is adding to +0, so that the first consumer and the others agree.
///
/// Padded rows: a function with f(0) ≠ 0 dirties the padding of `[rows, ld]` when it runs over the
/// whole range, which is the fastest way; [#clearPadding] restores the +0 afterwards.
public interface Elementwise {
  /// Numbers in a block of a reduction: block i / 4096, virtual lane i mod 16.
  int BLOCK = 4096;

  /// The numbers that lie together of a row in panels.
  int PANEL = Products.PANEL;

  // ---- maps -----------------------------------------------------------------------------------

  /// y = f(x; p, q)
  void forward(Unary f, float p, float q, float[] x, int xAt, float[] y, int yAt, int count);

  /// dx (+)= dy f'(kept), one fused multiply-add each; `kept` is the input or the output of the
  /// forward pass as [Unary#keeps] says, and is not read where nothing is kept.
  void gradient(
      Unary f,
      float p,
      float q,
      float[] kept,
      int keptAt,
      float[] dy,
      int dyAt,
      float[] dx,
      int dxAt,
      int count,
      boolean add);

  /// y = f(a, b); `y` may be `a` or `b`.
  void forward(Binary f, float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count);

  /// da (+)= dy ∂f/∂a. `a`, `b` are read only where the derivative needs them.
  void gradientOfFirst(
      Binary f,
      float[] a,
      int aAt,
      float[] b,
      int bAt,
      float[] dy,
      int dyAt,
      float[] da,
      int daAt,
      int count,
      boolean add);

  /// db (+)= dy ∂f/∂b. `a`, `b` are read only where the derivative needs them.
  void gradientOfSecond(
      Binary f,
      float[] a,
      int aAt,
      float[] b,
      int bAt,
      float[] dy,
      int dyAt,
      float[] db,
      int dbAt,
      int count,
      boolean add);

  /// y = s x + y, fused
  void axpy(float s, float[] x, int xAt, float[] y, int yAt, int count);

  /// y = a b + y, fused
  void multiplyAdd(float[] a, int aAt, float[] b, int bAt, float[] y, int yAt, int count);

  /// y = a where the mask is 0, else b
  void select(
      float[] mask,
      int maskAt,
      float[] a,
      int aAt,
      float[] b,
      int bAt,
      float[] y,
      int yAt,
      int count);

  /// y = v for every number
  default void fill(float v, float[] y, int yAt, int count) {
    Arrays.fill(y, yAt, yAt + count, v);
  }

  /// y = x; the ranges may overlap.
  default void copy(float[] x, int xAt, float[] y, int yAt, int count) {
    System.arraycopy(x, xAt, y, yAt, count);
  }

  // ---- rows `[rows, ld]`, of which the first `columns` numbers each are real
  // ---------------------

  /// Sets the padding of each row, columns `columns` to `ld`, to +0.
  default void clearPadding(float[] x, int xAt, int rows, int columns, int ld) {
    if (columns < ld) {
      for (int r = 0; r < rows; r++) {
        Arrays.fill(x, xAt + r * ld + columns, xAt + (r + 1) * ld, 0f);
      }
    }
  }

  /// y[r] += v for each row r
  default void addToRows(float[] v, int vAt, float[] y, int yAt, int rows, int columns, int ld) {
    for (int r = 0; r < rows; r++) {
      axpy(1f, v, vAt, y, yAt + r * ld, columns);
    }
  }

  /// y[r] = x[r] for rows of 16 numbers, `xRow` and `yRow` apart; with `xRow` 0, one row again and
  /// again.
  default void copyRows(float[] x, int xAt, int xRow, float[] y, int yAt, int yRow, int rows) {
    for (int r = 0; r < rows; r++) {
      System.arraycopy(x, xAt + r * xRow, y, yAt + r * yRow, Products.LANES);
    }
  }

  /// v += a[r] b[r] for r ascending: one fused chain for each column; `columns` is a multiple of 16.
  default void addProducts(
      float[] a,
      int aAt,
      int aRow,
      float[] b,
      int bAt,
      int bRow,
      int rows,
      float[] v,
      int vAt,
      int columns) {
    for (int r = 0; r < rows; r++) {
      multiplyAdd(a, aAt + r * aRow, b, bAt + r * bRow, v, vAt, columns);
    }
  }

  // ---- reductions in canonical order ------------------------------------------------------------

  /// Σ x in double: element i goes to lane i mod 16 of block i / [#BLOCK], the lanes combine
  /// 8-4-2-1, the blocks add in order. To share the work, compute `sum` of each block alone
  /// (`count` ≤ BLOCK from a multiple of BLOCK) on any thread and add them by [Reductions#combine].
  double sum(float[] x, int xAt, int count);

  /// Σ a b in double (each product is exact), in the order of [#sum].
  double dot(float[] a, int aAt, float[] b, int bAt, int count);

  /// Σ a b c in double (the product a b is exact, the rest one fused multiply-add), in the order of
  /// [#sum].
  double dot(float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int count);

  /// Σ x² in double, in the order of [#sum].
  default double sumOfSquares(float[] x, int xAt, int count) {
    return dot(x, xAt, x, xAt, count);
  }

  /// The greatest number, -∞ for an empty range; NaN are passed over.
  float max(float[] x, int xAt, int count);

  /// The greatest |x|, +0 for an empty range; NaN are passed over (see [#countNonFinite]).
  float maxAbs(float[] x, int xAt, int count);

  /// How many numbers are NaN or infinite.
  int countNonFinite(float[] x, int xAt, int count);

  /// The index (from 0) of the first number equal to [#max]; -1 if all are NaN or the range is empty.
  default int argmax(float[] x, int xAt, int count) {
    float max = max(x, xAt, count);
    for (int i = 0; i < count; i++) {
      if (x[xAt + i] == max) {
        return i;
      }
    }
    return -1;
  }

  // ---- one row ----------------------------------------------------------------------------------

  /// y = eˣ / Σ eˣ over one row; returns ln Σ eˣ = max + ln Σ eˣ⁻ᵐᵃˣ. Entries of -∞ count as left
  /// out. NaN for an empty row or one without a finite maximum.
  double softmax(float[] x, int xAt, float[] y, int yAt, int count);

  /// dx (+)= y (dy - Σ dy y), the backward pass of [#softmax] for its output y.
  void softmaxGradient(
      float[] y, int yAt, float[] dy, int dyAt, float[] dx, int dxAt, int count, boolean add);

  /// Layer normalisation of one row (Ba, Kiros, Hinton 2016), mean and variance in double:
  /// n = (x - mean) / √(variance + epsilon), y = gain n + bias. Writes n for the backward pass and
  /// returns 1/√(variance + epsilon). `y` may be `x`; `n` must be a range of its own, or `y` if
  /// only the result is of interest.
  float layerNorm(
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
      int count);

  /// The backward pass of [#layerNorm]; `scale` is what it returned. With g = dy gain:
  /// dx (+)= scale (g - mean(g) - n mean(g n)). The parameters' gradients are [#multiplyAdd]`(dy, n,
  /// dGain)` and [#axpy]`(1, dy, dBias)`.
  void layerNormGradient(
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
      boolean add);

  /// Whether a row that lies in panels is normalised faster there than brought together before.
  default boolean normsPanels() {
    return false;
  }

  /// [#layerNorm] of a row in panels of [#PANEL] numbers, `xPanel` from one to the next, and so for
  /// what else has such a distance; the gain has none. `n` and `y` may be `x`, though not both. Allocates
  /// unless [#normsPanels].
  default float layerNormPanels(
      int panels,
      float[] x,
      int xAt,
      int xPanel,
      float[] gain,
      int gainAt,
      float[] bias,
      int biasAt,
      int biasPanel,
      float epsilon,
      float[] n,
      int nAt,
      int nPanel,
      float[] y,
      int yAt,
      int yPanel) {
    int count = panels * PANEL;
    float[] row = new float[count];
    float[] normal = new float[count];
    float[] addend = new float[count];
    copyPanels(panels, x, xAt, xPanel, row, 0, PANEL);
    copyPanels(panels, bias, biasAt, biasPanel, addend, 0, PANEL);
    float scale = layerNorm(row, 0, gain, gainAt, addend, 0, epsilon, normal, 0, row, 0, count);
    copyPanels(panels, normal, 0, PANEL, n, nAt, nPanel);
    copyPanels(panels, row, 0, PANEL, y, yAt, yPanel);
    return scale;
  }

  /// [#layerNormGradient] of a row in panels; `dx` may be `n` or `dy`. Allocates unless [#normsPanels].
  default void layerNormGradientPanels(
      int panels,
      float[] n,
      int nAt,
      int nPanel,
      float scale,
      float[] gain,
      int gainAt,
      float[] dy,
      int dyAt,
      int dyPanel,
      float[] dx,
      int dxAt,
      int dxPanel,
      boolean add) {
    int count = panels * PANEL;
    float[] normal = new float[count];
    float[] row = new float[count];
    float[] gradient = new float[count];
    copyPanels(panels, n, nAt, nPanel, normal, 0, PANEL);
    copyPanels(panels, dy, dyAt, dyPanel, row, 0, PANEL);
    copyPanels(panels, dx, dxAt, dxPanel, gradient, 0, PANEL);
    layerNormGradient(normal, 0, scale, gain, gainAt, row, 0, gradient, 0, count, add);
    copyPanels(panels, gradient, 0, PANEL, dx, dxAt, dxPanel);
  }

  private static void copyPanels(
      int panels, float[] x, int xAt, int xPanel, float[] y, int yAt, int yPanel) {
    for (int p = 0; p < panels; p++) {
      System.arraycopy(x, xAt + p * xPanel, y, yAt + p * yPanel, PANEL);
    }
  }

  // ---- losses -----------------------------------------------------------------------------------

  /// value = f(y, t; p) and gradient = ∂f/∂y, both overwritten. The loss is [#sum] of the values.
  void penalty(
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
      int count);

  // ---- random numbers ---------------------------------------------------------------------------

  /// Dropout of one row: y (+)= x · (keep ? 1/(1-rate) : 0), unit i kept when its number drawn from
  /// `random` at (update, sequence, step, unit i) is at least `rate`. Backward is the same call on
  /// gradients. `step` is 0 where the mask is shared over time.
  void dropout(
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
      boolean add);

  /// The factors that [#dropout] multiplies by: y = keep ? 1/(1-rate) : 0.
  default void mask(
      Random random,
      int update,
      int sequence,
      int step,
      float rate,
      float[] y,
      int yAt,
      int count) {
    fill(1f, y, yAt, count);
    dropout(random, update, sequence, step, rate, y, yAt, y, yAt, count, false);
  }

  // ---- optimizers; padding that is +0 in weight, gradient and state stays +0
  // -----------------------

  /// g' = scale g + decay w;  w = w - rate g'
  void sgd(float[] w, int wAt, float[] g, int gAt, int count, float scale, float rate, float decay);

  /// g' = scale g + decay w;  m = momentum m + g';  w = w - rate m, or with Nesterov
  /// w = w - rate (momentum m + g')
  void momentum(
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
      boolean nesterov);

  /// g' = scale g + decay w;  v = v + gain (g'² - v);  w = w - rate g' / (√v + epsilon).
  /// `gain` is 1 - smoothing, computed in double; `epsilon` must be above 0.
  void rmsProp(
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
      float epsilon);

  /// Adam (Kingma, Ba 2015) and AdamW (Loshchilov, Hutter 2019):
  /// g' = scale g + decay w;  m = m + gain1 (g' - m);  v = v + gain2 (g'² - v);
  /// w = shrink w - rate m / (correction √v + epsilon).
  ///
  /// The caller computes in double `gain1` = 1-beta1, `gain2` = 1-beta2, `rate` = learning rate /
  /// (1-beta1ᵗ), `correction` = 1/√(1-beta2ᵗ). Adam has `shrink` = 1, AdamW has `decay` = 0 and `shrink` = 1 - learning rate · weight decay.
  /// `epsilon` must be above 0.
  void adam(
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
      float epsilon);
}
