package io.github.carouselml.benchmarks;

import java.util.Random;

/// Made-up numbers.
final class Drawn {
  private Drawn() {}

  /// So many numbers from -0.5 to 0.5.
  static float[] floats(Random random, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = random.nextFloat() - 0.5f;
    }
    return numbers;
  }
}
