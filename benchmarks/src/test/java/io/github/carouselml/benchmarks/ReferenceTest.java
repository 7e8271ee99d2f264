package io.github.carouselml.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The answer that contenders are held to, against finite differences of its own loss
/// `Σ y dy`, and against one step by hand.
class ReferenceTest {

  private static final Point POINT = new Point(3, 2, 3, 4, 2);

  @Test
  void oneUnitOneStepByHand() {
    Point point = new Point(1, 1, 1, 1, 1);
    float[] w = {0.5f, -0.25f, 0.75f, 1};
    float[] b = {0.1f, 0.2f, 0.3f, 0.4f};
    Problem problem =
        new Problem(
            point, new float[] {2}, new float[] {1}, List.of(w), List.of(new float[4]), List.of(b));
    double i = 1 / (1 + StrictMath.exp(-1.1));
    double g = StrictMath.tanh(1.8);
    double o = 1 / (1 + StrictMath.exp(-2.4));
    assertThat((double) Reference.of(problem, Mode.INFERENCE).y()[0])
        .isCloseTo(o * StrictMath.tanh(i * g), within(1e-6));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "w0", "w1", "r0", "r1", "b0", "b1"})
  void gradientsAreThoseOfFiniteDifferences(String what) {
    Problem problem = Problem.of(POINT);
    Outcome outcome = Reference.of(problem, Mode.TRAINING);
    float[] values = values(problem, what);
    float[] gradient = gradient(outcome, what);
    assertThat(gradient).hasSameSizeAs(values);
    float step = 1f / 64;
    for (int k = 0; k < values.length; k++) {
      float before = values[k];
      values[k] = before + step;
      double above = loss(problem);
      values[k] = before - step;
      double below = loss(problem);
      values[k] = before;
      assertThat((double) gradient[k])
          .as("%s[%d]", what, k)
          .isCloseTo((above - below) / (2 * step), within(2e-3));
    }
  }

  private static double loss(Problem problem) {
    float[] y = Reference.of(problem, Mode.INFERENCE).y();
    double sum = 0;
    for (int k = 0; k < y.length; k++) {
      sum += (double) y[k] * problem.dy()[k];
    }
    return sum;
  }

  private static float[] values(Problem problem, String what) {
    return switch (what) {
      case "x" -> problem.x();
      case "w0" -> problem.w().get(0);
      case "w1" -> problem.w().get(1);
      case "r0" -> problem.r().get(0);
      case "r1" -> problem.r().get(1);
      case "b0" -> problem.b().get(0);
      default -> problem.b().get(1);
    };
  }

  private static float[] gradient(Outcome outcome, String what) {
    return switch (what) {
      case "x" -> outcome.dx();
      case "w0" -> outcome.dw().get(0);
      case "w1" -> outcome.dw().get(1);
      case "r0" -> outcome.dr().get(0);
      case "r1" -> outcome.dr().get(1);
      case "b0" -> outcome.db().get(0);
      default -> outcome.db().get(1);
    };
  }
}
