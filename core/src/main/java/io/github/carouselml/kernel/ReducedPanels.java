package io.github.carouselml.kernel;

/// The panels of a weight matrix in fewer bits than a float has, to be expanded exactly while they are
/// multiplied. A panel holds four vectors of 16 columns; the last one, if it has fewer, is filled up
/// with zeros.
public abstract sealed class ReducedPanels {
  /// The columns of a panel.
  public static final int COLUMNS = Products.PANEL;

  private final int vectors;
  private final int inner;

  private ReducedPanels(int vectors, int inner) {
    this.vectors = vectors;
    this.inner = inner;
  }

  /// The vectors of 16 columns that the matrix has.
  public final int vectors() {
    return vectors;
  }

  /// The rows of a panel.
  public final int inner() {
    return inner;
  }

  /// The panels, the last one counted if it is not full.
  public final int panels() {
    return (vectors + 3) / 4;
  }

  /// The vectors of a panel that the matrix has.
  public final int width(int panel) {
    return Math.min(4, vectors - 4 * panel);
  }

  /// The bytes of the weights, scales included.
  public abstract long size();

  /// Takes one column of the matrix, the `n`th of a panel.
  private interface Columns {
    void take(int panel, int n, float[] column);
  }

  /// Goes through the float panels, `[panel][inner][16 * vectors of the panel]` from `at`.
  private static void each(int vectors, int inner, float[] panels, int at, Columns columns) {
    float[] column = new float[inner];
    for (int panel = 0; 4 * panel < vectors; panel++) {
      int width = Math.min(4, vectors - 4 * panel) * Products.LANES;
      for (int n = 0; n < COLUMNS; n++) {
        int from = at + panel * COLUMNS * inner + n;
        for (int k = 0; k < inner; k++) {
          column[k] = n < width ? panels[from + k * width] : 0f;
        }
        columns.take(panel, n, column);
      }
    }
  }

  /// The upper half of each float. An int holds those of two columns: of the panel's vectors 0 and 1,
  /// or 2 and 3, the former below. `[panel][inner][2][16]`
  public static final class Bfloat16 extends ReducedPanels {
    /// The ints of a panel's row.
    public static final int ROW = 2 * Products.LANES;

    /// What is above.
    public static final int UPPER = 0xffff0000;

    private final int[] pairs;

    /// Rounds float panels.
    public Bfloat16(int vectors, int inner, float[] panels, int at) {
      super(vectors, inner);
      int[] to = new int[Math.multiplyExact(panels() * inner, ROW)];
      each(
          vectors,
          inner,
          panels,
          at,
          (panel, n, column) -> {
            int vector = n / Products.LANES;
            int place = panel * inner * ROW + vector / 2 * Products.LANES + n % Products.LANES;
            for (int k = 0; k < inner; k++) {
              int bits = round(column[k]);
              to[place + k * ROW] |= vector % 2 == 0 ? bits >>> 16 : bits;
            }
          });
      pairs = to;
    }

    /// The bits of the float nearest to x whose lower half is 0, of two equally near ones that with an
    /// even upper half. Beyond the largest it is infinite, and NaN stays NaN.
    public static int round(float x) {
      int bits = Float.floatToRawIntBits(x);
      if (Float.isNaN(x)) {
        return (bits | 0x0040_0000) & UPPER;
      }
      return bits + 0x7fff + (bits >>> 16 & 1) & UPPER;
    }

    /// See the class comment.
    public int[] pairs() {
      return pairs;
    }

    @Override
    public long size() {
      return 4L * pairs.length;
    }
  }

  /// Whole numbers from -127 to 127, a column being its numbers times its scale.
  /// `[panel][inner][64]`
  public static final class Int8 extends ReducedPanels {
    /// The largest number.
    public static final int MOST = 127;

    private final byte[] bytes;
    private final float[] scales;

    /// Rounds float panels, which must be finite.
    public Int8(int vectors, int inner, float[] panels, int at) {
      super(vectors, inner);
      byte[] to = new byte[Math.multiplyExact(panels() * inner, COLUMNS)];
      float[] scaleOf = new float[panels() * COLUMNS];
      each(
          vectors,
          inner,
          panels,
          at,
          (panel, n, column) -> {
            float scale = scale(column);
            scaleOf[panel * COLUMNS + n] = scale;
            int place = panel * inner * COLUMNS + n;
            for (int k = 0; k < inner; k++) {
              to[place + k * COLUMNS] = round(column[k], scale);
            }
          });
      bytes = to;
      scales = scaleOf;
    }

    /// The largest of the weights is 127 times this; 0 where they all are 0, or so small that there is
    /// no such float.
    public static float scale(float[] weights) {
      float largest = 0;
      for (float weight : weights) {
        largest = Math.max(largest, Math.abs(weight));
      }
      return largest / MOST;
    }

    /// The whole number whose product with the scale is nearest to a weight, ties to even.
    public static byte round(float weight, float scale) {
      if (scale == 0) {
        return 0;
      }
      return (byte) Math.clamp((long) StrictMath.rint((double) weight / scale), -MOST, MOST);
    }

    /// See the class comment.
    public byte[] bytes() {
      return bytes;
    }

    /// One for each column, `[panel][64]`.
    public float[] scales() {
      return scales;
    }

    @Override
    public long size() {
      return bytes.length + 4L * scales.length;
    }
  }
}
