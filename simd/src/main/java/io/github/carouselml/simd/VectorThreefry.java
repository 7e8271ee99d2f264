package io.github.carouselml.simd;

import static io.github.carouselml.simd.Lanes.F;
import static io.github.carouselml.simd.Lanes.I;

import io.github.carouselml.kernel.Random;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// Threefry-4x32-20 on a vector of counters: 64 units of a mask at a time.
// @formatter:off
final class VectorThreefry {
  private VectorThreefry() {}

  /// The dropout of `count` units, a multiple of the lanes; `old` is -1 to add and 0 to overwrite.
  static void dropout(
      Random random, int update, int sequence, int step, float rate,
      float[] x, int xAt, float[] y, int yAt, int count, int old) {
    int scale = Float.floatToRawIntBits(Random.keptScale(rate));
    IntVector dropped = IntVector.broadcast(I, Random.threshold(rate) - 1); // minus a kept number is negative
    IntVector lanes = IntVector.zero(I).addIndex(1);
    int k0 = random.key0();
    int k1 = random.key1();
    int k2 = random.key2();
    int k3 = random.key3();
    int k4 = Random.PARITY ^ k0 ^ k1 ^ k2 ^ k3;
    for (int group = 0; group < count; group += 64) {
      for (int lane = 0; lane < 16; lane += I.length()) {
        int unit = group + lane;
        IntVector x0 = IntVector.broadcast(I, update + k0);
        IntVector x1 = IntVector.broadcast(I, sequence + k1);
        IntVector x2 = IntVector.broadcast(I, step + k2);
        IntVector x3 = lanes.add(group / 4 + lane + k3);
        int j0 = k1, j1 = k2, j2 = k3, j3 = k4, j4 = k0; // the key, one further after each injection
        for (int pass = 1; pass <= 5; pass += 2) {
          x0 = x0.add(x1);
          x1 = x1.lanewise(VectorOperators.ROL, 10).lanewise(VectorOperators.XOR, x0);
          x2 = x2.add(x3);
          x3 = x3.lanewise(VectorOperators.ROL, 26).lanewise(VectorOperators.XOR, x2);
          x0 = x0.add(x3);
          x3 = x3.lanewise(VectorOperators.ROL, 11).lanewise(VectorOperators.XOR, x0);
          x2 = x2.add(x1);
          x1 = x1.lanewise(VectorOperators.ROL, 21).lanewise(VectorOperators.XOR, x2);
          x0 = x0.add(x1);
          x1 = x1.lanewise(VectorOperators.ROL, 13).lanewise(VectorOperators.XOR, x0);
          x2 = x2.add(x3);
          x3 = x3.lanewise(VectorOperators.ROL, 27).lanewise(VectorOperators.XOR, x2);
          x0 = x0.add(x3);
          x3 = x3.lanewise(VectorOperators.ROL, 23).lanewise(VectorOperators.XOR, x0);
          x2 = x2.add(x1);
          x1 = x1.lanewise(VectorOperators.ROL, 5).lanewise(VectorOperators.XOR, x2);
          x0 = x0.add(j0);
          x1 = x1.add(j1);
          x2 = x2.add(j2);
          x3 = x3.add(j3 + pass);
          if (pass == 5) {
            break;
          }
          x0 = x0.add(x1);
          x1 = x1.lanewise(VectorOperators.ROL, 6).lanewise(VectorOperators.XOR, x0);
          x2 = x2.add(x3);
          x3 = x3.lanewise(VectorOperators.ROL, 20).lanewise(VectorOperators.XOR, x2);
          x0 = x0.add(x3);
          x3 = x3.lanewise(VectorOperators.ROL, 17).lanewise(VectorOperators.XOR, x0);
          x2 = x2.add(x1);
          x1 = x1.lanewise(VectorOperators.ROL, 11).lanewise(VectorOperators.XOR, x2);
          x0 = x0.add(x1);
          x1 = x1.lanewise(VectorOperators.ROL, 25).lanewise(VectorOperators.XOR, x0);
          x2 = x2.add(x3);
          x3 = x3.lanewise(VectorOperators.ROL, 10).lanewise(VectorOperators.XOR, x2);
          x0 = x0.add(x3);
          x3 = x3.lanewise(VectorOperators.ROL, 18).lanewise(VectorOperators.XOR, x0);
          x2 = x2.add(x1);
          x1 = x1.lanewise(VectorOperators.ROL, 20).lanewise(VectorOperators.XOR, x2);
          x0 = x0.add(j1);
          x1 = x1.add(j2);
          x2 = x2.add(j3);
          x3 = x3.add(j4 + pass + 1);
          int first = j0;
          int second = j1;
          j0 = j2;
          j1 = j3;
          j2 = j4;
          j3 = first;
          j4 = second;
        }
        if (unit < count) {
          IntVector kept = dropped.sub(x0.lanewise(VectorOperators.LSHR, 8)).lanewise(VectorOperators.ASHR, 31);
          FloatVector factor = kept.and(scale).reinterpretAsFloats();
          FloatVector g = FloatVector.fromArray(F, y, yAt + unit).reinterpretAsInts().and(old).reinterpretAsFloats();
          FloatVector.fromArray(F, x, xAt + unit).fma(factor, g).intoArray(y, yAt + unit);
        }
        if (unit + 16 < count) {
          IntVector kept = dropped.sub(x1.lanewise(VectorOperators.LSHR, 8)).lanewise(VectorOperators.ASHR, 31);
          FloatVector factor = kept.and(scale).reinterpretAsFloats();
          FloatVector g = FloatVector.fromArray(F, y, yAt + unit + 16).reinterpretAsInts().and(old).reinterpretAsFloats();
          FloatVector.fromArray(F, x, xAt + unit + 16).fma(factor, g).intoArray(y, yAt + unit + 16);
        }
        if (unit + 32 < count) {
          IntVector kept = dropped.sub(x2.lanewise(VectorOperators.LSHR, 8)).lanewise(VectorOperators.ASHR, 31);
          FloatVector factor = kept.and(scale).reinterpretAsFloats();
          FloatVector g = FloatVector.fromArray(F, y, yAt + unit + 32).reinterpretAsInts().and(old).reinterpretAsFloats();
          FloatVector.fromArray(F, x, xAt + unit + 32).fma(factor, g).intoArray(y, yAt + unit + 32);
        }
        if (unit + 48 < count) {
          IntVector kept = dropped.sub(x3.lanewise(VectorOperators.LSHR, 8)).lanewise(VectorOperators.ASHR, 31);
          FloatVector factor = kept.and(scale).reinterpretAsFloats();
          FloatVector g = FloatVector.fromArray(F, y, yAt + unit + 48).reinterpretAsInts().and(old).reinterpretAsFloats();
          FloatVector.fromArray(F, x, xAt + unit + 48).fma(factor, g).intoArray(y, yAt + unit + 48);
        }
      }
    }
  }
}
// @formatter:on
