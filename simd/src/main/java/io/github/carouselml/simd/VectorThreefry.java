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
    int threshold = Random.threshold(rate);
    IntVector scale = IntVector.broadcast(I, Float.floatToRawIntBits(Random.keptScale(rate)));
    IntVector zero = IntVector.zero(I);
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
        x0 = x0.add(k1);
        x1 = x1.add(k2);
        x2 = x2.add(k3);
        x3 = x3.add(k4 + 1);
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
        x0 = x0.add(k2);
        x1 = x1.add(k3);
        x2 = x2.add(k4);
        x3 = x3.add(k0 + 2);
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
        x0 = x0.add(k3);
        x1 = x1.add(k4);
        x2 = x2.add(k0);
        x3 = x3.add(k1 + 3);
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
        x0 = x0.add(k4);
        x1 = x1.add(k0);
        x2 = x2.add(k1);
        x3 = x3.add(k2 + 4);
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
        x0 = x0.add(k0);
        x1 = x1.add(k1);
        x2 = x2.add(k2);
        x3 = x3.add(k3 + 5);
        if (unit < count) {
          FloatVector factor =
              zero.blend(scale, x0.lanewise(VectorOperators.LSHR, 8).compare(VectorOperators.GE, threshold)).reinterpretAsFloats();
          FloatVector g = FloatVector.fromArray(F, y, yAt + unit).reinterpretAsInts().and(old).reinterpretAsFloats();
          FloatVector.fromArray(F, x, xAt + unit).fma(factor, g).intoArray(y, yAt + unit);
        }
        if (unit + 16 < count) {
          FloatVector factor =
              zero.blend(scale, x1.lanewise(VectorOperators.LSHR, 8).compare(VectorOperators.GE, threshold)).reinterpretAsFloats();
          FloatVector g = FloatVector.fromArray(F, y, yAt + unit + 16).reinterpretAsInts().and(old).reinterpretAsFloats();
          FloatVector.fromArray(F, x, xAt + unit + 16).fma(factor, g).intoArray(y, yAt + unit + 16);
        }
        if (unit + 32 < count) {
          FloatVector factor =
              zero.blend(scale, x2.lanewise(VectorOperators.LSHR, 8).compare(VectorOperators.GE, threshold)).reinterpretAsFloats();
          FloatVector g = FloatVector.fromArray(F, y, yAt + unit + 32).reinterpretAsInts().and(old).reinterpretAsFloats();
          FloatVector.fromArray(F, x, xAt + unit + 32).fma(factor, g).intoArray(y, yAt + unit + 32);
        }
        if (unit + 48 < count) {
          FloatVector factor =
              zero.blend(scale, x3.lanewise(VectorOperators.LSHR, 8).compare(VectorOperators.GE, threshold)).reinterpretAsFloats();
          FloatVector g = FloatVector.fromArray(F, y, yAt + unit + 48).reinterpretAsInts().and(old).reinterpretAsFloats();
          FloatVector.fromArray(F, x, xAt + unit + 48).fma(factor, g).intoArray(y, yAt + unit + 48);
        }
      }
    }
  }
}
