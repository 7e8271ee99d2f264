package io.github.carouselml.kernel;

/// The panels of a weight matrix in fewer bits than a float has, to be expanded exactly while they are
/// multiplied. A panel holds four vectors of 16 columns; the last one, if it has fewer, is filled up
/// with zeros.
public sealed interface ReducedPanels {
  /// The columns of a panel.
  int COLUMNS = 4 * Products.LANES;

  /// The vectors of 16 columns that the matrix has.
  int vectors();

  /// The rows of a panel.
  int inner();

  /// The panels, the last one counted if it is not full.
  default int panels() {
    return (vectors() + 3) / 4;
  }

  /// The vectors of a panel that the matrix has.
  default int width(int panel) {
    return Math.min(4, vectors() - 4 * panel);
  }

  /// The bytes of the weights, scales included.
  long size();

  /// Takes a column of the float panels, `[panel][inner][16 * vectors of the panel]` from `at`.
  private static void column(
      int vectors, int inner, float[] panels, int at, int panel, int column, float[] to) {
    int width = Math.min(4, vectors - 4 * panel) * Products.LANES;
    int from = at + panel * COLUMNS * inner + column;
    for (int k = 0; k < inner; k++) {
      to[k] = column < width ? panels[from + k * width] : 0f;
    }
  }

  /// The upper half of each float. An int holds those of two columns: of the panel's vectors 0 and 1,
  /// or 2 and 3, the former below. `[panel][inner][2][16]`
  final class Bfloat16 implements ReducedPanels {
    /// The ints of a panel's row.
    public static final int ROW = 2 * Products.LANES;

    /// What is above.
    public static final int UPPER = 0xffff0000;

    private final int vectors;
    private final int inner;
    private final int[] pairs;

    /// Rounds float panels.
    public Bfloat16(int vectors, int inner, float[] panels, int at) {
      this.vectors = vectors;
      this.inner = inner;
      pairs = new int[Math.multiplyExact(panels() * inner, ROW)];
      float[] column = new float[inner];
      for (int panel = 0; panel < panels(); panel++) {
        for (int n = 0; n < COLUMNS; n++) {
          ReducedPanels.column(vectors, inner, panels, at, panel, n, column);
          int vector = n / Products.LANES;
          int place = panel * inner * ROW + vector / 2 * Products.LANES + n % Products.LANES;
          for (int k = 0; k < inner; k++) {
            int bits = round(column[k]);
            pairs[place + k * ROW] |= vector % 2 == 0 ? bits >>> 16 : bits;
          }
        }
      }
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
    public int vectors() {
      return vectors;
    }

    @Override
    public int inner() {
      return inner;
    }

    @Override
    public long size() {
      return 4L * pairs.length;
    }
  }

  /// Whole numbers from -127 to 127, a column being its numbers times its scale.
  /// `[panel][inner][64]`
  final class Int8 implements ReducedPanels {
    /// The largest number.
    public static final int MOST = 127;

    private final int vectors;
    private final int inner;
    private final byte[] bytes;
    private final float[] scales;

    /// Rounds float panels, which must be finite.
    public Int8(int vectors, int inner, float[] panels, int at) {
      this.vectors = vectors;
      this.inner = inner;
      bytes = new byte[Math.multiplyExact(panels() * inner, COLUMNS)];
      scales = new float[panels() * COLUMNS];
      float[] column = new float[inner];
      for (int panel = 0; panel < panels(); panel++) {
        for (int n = 0; n < COLUMNS; n++) {
          ReducedPanels.column(vectors, inner, panels, at, panel, n, column);
          float scale = scale(column);
          scales[panel * COLUMNS + n] = scale;
          int place = panel * inner * COLUMNS + n;
          for (int k = 0; k < inner; k++) {
            bytes[place + k * COLUMNS] = round(column[k], scale);
          }
        }
      }
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
    public int vectors() {
      return vectors;
    }

    @Override
    public int inner() {
      return inner;
    }

    @Override
    public long size() {
      return bytes.length + 4L * scales.length;
    }
  }
}
