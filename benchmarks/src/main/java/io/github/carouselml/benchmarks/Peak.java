package io.github.carouselml.benchmarks;

import java.util.Arrays;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The most multiply-adds this machine does: twelve independent chains of fused multiply-adds in
/// registers, on every asked core at once. It imports the Vector API itself because a limit measured
/// with the kernels it judges would be no limit.
final class Peak {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int STEPS = 399_999;

  /// The steps written out in the body of the loop. Three of them make `chains` longer than the
  /// 325 bytes of code that HotSpot puts into a caller: inside the compiled `rounds`, which happens
  /// after some hundred calls, the chains would run at half their speed.
  private static final int UNROLLED = 3;

  private static final int ROUNDS = 40;

  /// Keeps the compiler from leaving the chains out.
  @SuppressWarnings("UnusedVariable")
  private static volatile float sink;

  private Peak() {}

  /// GFLOP/s of all threads together, each thread's best round counted: what the machine can do.
  static double best(int threads) throws InterruptedException, ExecutionException {
    return sum(threads, () -> 1 / Arrays.stream(rounds()).min().orElse(Double.NaN));
  }

  /// GFLOP/s of all threads together over some fifty milliseconds: what the machine gives now, to
  /// hold beside samples of the same length taken now.
  static double now(int threads) throws InterruptedException, ExecutionException {
    return sum(threads, () -> 1 / Arrays.stream(rounds()).average().orElse(Double.NaN));
  }

  private static double sum(int threads, Callable<Double> rate)
      throws InterruptedException, ExecutionException {
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      double sum = 0;
      for (Future<Double> each : pool.invokeAll(Collections.nCopies(threads, rate))) {
        sum += each.get();
      }
      return sum;
    }
  }

  /// Nanoseconds for each floating-point operation, one number a round.
  private static double[] rounds() {
    double[] rounds = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      sink = chains(STEPS);
      rounds[round] = (System.nanoTime() - start) / (2.0 * 12 * SPECIES.length() * STEPS);
    }
    return rounds;
  }

  private static float chains(int steps) {
    FloatVector m = FloatVector.broadcast(SPECIES, 0.999999f);
    FloatVector a = FloatVector.broadcast(SPECIES, 1e-6f);
    FloatVector c0 = a;
    FloatVector c1 = a;
    FloatVector c2 = a;
    FloatVector c3 = a;
    FloatVector c4 = a;
    FloatVector c5 = a;
    FloatVector c6 = a;
    FloatVector c7 = a;
    FloatVector c8 = a;
    FloatVector c9 = a;
    FloatVector c10 = a;
    FloatVector c11 = a;
    for (int i = 0; i < steps; i += UNROLLED) {
      c0 = c0.fma(m, a);
      c1 = c1.fma(m, a);
      c2 = c2.fma(m, a);
      c3 = c3.fma(m, a);
      c4 = c4.fma(m, a);
      c5 = c5.fma(m, a);
      c6 = c6.fma(m, a);
      c7 = c7.fma(m, a);
      c8 = c8.fma(m, a);
      c9 = c9.fma(m, a);
      c10 = c10.fma(m, a);
      c11 = c11.fma(m, a);
      c0 = c0.fma(m, a);
      c1 = c1.fma(m, a);
      c2 = c2.fma(m, a);
      c3 = c3.fma(m, a);
      c4 = c4.fma(m, a);
      c5 = c5.fma(m, a);
      c6 = c6.fma(m, a);
      c7 = c7.fma(m, a);
      c8 = c8.fma(m, a);
      c9 = c9.fma(m, a);
      c10 = c10.fma(m, a);
      c11 = c11.fma(m, a);
      c0 = c0.fma(m, a);
      c1 = c1.fma(m, a);
      c2 = c2.fma(m, a);
      c3 = c3.fma(m, a);
      c4 = c4.fma(m, a);
      c5 = c5.fma(m, a);
      c6 = c6.fma(m, a);
      c7 = c7.fma(m, a);
      c8 = c8.fma(m, a);
      c9 = c9.fma(m, a);
      c10 = c10.fma(m, a);
      c11 = c11.fma(m, a);
    }
    FloatVector sum = c0.add(c1).add(c2).add(c3).add(c4).add(c5);
    return sum.add(c6).add(c7).add(c8).add(c9).add(c10).add(c11).lane(0);
  }
}
