package io.github.carouselml.kernel;

/// Threefry-4x32-20 on one counter, flat.
public final class Threefry {
  private Threefry() {}

  /// Word `word` (0 to 3) of the block that key `k` and counter `x` name.
  public static int word(int k0, int k1, int k2, int k3, int x0, int x1, int x2, int x3, int word) {
    int k4 = Random.PARITY ^ k0 ^ k1 ^ k2 ^ k3;
    x0 += k0;
    x1 += k1;
    x2 += k2;
    x3 += k3;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 10) ^ x0;
    x2 += x3;
    x3 = Integer.rotateLeft(x3, 26) ^ x2;
    x0 += x3;
    x3 = Integer.rotateLeft(x3, 11) ^ x0;
    x2 += x1;
    x1 = Integer.rotateLeft(x1, 21) ^ x2;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 13) ^ x0;
    x2 += x3;
    x3 = Integer.rotateLeft(x3, 27) ^ x2;
    x0 += x3;
    x3 = Integer.rotateLeft(x3, 23) ^ x0;
    x2 += x1;
    x1 = Integer.rotateLeft(x1, 5) ^ x2;
    x0 += k1;
    x1 += k2;
    x2 += k3;
    x3 += k4 + 1;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 6) ^ x0;
    x2 += x3;
    x3 = Integer.rotateLeft(x3, 20) ^ x2;
    x0 += x3;
    x3 = Integer.rotateLeft(x3, 17) ^ x0;
    x2 += x1;
    x1 = Integer.rotateLeft(x1, 11) ^ x2;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 25) ^ x0;
    x2 += x3;
    x3 = Integer.rotateLeft(x3, 10) ^ x2;
    x0 += x3;
    x3 = Integer.rotateLeft(x3, 18) ^ x0;
    x2 += x1;
    x1 = Integer.rotateLeft(x1, 20) ^ x2;
    x0 += k2;
    x1 += k3;
    x2 += k4;
    x3 += k0 + 2;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 10) ^ x0;
    x2 += x3;
    x3 = Integer.rotateLeft(x3, 26) ^ x2;
    x0 += x3;
    x3 = Integer.rotateLeft(x3, 11) ^ x0;
    x2 += x1;
    x1 = Integer.rotateLeft(x1, 21) ^ x2;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 13) ^ x0;
    x2 += x3;
    x3 = Integer.rotateLeft(x3, 27) ^ x2;
    x0 += x3;
    x3 = Integer.rotateLeft(x3, 23) ^ x0;
    x2 += x1;
    x1 = Integer.rotateLeft(x1, 5) ^ x2;
    x0 += k3;
    x1 += k4;
    x2 += k0;
    x3 += k1 + 3;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 6) ^ x0;
    x2 += x3;
    x3 = Integer.rotateLeft(x3, 20) ^ x2;
    x0 += x3;
    x3 = Integer.rotateLeft(x3, 17) ^ x0;
    x2 += x1;
    x1 = Integer.rotateLeft(x1, 11) ^ x2;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 25) ^ x0;
    x2 += x3;
    x3 = Integer.rotateLeft(x3, 10) ^ x2;
    x0 += x3;
    x3 = Integer.rotateLeft(x3, 18) ^ x0;
    x2 += x1;
    x1 = Integer.rotateLeft(x1, 20) ^ x2;
    x0 += k4;
    x1 += k0;
    x2 += k1;
    x3 += k2 + 4;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 10) ^ x0;
    x2 += x3;
    x3 = Integer.rotateLeft(x3, 26) ^ x2;
    x0 += x3;
    x3 = Integer.rotateLeft(x3, 11) ^ x0;
    x2 += x1;
    x1 = Integer.rotateLeft(x1, 21) ^ x2;
    x0 += x1;
    x1 = Integer.rotateLeft(x1, 13) ^ x0;
    x2 += x3;
    x3 = Integer.rotateLeft(x3, 27) ^ x2;
    x0 += x3;
    x3 = Integer.rotateLeft(x3, 23) ^ x0;
    x2 += x1;
    x1 = Integer.rotateLeft(x1, 5) ^ x2;
    x0 += k0;
    x1 += k1;
    x2 += k2;
    x3 += k3 + 5;
    return switch (word) {
      case 0 -> x0;
      case 1 -> x1;
      case 2 -> x2;
      default -> x3;
    };
  }

  /// [Elementwise#dropout] for the units from `from` to `to`, each counter for itself. A block's four
  /// words are computed once for each unit: plain and slow, also the vector form's tail.
  public static void dropout(
      Random random,
      int update,
      int sequence,
      int step,
      float rate,
      float[] x,
      int xAt,
      float[] y,
      int yAt,
      int from,
      int to,
      boolean add) {
    int k0 = random.key0();
    int k1 = random.key1();
    int k2 = random.key2();
    int k3 = random.key3();
    int threshold = Random.threshold(rate);
    float scale = Random.keptScale(rate);
    for (int u = from; u < to; u++) {
      int block = 16 * (u / 64) + u % 16;
      int word = word(k0, k1, k2, k3, update, sequence, step, block, u / 16 % 4);
      float factor = (word >>> 8) >= threshold ? scale : 0f;
      y[yAt + u] = Math.fma(x[xAt + u], factor, add ? y[yAt + u] : 0f);
    }
  }
}
