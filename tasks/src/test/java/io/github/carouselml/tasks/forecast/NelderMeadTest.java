package io.github.carouselml.tasks.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class NelderMeadTest {
  @Test
  void findsTheBottomOfABowl() {
    NelderMead.Point found =
        NelderMead.minimise(
            x -> 1 + (x[0] - 0.3) * (x[0] - 0.3) + 5 * (x[1] - 0.7) * (x[1] - 0.7), 0.9, 0.1);

    assertThat(found.at()).containsExactly(new double[] {0.3, 0.7}, within(1e-4));
    assertThat(found.cost()).isCloseTo(1, within(1e-8));
  }

  @Test
  void followsACurvedValley() {
    // Rosenbrock's function, its bottom moved to (0.5, 0.25).
    NelderMead.Point found =
        NelderMead.minimise(
            x -> {
              double a = 0.5 - x[0];
              double b = x[1] - x[0] * x[0];
              return a * a + 100 * b * b;
            },
            0.05,
            0.95);

    assertThat(found.at()).containsExactly(new double[] {0.5, 0.25}, within(1e-4));
  }

  @Test
  void staysInTheCube() {
    NelderMead.Point found = NelderMead.minimise(x -> x[0] - x[1] + 0 * x[2], 0.5, 0.5, 0.5);

    assertThat(found.at()[0]).isBetween(0.0, 1e-5);
    assertThat(found.at()[1]).isBetween(1 - 1e-5, 1.0);
    assertThat(found.at()[2]).isBetween(0.0, 1.0);
  }

  @Test
  void turnsAwayFromNaN() {
    NelderMead.Point found = NelderMead.minimise(x -> x[0] > 0.6 ? Double.NaN : -x[0], 0.2);

    assertThat(found.at()[0]).isCloseTo(0.6, within(1e-3));
    assertThat(found.cost()).isNegative();
  }
}
