package io.github.carouselml.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.kernel.ReducedPanels.Bfloat16;
import io.github.carouselml.kernel.ReducedPanels.Int8;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How weights are rounded to fewer bits.
class ReducedPanelsTest {
  @ParameterizedTest
  @CsvSource({
    "3f800000, 3f800000", // 1
    "3f808000, 3f800000", // halfway, the lower is even
    "3f818000, 3f820000", // halfway, the upper is even
    "3f808001, 3f810000", // beyond halfway
    "3f817fff, 3f810000", // short of it
    "bf808000, bf800000", // the same below 0
    "bf818000, bf820000",
    "00000000, 00000000",
    "80000000, 80000000", // -0 stays
    "00008000, 00000000", // a subnormal, halfway
    "00018000, 00020000",
    "007fffff, 00800000", // up to the smallest normal
    "7f7fffff, 7f800000", // beyond the largest
    "7f7f7fff, 7f7f0000",
    "7f800000, 7f800000",
    "ff800000, ff800000",
    "7f800001, 7fc00000", // NaN, though its upper half alone would be infinite
    "ffc12345, ffc10000"
  })
  void bfloat16_is_the_nearest_ties_to_even(String bits, String rounded) {
    float x = Float.intBitsToFloat(Integer.parseUnsignedInt(bits, 16));
    assertThat(Integer.toHexString(Bfloat16.round(x)))
        .isEqualTo(Integer.toHexString(Integer.parseUnsignedInt(rounded, 16)));
  }

  @Test
  void bfloat16_agrees_with_decimal_arithmetic() {
    long seed = 5;
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      float x = (random.nextFloat() - 0.5f) * (1 << random.nextInt(20));
      float rounded = Float.intBitsToFloat(Bfloat16.round(x));
      assertThat(Math.abs((double) rounded - x))
          .as("%s, seed %d", x, seed)
          .isLessThanOrEqualTo(Math.abs((double) x) / 256);
      assertThat(Float.floatToRawIntBits(rounded) & 0xffff).isZero();
    }
  }

  @Test
  void int8_covers_each_row_by_its_largest() {
    float[] row = {0.1f, -0.5f, 0.25f, 0.0f};
    float scale = Int8.scale(row);
    assertThat(scale).isEqualTo(0.5f / 127);
    assertThat(Int8.round(-0.5f, scale)).isEqualTo((byte) -127);
    assertThat(Int8.round(0.5f, scale)).isEqualTo((byte) 127);
    assertThat(Int8.round(0.1f, scale)).isEqualTo((byte) 25);
    assertThat(Int8.round(2.5f, 1f)).as("ties to even").isEqualTo((byte) 2);
    assertThat(Int8.round(-3.5f, 1f)).as("ties to even").isEqualTo((byte) -4);
  }

  @Test
  void int8_is_off_by_half_a_scale_at_most() {
    long seed = 6;
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      float[] row = new float[1 + random.nextInt(40)];
      float size =
          (float)
              new BigDecimal(10).pow(random.nextInt(60) - 30, MathContext.DECIMAL64).doubleValue();
      for (int k = 0; k < row.length; k++) {
        row[k] = (random.nextFloat() - 0.5f) * size;
      }
      float scale = Int8.scale(row);
      for (float weight : row) {
        byte whole = Int8.round(weight, scale);
        BigDecimal nearest =
            new BigDecimal(weight).divide(new BigDecimal(scale), 0, RoundingMode.HALF_EVEN);
        assertThat(whole)
            .as("%s of scale %s, seed %d", weight, scale, seed)
            .isEqualTo(nearest.byteValueExact());
      }
    }
  }

  @Test
  void int8_of_a_row_of_zeros_is_zeros() {
    float[] panel = new float[16 * 3];
    for (int k = 0; k < 3; k++) {
      panel[k * 16 + 1] = k;
      panel[k * 16 + 2] = Float.MIN_VALUE; // its scale is no float
    }
    Int8 int8 = new Int8(1, 3, panel, 0);
    assertThat(int8.scales()[0]).isZero();
    assertThat(int8.scales()[1]).isEqualTo(2f / 127);
    assertThat(int8.scales()[2]).isZero();
    assertThat(int8.bytes()[2 * 64]).isZero();
    assertThat(int8.bytes()[2 * 64 + 1]).isEqualTo((byte) 127);
    assertThat(int8.bytes()[64 + 1]).as("63.5, halfway").isEqualTo((byte) 64);
    assertThat(int8.bytes()[2]).isZero();
  }

  @Test
  void a_row_that_is_not_finite_gives_numbers_that_are_not() {
    for (float broken : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      float[] panel = new float[16];
      panel[0] = 1;
      panel[1] = broken;
      float[] c = new float[64];
      for (ReducedPanels b :
          new ReducedPanels[] {new Int8(1, 1, panel, 0), new Bfloat16(1, 1, panel, 0)}) {
        new PlainReducedProducts().multiply(b, 0, 1, new float[] {1}, 0, new float[16], 0, 0, c, 0);
        assertThat(c[0]).isEqualTo(1);
        assertThat(c[1]).matches(x -> !Float.isFinite(x), "not finite");
      }
    }
  }

  @Test
  void the_memory_is_a_half_and_a_quarter() {
    float[] panels = new float[256 * 64 * 4];
    assertThat(new Bfloat16(16, 256, panels, 0).size()).isEqualTo(2L * panels.length);
    assertThat(new Int8(16, 256, panels, 0).size()).isEqualTo(panels.length + 4L * 256);
  }
}
