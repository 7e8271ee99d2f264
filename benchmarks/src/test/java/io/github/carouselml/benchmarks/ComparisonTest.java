package io.github.carouselml.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What stands between a measurement and a table.
class ComparisonTest {

  private static final Problem PROBLEM = Problem.of(new Point(2, 2, 3, 4, 1));

  @Test
  void anOutcomeAgreesWithItself() {
    Outcome reference = Reference.of(PROBLEM, Mode.TRAINING);
    assertThat(reference.compare(reference, Mode.TRAINING).complaint()).isEmpty();
  }

  @Test
  void aWrongOutputIsFound() {
    Outcome reference = Reference.of(PROBLEM, Mode.TRAINING);
    Outcome other = Reference.of(PROBLEM, Mode.TRAINING);
    other.y()[5] += 1e-3f;
    assertThat(other.compare(reference, Mode.INFERENCE).complaint())
        .startsWith("The outputs differ from the reference: element 5 is ");
  }

  @Test
  void aWrongGradientOfTheRecurrentWeightsIsFound() {
    Outcome reference = Reference.of(PROBLEM, Mode.TRAINING);
    Outcome other = Reference.of(PROBLEM, Mode.TRAINING);
    other.dr().getFirst()[7] = Float.NaN;
    assertThat(other.compare(reference, Mode.TRAINING).complaint())
        .startsWith("The gradients of R, layer 0 differ from the reference: element 7 is NaN");
  }

  @Test
  void aMissingGradientIsFound() {
    Outcome reference = Reference.of(PROBLEM, Mode.TRAINING);
    assertThat(Outcome.ofOutputs(reference.y()).compare(reference, Mode.TRAINING).complaint())
        .isEqualTo("The input gradients have 0 elements but 12 were expected.");
  }

  @Test
  void theRatioIsTheMedianOfPairsWithinItsInterval() {
    double[] pairs = IntStream.range(0, 21).mapToDouble(i -> 1.4 + 0.01 * i).toArray();
    Ratio ratio = Ratio.of(pairs);
    assertThat(ratio.median()).isCloseTo(1.5, within(1e-9));
    assertThat(ratio.low()).isBetween(1.42, 1.5);
    assertThat(ratio.high()).isBetween(1.5, 1.58);
    assertThat(ratio.low()).isLessThan(ratio.high());
  }

  @Test
  void aResultFileIsReadAsItWasWritten() {
    Map<String, Object> result =
        Map.of("list", List.of(1.5, "a \"b\"\n\\", true), "map", Map.of("empty", List.of()));
    assertThat(Json.parse(Json.write(result, 0))).isEqualTo(result);
    assertThat(Json.parse(Json.write(result, -1))).isEqualTo(result);
  }

  @Test
  void flopsCountTheMultiplyAddsTwice() {
    assertThat(Point.of("64,256,512").flops(Mode.INFERENCE))
        .isEqualTo(2.0 * 4 * 512 * (256 + 512) * 64 * 128);
    assertThat(Point.of("32,128,256,2").flops(Mode.TRAINING))
        .isEqualTo(3 * 2.0 * 4 * 256 * (128 + 256 + 256 + 256) * 32 * 128);
  }
}
