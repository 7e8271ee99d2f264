package io.github.carouselml.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.spec.CarouselException;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutTest {
  @Test
  void every_canonical_element_has_a_place_of_its_own() {
    List<Layout> layouts =
        List.of(
            new Layout.Vector(1),
            new Layout.Vector(4, 17),
            new Layout.Matrix(1, 1),
            new Layout.Matrix(33, 5),
            new Layout.Matrix(4, 17, 3),
            new Layout.Matrix(3, 16, 7),
            new Layout.Table(5, 18));
    for (Layout layout : layouts) {
      boolean[] taken = new boolean[layout.packedSize()];
      assertThat(layout.shape().stream().reduce(1, (a, b) -> a * b))
          .isEqualTo(layout.canonicalSize());
      for (int i = 0; i < layout.canonicalSize(); i++) {
        int place = layout.packed(i);
        assertThat(taken[place]).as("%s, element %d", layout, i).isFalse();
        taken[place] = true;
      }
    }
  }

  @Test
  void a_panel_holds_four_vectors_of_block_gate_lane() {
    // 3 gates of 17 units: 2 blocks, 6 vectors, a panel of 4 and one of 2
    Layout.Matrix layout = new Layout.Matrix(3, 17, 2);
    assertThat(layout.panels()).isEqualTo(2);
    assertThat(layout.width(1)).isEqualTo(2);
    // gate 1, unit 5, input 1: block 0, vector 1 of panel 0
    assertThat(layout.packed((17 + 5) * 2 + 1)).isEqualTo((1 * 4 + 1) * 16 + 5);
    // gate 2, unit 16, input 1: vector 5, the second of panel 1, which begins after 4 * 16 * 2
    assertThat(layout.packed((2 * 17 + 16) * 2 + 1)).isEqualTo(128 + (1 * 2 + 1) * 16);
  }

  @Test
  void refuses_what_no_array_can_hold() {
    assertThatThrownBy(() -> new Layout.Matrix(1 << 20, 1 << 12).packedSize())
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("4294967296");
  }
}
