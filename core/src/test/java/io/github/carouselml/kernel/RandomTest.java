package io.github.carouselml.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.kernel.Random.Purpose;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RandomTest {
  private static final Random RANDOM = new Random(42, Purpose.INITIALIZE, 0);

  /// The known answers that Random123 publishes for threefry4x32 with 20 rounds: counter, key, words.
  @ParameterizedTest
  @CsvSource({
    "00000000 00000000 00000000 00000000, 00000000 00000000 00000000 00000000, "
        + "9c6ca96a e17eae66 fc10ecd4 5256a7d8",
    "ffffffff ffffffff ffffffff ffffffff, ffffffff ffffffff ffffffff ffffffff, "
        + "2a881696 57012287 f6c7446e a16a6732",
    "243f6a88 85a308d3 13198a2e 03707344, a4093822 299f31d0 082efa98 ec4e6c89, "
        + "59cd1dbb b8879579 86b5d00c ac8b6d84"
  })
  void givesTheKnownAnswers(String counter, String key, String answer) {
    int[] x = words(counter);
    int[] k = words(key);
    int[] actual = new int[4];
    for (int w = 0; w < 4; w++) {
      actual[w] = Threefry.word(k[0], k[1], k[2], k[3], x[0], x[1], x[2], x[3], w);
    }
    assertThat(actual).isEqualTo(words(answer));
  }

  private static int[] words(String hex) {
    return Arrays.stream(hex.trim().split(" "))
        .mapToInt(w -> Integer.parseUnsignedInt(w, 16))
        .toArray();
  }

  @Test
  void uniformNumbersHaveTheMomentsOfTheirDistribution() {
    int n = 200_000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      float u = RANDOM.uniform(i);
      assertThat(u >= 0f && u < 1f).isTrue();
      sum += u;
      squares += u * u;
    }
    // five standard deviations of each mean
    assertThat(Math.abs(sum / n - 0.5)).isLessThan(5 * Math.sqrt(1 / 12.0 / n));
    assertThat(Math.abs(squares / n - 1 / 3.0)).isLessThan(5 * Math.sqrt(4 / 45.0 / n));
  }

  @Test
  void normalNumbersHaveTheMomentsOfTheirDistribution() {
    int n = 100_000;
    double sum = 0;
    double squares = 0;
    double fourths = 0;
    for (int i = 0; i < n; i++) {
      double x = RANDOM.normal(i);
      sum += x;
      squares += x * x;
      fourths += x * x * x * x;
    }
    assertThat(Math.abs(sum / n)).isLessThan(5 * Math.sqrt(1.0 / n));
    assertThat(Math.abs(squares / n - 1)).isLessThan(5 * Math.sqrt(2.0 / n));
    assertThat(Math.abs(fourths / n - 3)).isLessThan(5 * Math.sqrt(96.0 / n));
  }

  @Test
  void belowReachesEveryValueEquallyOften() {
    int[] found = new int[7];
    for (int i = 0; i < 70_000; i++) {
      found[RANDOM.below(7, i)]++;
    }
    for (int count : found) {
      assertThat(Math.abs(count - 10_000)).isLessThan(5 * 93); // deviation √(70000 · 1/7 · 6/7)
    }
  }

  @Test
  void shuffleIsAPermutationThatItsEpochNames() {
    int[] first = order();
    int[] again = order();
    int[] second = order();
    RANDOM.shuffle(first, 1);
    RANDOM.shuffle(again, 1);
    RANDOM.shuffle(second, 2);

    assertThat(first).isEqualTo(again).isNotEqualTo(second).isNotEqualTo(order());
    assertThat(Arrays.stream(first).sorted().toArray()).isEqualTo(order());
  }

  private static int[] order() {
    int[] order = new int[100];
    Arrays.setAll(order, i -> i);
    return order;
  }

  @Test
  void everyPartOfTheNameChangesTheMask() {
    var base = new Random(1L << 32, Purpose.DROPOUT, 4);
    float[] mask = mask(base, 1, 2, 3);

    assertThat(mask(base, 1, 2, 3)).isEqualTo(mask);
    assertThat(mask(new Random(1, Purpose.DROPOUT, 4), 1, 2, 3)).isNotEqualTo(mask);
    assertThat(mask(new Random(2L << 32, Purpose.DROPOUT, 4), 1, 2, 3)).isNotEqualTo(mask);
    assertThat(mask(new Random(1L << 32, Purpose.DROP_CONNECT, 4), 1, 2, 3)).isNotEqualTo(mask);
    assertThat(mask(new Random(1L << 32, Purpose.DROPOUT, 5), 1, 2, 3)).isNotEqualTo(mask);
    assertThat(mask(base, 2, 2, 3)).isNotEqualTo(mask);
    assertThat(mask(base, 1, 3, 3)).isNotEqualTo(mask);
    assertThat(mask(base, 1, 2, 4)).isNotEqualTo(mask);
  }

  @Test
  void masksKeepTheirShareAndNoTwoUnitsAgree() {
    float[] mask = mask(RANDOM, 1, 2, 3);
    int kept = 0;
    for (float factor : mask) {
      assertThat(factor == 0f || factor == 1f / 0.7f).isTrue();
      kept += factor == 0f ? 0 : 1;
    }
    assertThat(Math.abs(kept - 0.7 * mask.length)).isLessThan(5 * Math.sqrt(0.21 * mask.length));
    // the words of one group of 64 units, and of the next, are not one another's copies
    for (int shift : new int[] {1, 16, 32, 48, 64, 128}) {
      int equal = 0;
      for (int i = shift; i < mask.length; i++) {
        equal += mask[i] == mask[i - shift] ? 1 : 0;
      }
      double expected = (0.49 + 0.09) * (mask.length - shift);
      assertThat(Math.abs(equal - expected))
          .as("shift %d", shift)
          .isLessThan(6 * Math.sqrt(mask.length));
    }
  }

  private static float[] mask(Random random, int update, int sequence, int step) {
    float[] mask = new float[4096];
    new PlainElementwise().mask(random, update, sequence, step, 0.3f, mask, 0, mask.length);
    return mask;
  }

  @Test
  void theRateBoundsAreExact() {
    float[] ones = new float[1000];
    Arrays.fill(ones, 2f);
    float[] y = new float[1000];
    new PlainElementwise().dropout(RANDOM, 0, 0, 0, 0f, ones, 0, y, 0, 1000, false);
    assertThat(y).isEqualTo(ones);
    new PlainElementwise().dropout(RANDOM, 0, 0, 0, 1f, ones, 0, y, 0, 1000, false);
    assertThat(y).containsOnly(0f);
  }
}
