package io.github.carouselml.cell;

import static io.github.carouselml.cell.Algebra.sigmoid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MinLstmReferenceTest {

  /// u = f / (f + i) = σ(softplus(-a_i) - softplus(-a_f)), which docs/math/min.md has for float,
  /// and its gradients.
  @Test
  void theFormForFloatIsTheSameNumber() {
    for (long seed : new long[] {31, 32, 33}) {
      SplittableRandom random = new SplittableRandom(seed);
      for (int k = 0; k < 100; k++) {
        double aI = 40 * random.nextDouble() - 20;
        double aF = 40 * random.nextDouble() - 20;
        double i = sigmoid(aI);
        double f = sigmoid(aF);
        double u = f / (f + i);
        double sum = (f + i) * (f + i);
        assertThat(sigmoid(softplus(-aI) - softplus(-aF)))
            .as("u, seed %d", seed)
            .isCloseTo(u, within(1e-12));
        assertThat(u * (1 - u) * (1 - f))
            .as("du/da_f, seed %d", seed)
            .isCloseTo(i / sum * f * (1 - f), within(1e-12));
        assertThat(-u * (1 - u) * (1 - i))
            .as("du/da_i, seed %d", seed)
            .isCloseTo(-f / sum * i * (1 - i), within(1e-12));
      }
    }
  }

  private static double softplus(double x) {
    return StrictMath.log1p(StrictMath.exp(x));
  }
}
