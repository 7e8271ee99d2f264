package io.github.carouselml.cell;

import io.github.carouselml.kernel.Binary;
import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.kernel.Unary;

/// Some rows of a block of 16 units, one letter an array: `[rows, 16]` without gaps.
///
/// A cell with options is written in these: it takes the letters of its equation out of their
/// strided places, computes with the element-wise kernels of the machine, and puts the results
/// back. So every such cell has a vector form as soon as it has a plain one. Taking and putting
/// costs less than a tenth of the products around it; the cells that most people use are
/// written flat instead.
///
/// One a thread. Arrays come from a pool that grows at first and never shrinks; [#begin] gives all
/// of them back.
final class Columns {
  private static final int LANES = Products.LANES;

  private final Elementwise kernels;
  private float[][] pool = new float[0][];
  private int used;
  private int rows;
  private int n;

  Columns(Elementwise kernels) {
    this.kernels = kernels;
  }

  Elementwise kernels() {
    return kernels;
  }

  /// A new piece of work on so many rows.
  void begin(int newRows) {
    rows = newRows;
    n = newRows * LANES;
    used = 0;
  }

  /// An array of any content.
  float[] spare() {
    if (used == pool.length) {
      pool = java.util.Arrays.copyOf(pool, used + 1);
      pool[used] = new float[n];
    } else if (pool[used].length < n) {
      pool[used] = new float[n];
    }
    return pool[used++];
  }

  /// The rows that begin at `at`, `row` floats apart; one row again and again where that is 0.
  float[] take(float[] from, int at, int row) {
    float[] x = spare();
    kernels.copyRows(from, at, row, x, 0, LANES, rows);
    return x;
  }

  /// An array of +0.
  float[] zeros() {
    float[] x = spare();
    kernels.fill(0f, x, 0, n);
    return x;
  }

  /// Puts rows back.
  void put(float[] x, float[] to, int at, int row) {
    kernels.copyRows(x, 0, LANES, to, at, row, rows);
  }

  /// Sets the lanes from `real` on to +0.
  void clear(int real, float[] x) {
    kernels.clearPadding(x, 0, rows, real, LANES);
  }

  /// y = f(x)
  void apply(Bend f, float[] x, float[] y) {
    kernels.forward(f.function(), f.p(), f.q(), x, 0, y, 0, n);
  }

  /// dx = dy f'(x), from y = f(x)
  void slope(Bend f, float[] y, float[] dy, float[] dx) {
    kernels.gradient(f.function(), f.p(), f.q(), y, 0, dy, 0, dx, 0, n, false);
  }

  /// y = x cut to ± bound
  void clip(float bound, float[] x, float[] y) {
    kernels.forward(Unary.CLIP, -bound, bound, x, 0, y, 0, n);
  }

  /// dx = dy where x lies from low to high, else 0
  void open(float low, float high, float[] x, float[] dy, float[] dx) {
    kernels.gradient(Unary.CLIP, low, high, x, 0, dy, 0, dx, 0, n, false);
  }

  /// y = ln(1 + e⁻ˣ)
  void softplusOfMinus(float[] x, float[] y) {
    kernels.forward(Unary.AFFINE, -1f, 0f, x, 0, y, 0, n);
    kernels.forward(Unary.SOFTPLUS, 0f, 0f, y, 0, y, 0, n);
  }

  /// y = s x; adding -0 changes no number.
  void scale(float s, float[] x, float[] y) {
    kernels.forward(Unary.AFFINE, s, -0f, x, 0, y, 0, n);
  }

  /// y = s x + y, fused
  void axpy(float s, float[] x, float[] y) {
    kernels.axpy(s, x, 0, y, 0, n);
  }

  /// y = a where the mask is 0, else b
  void select(float[] mask, float[] a, float[] b, float[] y) {
    kernels.select(mask, 0, a, 0, b, 0, y, 0, n);
  }

  /// y = 1 - x
  void complement(float[] x, float[] y) {
    kernels.forward(Unary.AFFINE, -1f, 1f, x, 0, y, 0, n);
  }

  /// y = a + b
  void add(float[] a, float[] b, float[] y) {
    kernels.forward(Binary.ADD, a, 0, b, 0, y, 0, n);
  }

  /// y = a - b
  void subtract(float[] a, float[] b, float[] y) {
    kernels.forward(Binary.SUBTRACT, a, 0, b, 0, y, 0, n);
  }

  /// y = a b
  void multiply(float[] a, float[] b, float[] y) {
    kernels.forward(Binary.MULTIPLY, a, 0, b, 0, y, 0, n);
  }

  /// y = a b + y, fused
  void multiplyAdd(float[] a, float[] b, float[] y) {
    kernels.multiplyAdd(a, 0, b, 0, y, 0, n);
  }

  /// v = Σ a b + v over the rows of a and b, one fused chain for each of so many lanes
  void addProducts(
      int lanes, float[] a, int aAt, int aRow, float[] b, int bAt, int bRow, float[] v, int vAt) {
    kernels.addProducts(a, aAt, aRow, b, bAt, bRow, rows, v, vAt, lanes);
  }
}
