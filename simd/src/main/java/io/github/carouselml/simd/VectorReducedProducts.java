package io.github.carouselml.simd;

import static io.github.carouselml.kernel.Products.LANES;
import static io.github.carouselml.kernel.ReducedPanels.COLUMNS;
import static io.github.carouselml.simd.Lanes.F;
import static io.github.carouselml.simd.Lanes.I;

import io.github.carouselml.kernel.PlainReducedProducts;
import io.github.carouselml.kernel.ReducedPanels;
import io.github.carouselml.kernel.ReducedPanels.Bfloat16;
import io.github.carouselml.kernel.ReducedPanels.Int8;
import io.github.carouselml.kernel.ReducedProducts;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// [ReducedProducts] in vectors. A panel's four vectors are four chains in registers, and with
/// bfloat16 two panels go together: eight chains hide what expanding a weight takes (measured: 1.4
/// against 1.7 ns for 64 weights). On narrow vectors some lanes of each block of 16 go at a time. See
/// [WideTiles] for the form of the loops.
public final class VectorReducedProducts implements ReducedProducts {
  private static final PlainReducedProducts PLAIN = new PlainReducedProducts();

  /// As many bytes as a vector has floats. There are no vectors of four bytes: on vectors of four
  /// floats int8 stays in plain loops.
  private static final VectorSpecies<Byte> B =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, F.length() * Byte.SIZE)));

  /// For this machine's vectors.
  public VectorReducedProducts() {}

  @Override
  public void multiply(
      ReducedPanels b,
      int from,
      int to,
      float[] a,
      int aAt,
      float[] init,
      int initAt,
      int initPanel,
      float[] c,
      int cAt) {
    if (b.inner() == 0 || (b instanceof Int8 && F.length() < B.length())) {
      PLAIN.multiply(b, from, to, a, aAt, init, initAt, initPanel, c, cAt);
      return;
    }
    int whole = Math.min(to, b.vectors() / 4);
    panels(b, from, whole, a, aAt, init, initAt, initPanel, c, cAt);
    if (whole < to) {
      // the columns beyond the last panel's own have no initial value, so they start from what is
      // in c
      int at = cAt + whole * COLUMNS;
      System.arraycopy(init, initAt + whole * initPanel, c, at, b.width(whole) * LANES);
      panels(b, whole, to, a, aAt, c, cAt, COLUMNS, c, cAt);
    }
  }

  private static void panels(
      ReducedPanels b,
      int from,
      int to,
      float[] a,
      int aAt,
      float[] init,
      int initAt,
      int initPanel,
      float[] c,
      int cAt) {
    int inner = b.inner();
    for (int n = 0; n < LANES; n += F.length()) {
      int it = initAt + n;
      int ct = cAt + n;
      switch (b) {
        case Bfloat16 half -> {
          int panel = inner * Bfloat16.ROW;
          int p = from;
          for (; p + 2 <= to; p += 2) {
            twoOfPairs(
                inner,
                a,
                aAt,
                half.pairs(),
                p * panel + n,
                init,
                it + p * initPanel,
                initPanel,
                c,
                ct + p * COLUMNS);
          }
          if (p < to) {
            pairs(
                inner,
                a,
                aAt,
                half.pairs(),
                p * panel + n,
                init,
                it + p * initPanel,
                c,
                ct + p * COLUMNS);
          }
        }
        case Int8 bytes -> {
          for (int p = from; p < to; p++) {
            bytes(
                inner,
                a,
                aAt,
                bytes.bytes(),
                p * inner * COLUMNS + n,
                bytes.scales(),
                p * COLUMNS + n,
                init,
                it + p * initPanel,
                c,
                ct + p * COLUMNS);
          }
        }
      }
    }
  }

  private static void twoOfPairs(
      int inner,
      float[] a,
      int aAt,
      int[] b,
      int bAt,
      float[] init,
      int initAt,
      int initPanel,
      float[] c,
      int cAt) {
    FloatVector c0 = FloatVector.fromArray(F, init, initAt);
    FloatVector c1 = FloatVector.fromArray(F, init, initAt + 16);
    FloatVector c2 = FloatVector.fromArray(F, init, initAt + 32);
    FloatVector c3 = FloatVector.fromArray(F, init, initAt + 48);
    int initD = initAt + initPanel;
    FloatVector d0 = FloatVector.fromArray(F, init, initD);
    FloatVector d1 = FloatVector.fromArray(F, init, initD + 16);
    FloatVector d2 = FloatVector.fromArray(F, init, initD + 32);
    FloatVector d3 = FloatVector.fromArray(F, init, initD + 48);
    int bD = bAt + inner * Bfloat16.ROW;
    int k = 0;
    do {
      int bk = bAt + k * Bfloat16.ROW;
      int dk = bD + k * Bfloat16.ROW;
      IntVector w0 = IntVector.fromArray(I, b, bk);
      IntVector w1 = IntVector.fromArray(I, b, bk + 16);
      IntVector v0 = IntVector.fromArray(I, b, dk);
      IntVector v1 = IntVector.fromArray(I, b, dk + 16);
      FloatVector x = FloatVector.broadcast(F, a[aAt + k]);
      c0 = x.fma(w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c0);
      c1 = x.fma(w0.and(Bfloat16.UPPER).reinterpretAsFloats(), c1);
      c2 = x.fma(w1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c2);
      c3 = x.fma(w1.and(Bfloat16.UPPER).reinterpretAsFloats(), c3);
      d0 = x.fma(v0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), d0);
      d1 = x.fma(v0.and(Bfloat16.UPPER).reinterpretAsFloats(), d1);
      d2 = x.fma(v1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), d2);
      d3 = x.fma(v1.and(Bfloat16.UPPER).reinterpretAsFloats(), d3);
    } while (++k < inner);
    c0.intoArray(c, cAt);
    c1.intoArray(c, cAt + 16);
    c2.intoArray(c, cAt + 32);
    c3.intoArray(c, cAt + 48);
    d0.intoArray(c, cAt + 64);
    d1.intoArray(c, cAt + 80);
    d2.intoArray(c, cAt + 96);
    d3.intoArray(c, cAt + 112);
  }

  private static void pairs(
      int inner,
      float[] a,
      int aAt,
      int[] b,
      int bAt,
      float[] init,
      int initAt,
      float[] c,
      int cAt) {
    FloatVector c0 = FloatVector.fromArray(F, init, initAt);
    FloatVector c1 = FloatVector.fromArray(F, init, initAt + 16);
    FloatVector c2 = FloatVector.fromArray(F, init, initAt + 32);
    FloatVector c3 = FloatVector.fromArray(F, init, initAt + 48);
    int k = 0;
    do {
      int bk = bAt + k * Bfloat16.ROW;
      IntVector w0 = IntVector.fromArray(I, b, bk);
      IntVector w1 = IntVector.fromArray(I, b, bk + 16);
      FloatVector x = FloatVector.broadcast(F, a[aAt + k]);
      c0 = x.fma(w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c0);
      c1 = x.fma(w0.and(Bfloat16.UPPER).reinterpretAsFloats(), c1);
      c2 = x.fma(w1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), c2);
      c3 = x.fma(w1.and(Bfloat16.UPPER).reinterpretAsFloats(), c3);
    } while (++k < inner);
    c0.intoArray(c, cAt);
    c1.intoArray(c, cAt + 16);
    c2.intoArray(c, cAt + 32);
    c3.intoArray(c, cAt + 48);
  }

  private static void bytes(
      int inner,
      float[] a,
      int aAt,
      byte[] b,
      int bAt,
      float[] scales,
      int scaleAt,
      float[] init,
      int initAt,
      float[] c,
      int cAt) {
    FloatVector c0 = FloatVector.zero(F);
    FloatVector c1 = FloatVector.zero(F);
    FloatVector c2 = FloatVector.zero(F);
    FloatVector c3 = FloatVector.zero(F);
    int k = 0;
    do {
      int bk = bAt + k * COLUMNS;
      ByteVector w0 = ByteVector.fromArray(B, b, bk);
      ByteVector w1 = ByteVector.fromArray(B, b, bk + 16);
      ByteVector w2 = ByteVector.fromArray(B, b, bk + 32);
      ByteVector w3 = ByteVector.fromArray(B, b, bk + 48);
      FloatVector x = FloatVector.broadcast(F, a[aAt + k]);
      c0 = x.fma((FloatVector) w0.convertShape(VectorOperators.B2F, F, 0), c0);
      c1 = x.fma((FloatVector) w1.convertShape(VectorOperators.B2F, F, 0), c1);
      c2 = x.fma((FloatVector) w2.convertShape(VectorOperators.B2F, F, 0), c2);
      c3 = x.fma((FloatVector) w3.convertShape(VectorOperators.B2F, F, 0), c3);
    } while (++k < inner);
    FloatVector s0 = FloatVector.fromArray(F, scales, scaleAt);
    FloatVector s1 = FloatVector.fromArray(F, scales, scaleAt + 16);
    FloatVector s2 = FloatVector.fromArray(F, scales, scaleAt + 32);
    FloatVector s3 = FloatVector.fromArray(F, scales, scaleAt + 48);
    c0.fma(s0, FloatVector.fromArray(F, init, initAt)).intoArray(c, cAt);
    c1.fma(s1, FloatVector.fromArray(F, init, initAt + 16)).intoArray(c, cAt + 16);
    c2.fma(s2, FloatVector.fromArray(F, init, initAt + 32)).intoArray(c, cAt + 32);
    c3.fma(s3, FloatVector.fromArray(F, init, initAt + 48)).intoArray(c, cAt + 48);
  }
}
