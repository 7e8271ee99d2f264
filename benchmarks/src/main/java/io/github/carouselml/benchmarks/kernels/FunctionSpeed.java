package io.github.carouselml.benchmarks.kernels;

import io.github.carouselml.kernel.Elementwise;
import io.github.carouselml.kernel.PlainElementwise;
import io.github.carouselml.kernel.Unary;
import io.github.carouselml.simd.VectorElementwise;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What does one value of a function cost when input and output lie in the first cache, on vectors
/// and on plain loops?
///
/// `java --add-modules jdk.incubator.vector -jar benchmarks/target/benchmarks.jar FunctionSpeed`
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(FunctionSpeed.COUNT)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class FunctionSpeed {

  static final int COUNT = 2048;

  private static final long SEED = 11;

  /// Which kernels.
  @Param({"vector", "plain"})
  public String kernels = "vector";

  /// Which function.
  @Param({"EXP", "LOG", "TANH", "SIGMOID", "SOFTPLUS"})
  public Unary function = Unary.TANH;

  private Elementwise elementwise = new PlainElementwise();
  private final float[] x = new float[COUNT];
  private final float[] y = new float[COUNT];

  /// Draws the inputs, positive ones for the logarithm, and checks the kernel against the plain loops,
  /// bit by bit.
  @Setup
  public void setUp() {
    elementwise = kernels.equals("vector") ? new VectorElementwise() : new PlainElementwise();
    Random random = new Random(SEED);
    for (int i = 0; i < COUNT; i++) {
      float drawn = (float) (2 * random.nextGaussian());
      x[i] = function == Unary.LOG ? Math.abs(drawn) : drawn;
    }
    new PlainElementwise().forward(function, 0, 0, x, 0, y, 0, COUNT);
    float[] expected = y.clone();
    Arrays.fill(y, Float.NaN);
    elementwise.forward(function, 0, 0, x, 0, y, 0, COUNT);
    if (!Arrays.equals(y, expected)) {
      throw new IllegalStateException(
          "The %s %s differs from the plain one at seed %d.".formatted(kernels, function, SEED));
    }
  }

  /// `y = f(x)`.
  @Benchmark
  public float[] values() {
    elementwise.forward(function, 0, 0, x, 0, y, 0, COUNT);
    return y;
  }
}
