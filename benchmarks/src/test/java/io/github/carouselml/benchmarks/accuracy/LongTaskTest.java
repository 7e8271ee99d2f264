package io.github.carouselml.benchmarks.accuracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.benchmarks.accuracy.LongTask.Example;
import org.junit.jupiter.api.Test;

final class LongTaskTest {
  private static final long SEED = 5;
  private static final int DRAWS = 2000;

  /// The index of the one that is hot.
  private static int symbol(float[] step) {
    int found = -1;
    float sum = 0;
    for (int k = 0; k < step.length; k++) {
      sum += step[k];
      found = step[k] == 1 ? k : found;
    }
    assertThat(sum).isEqualTo(1);
    return found;
  }

  @Test
  void the_answer_of_adding_is_the_sum_of_two_marked_numbers() {
    double squares = 0;
    for (int number = 0; number < DRAWS; number++) {
      Example example = LongTask.ADDING.draw(SEED, number);
      int marks = 0;
      float sum = 0;
      for (float[] step : example.x()) {
        marks += (int) step[1];
        sum += step[0] * step[1];
      }
      assertThat(marks).as("seed %d, number %d", SEED, number).isEqualTo(2);
      assertThat(example.answers()).as("seed %d, number %d", SEED, number).containsExactly(sum);
      squares += (sum - 1) * (sum - 1) / DRAWS;
    }
    assertThat(squares).as("who answers 1, seed %d", SEED).isCloseTo(1.0 / 6, within(0.02));
  }

  @Test
  void the_answer_of_copying_is_blank_until_the_first_ten_symbols_come_again() {
    Example example = LongTask.COPY.draw(SEED, 3);
    assertThat(example.x()).hasDimensions(120, 10);
    assertThat(symbol(example.x()[109])).isEqualTo(9);
    for (int t = 0; t < 120; t++) {
      float expected = t < 110 ? 8 : symbol(example.x()[t - 110]);
      assertThat(example.answers()[t]).as("seed %d, step %d", SEED, t).isEqualTo(expected);
    }
  }

  @Test
  void the_answer_of_order_is_which_two_came() {
    int[] seen = new int[4];
    for (int number = 0; number < DRAWS; number++) {
      Example example = LongTask.ORDER.draw(SEED, number);
      assertThat(example.x().length).isBetween(100, 110);
      int answer = 0;
      int relevant = 0;
      for (int t = 0; t < example.x().length; t++) {
        int symbol = symbol(example.x()[t]);
        if (symbol == 2 || symbol == 3) {
          assertThat(t).isBetween(relevant == 0 ? 10 : 50, relevant == 0 ? 20 : 60);
          answer = 2 * answer + symbol - 2;
          relevant++;
        }
      }
      assertThat(relevant).as("seed %d, number %d", SEED, number).isEqualTo(2);
      assertThat(example.answers()).as("seed %d, number %d", SEED, number).containsExactly(answer);
      seen[answer]++;
    }
    for (int count : seen) {
      assertThat(count).as("seed %d", SEED).isBetween(DRAWS / 5, DRAWS * 3 / 10);
    }
  }

  @Test
  void sequences_are_functions_of_seed_and_number() {
    for (LongTask task : LongTask.values()) {
      float[][] x = task.draw(SEED, 1).x();
      assertThat(task.draw(SEED, 1).x()).isDeepEqualTo(x);
      assertThat(task.draw(SEED, 2).x()).isNotEqualTo(x);
      assertThat(task.draw(SEED + 1, 1).x()).isNotEqualTo(x);
    }
  }
}
