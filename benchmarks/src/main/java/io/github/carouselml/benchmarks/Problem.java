package io.github.carouselml.benchmarks;

import java.util.ArrayList;
import java.util.List;

/// The numbers of one point, the same in every process because they are counted, not drawn: inputs
/// `x [T, B, I]`, output gradients `dy [T, B, H]`, and for each layer `w [4H, I]`, `r [4H, H]`,
/// `b [4H]`, gates in the order i f g o. All row-major; a contender copies them where it likes.
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Problem(
    Point point, float[] x, float[] dy, List<float[]> w, List<float[]> r, List<float[]> b) {

  static Problem of(Point point) {
    int rows = Math.multiplyExact(point.steps(), point.batch());
    int hidden = point.hiddenSize();
    float bound = (float) (1 / StrictMath.sqrt(hidden));
    List<float[]> w = new ArrayList<>();
    List<float[]> r = new ArrayList<>();
    List<float[]> b = new ArrayList<>();
    for (int layer = 0; layer < point.layers(); layer++) {
      w.add(uniform(10 + layer, 4 * hidden * point.inputSize(layer), bound));
      r.add(uniform(20 + layer, 4 * hidden * hidden, bound));
      b.add(uniform(30 + layer, 4 * hidden, bound));
    }
    return new Problem(
        point,
        uniform(1, rows * point.inputSize(), 1.7f),
        uniform(2, rows * hidden, 1),
        List.copyOf(w),
        List.copyOf(r),
        List.copyOf(b));
  }

  private static float[] uniform(long stream, int size, float bound) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      long mixed = mix((stream << 40) + i);
      values[i] = bound * ((mixed >>> 40) * 0x1p-23f - 1);
    }
    return values;
  }

  /// The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
  private static long mix(long counter) {
    long z = (counter + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
