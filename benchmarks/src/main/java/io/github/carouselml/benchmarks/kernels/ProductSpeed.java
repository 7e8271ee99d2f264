package io.github.carouselml.benchmarks.kernels;

import io.github.carouselml.kernel.PlainProducts;
import io.github.carouselml.kernel.Products;
import io.github.carouselml.simd.VectorProducts;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// How long does one product with a packed panel take, by rows and inner size, on vectors and on plain
/// loops? A call does `2 * rows * inner * 64` operations: divide by the score for GFLOP/s.
///
/// `java --add-modules jdk.incubator.vector -jar benchmarks/target/benchmarks.jar ProductSpeed`
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class ProductSpeed {

  private static final int VECTORS = 4;
  private static final int COLUMNS = VECTORS * Products.LANES;
  private static final long SEED = 7;

  /// Which kernels.
  @Param({"vector", "plain"})
  public String kernels = "vector";

  /// Rows of the result, a batch.
  @Param({"1", "2", "4", "16", "64"})
  public int rows = 64;

  /// Terms of every sum.
  @Param({"64", "256", "768"})
  public int inner = 256;

  private Products products = new PlainProducts();
  private float[] a = new float[0];
  private float[] b = new float[0];
  private float[] bias = new float[0];
  private float[] c = new float[0];

  /// Draws the operands and checks the kernel against the plain loops, bit by bit.
  @Setup
  public void setUp() {
    products = kernels.equals("vector") ? new VectorProducts() : new PlainProducts();
    Random random = new Random(SEED);
    a = drawn(random, rows * inner);
    b = drawn(random, inner * COLUMNS);
    bias = drawn(random, COLUMNS);
    c = new float[rows * COLUMNS];
    multiply(new PlainProducts());
    float[] expected = c.clone();
    Arrays.fill(c, Float.NaN);
    multiply(products);
    if (!Arrays.equals(c, expected)) {
      throw new IllegalStateException(
          "The " + kernels + " product differs from the plain one at seed " + SEED + ".");
    }
  }

  private static float[] drawn(Random random, int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }

  private void multiply(Products with) {
    with.multiply(VECTORS, rows, 1, inner, a, 0, inner, 0, b, 0, bias, 0, 0, c, 0, COLUMNS);
  }

  /// `C = bias + A B`.
  @Benchmark
  public float[] multiply() {
    multiply(products);
    return c;
  }
}
