package io.github.carouselml.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// How fast this machine reads an array again and again, each thread a part of its own: a vector sum
/// of eight chains. It imports the Vector API itself because a limit measured with the kernels it
/// judges would be no limit.
final class ReadSpeed {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int ROUNDS = 20;

  /// Keeps the compiler from leaving the sums out.
  @SuppressWarnings("UnusedVariable")
  private static volatile float sink;

  private ReadSpeed() {}

  /// GB/s of all threads together over `floats` numbers in all: the best of rounds that all begin at
  /// once and that the slowest ends.
  static double measure(int threads, int floats) throws Exception {
    int each = floats / threads & -1024;
    float[] array = new float[each * threads];
    Arrays.fill(array, 1e-3f);
    int passes = (int) Math.max(1, (1L << 26) / each);
    double best = 0;
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      CyclicBarrier begin = new CyclicBarrier(threads);
      for (int round = 0; round < ROUNDS; round++) {
        List<Future<Long>> times = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          int from = i * each;
          times.add(
              pool.submit(() -> {
                begin.await();
                long start = System.nanoTime();
                for (int pass = 0; pass < passes; pass++) {
                  sink = sum(array, from, each);
                }
                return System.nanoTime() - start;
              }));
        }
        long slowest = 0;
        for (Future<Long> time : times) {
          slowest = Math.max(slowest, time.get());
        }
        best = Math.max(best, 4.0 * each * threads * passes / slowest);
      }
    }
    return best;
  }

  private static float sum(float[] x, int from, int count) {
    int n = SPECIES.length();
    FloatVector a0 = FloatVector.zero(SPECIES);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    FloatVector a4 = a0;
    FloatVector a5 = a0;
    FloatVector a6 = a0;
    FloatVector a7 = a0;
    for (int i = from; i < from + count; i += 8 * n) {
      a0 = a0.add(FloatVector.fromArray(SPECIES, x, i));
      a1 = a1.add(FloatVector.fromArray(SPECIES, x, i + n));
      a2 = a2.add(FloatVector.fromArray(SPECIES, x, i + 2 * n));
      a3 = a3.add(FloatVector.fromArray(SPECIES, x, i + 3 * n));
      a4 = a4.add(FloatVector.fromArray(SPECIES, x, i + 4 * n));
      a5 = a5.add(FloatVector.fromArray(SPECIES, x, i + 5 * n));
      a6 = a6.add(FloatVector.fromArray(SPECIES, x, i + 6 * n));
      a7 = a7.add(FloatVector.fromArray(SPECIES, x, i + 7 * n));
    }
    return a0.add(a1).add(a2).add(a3).add(a4).add(a5).add(a6).add(a7).lane(0);
  }
}
