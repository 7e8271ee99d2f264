package io.github.carouselml.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.spec.CarouselException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RowsTest {
  @Test
  void orders_by_length_stable_and_lays_time_descending() {
    Rows rows = new Rows(4, 5);
    rows.set(new int[] {2, 0, 4, 2, 1}, new int[] {10, 11, 12, 13, 14}, 5);

    assertThat(rows.steps()).isEqualTo(4);
    assertThat(rows.sequences()).isEqualTo(5);
    assertThat(rows.count()).isEqualTo(9);
    int[] ids = {12, 10, 13, 14, 11};
    int[] lengths = {4, 2, 2, 1, 0};
    for (int rank = 0; rank < 5; rank++) {
      assertThat(rows.id(rank)).isEqualTo(ids[rank]);
      assertThat(rows.length(rank)).isEqualTo(lengths[rank]);
      assertThat(rows.rank(rows.sequence(rank))).isEqualTo(rank);
    }
    assertThat(new int[] {rows.active(0), rows.active(1), rows.active(2), rows.active(3)})
        .containsExactly(4, 3, 1, 1);
    // first(t) = Σ_{s>t} active(s)
    assertThat(new int[] {rows.first(0), rows.first(1), rows.first(2), rows.first(3)})
        .containsExactly(5, 2, 1, 0);
    assertThat(rows.row(1, 3)).isEqualTo(2 + 2);
  }

  @Test
  void every_real_step_has_one_row_whatever_was_set_before() {
    long seed = 7;
    Random random = new Random(seed);
    Rows rows = new Rows(9, 6);
    for (int trial = 0; trial < 200; trial++) {
      int batch = random.nextInt(7);
      int[] lengths = random.ints(6, 0, 10).toArray();
      rows.set(lengths, batch);
      boolean[] taken = new boolean[rows.count()];
      for (int b = 0; b < batch; b++) {
        for (int t = 0; t < lengths[b]; t++) {
          int row = rows.row(t, b);
          assertThat(taken[row]).as("seed %d trial %d", seed, trial).isFalse();
          taken[row] = true;
          assertThat(rows.step(row)).isEqualTo(t);
          assertThat(rows.sequence(row - rows.first(t))).isEqualTo(b);
          assertThat(rows.rank(b)).isLessThan(rows.active(t));
        }
      }
      assertThat(taken).as("seed %d trial %d", seed, trial).doesNotContain(false);
    }
  }

  @Test
  void refuses_lengths_it_has_no_room_for() {
    Rows rows = new Rows(4, 2);
    assertThatThrownBy(() -> rows.set(new int[] {5}, 1))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("Sequence 0 of the batch has length 5")
        .hasMessageContaining("0 to 4");
    assertThatThrownBy(() -> rows.set(new int[] {1, -1}, 2)).hasMessageContaining("length -1");
    assertThatThrownBy(() -> rows.set(new int[] {1, 1, 1}, 3)).hasMessageContaining("3 sequences");
    assertThatThrownBy(() -> new Rows(1 << 20, 1 << 20))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("1099511627776");
  }
}
