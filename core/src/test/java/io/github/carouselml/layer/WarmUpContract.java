package io.github.carouselml.layer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.cpu.CpuBackend;
import io.github.carouselml.cpu.KernelProvider;
import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.WeightPrecision;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What happens while a process moves from plain loops to faster kernels: nothing that shows in the
/// bits, and in the end the faster ones serve.
public abstract class WarmUpContract {
  /// The faster kernels, and how many of their products were asked for by the calling thread.
  protected abstract KernelProvider fast();

  protected abstract long callsOfThisThread();

  /// Those of its products with reduced weights.
  protected abstract long reducedCallsOfThisThread();

  @Test
  void theBitsOfAStreamStayWhileItsKernelsChange() {
    Recurrent stack = new Recurrent("r", 5, new CellSpec.Lstm(33));
    float[][] x = StepperContract.numbers(3, 4, 5);
    float[] expected = new float[33];
    float[] y = new float[33];
    for (WeightPrecision precision : List.of(WeightPrecision.BFLOAT16, WeightPrecision.INT8)) {
      try (CpuBackend plain = TestBackends.plain();
          CpuBackend warming = TestBackends.warming(fast(), 1)) {
        Stepper loops = stepper(plain, stack, precision);
        Stepper stepper = stepper(warming, stack, precision);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        long before = reducedCallsOfThisThread();
        int step = 0;
        while (reducedCallsOfThisThread() == before && System.nanoTime() < end) {
          loops.step(x[step % x.length], expected);
          stepper.step(x[step % x.length], y);
          assertThat(y).as("%s, step %d", precision, step++).containsExactly(expected);
        }
        assertThat(reducedCallsOfThisThread())
            .as("the faster products serve %s after %d steps", precision, step)
            .isGreaterThan(before);
      }
    }
  }

  private static Stepper stepper(CpuBackend backend, Recurrent stack, WeightPrecision precision) {
    Parameters parameters = Layer.initialize(backend, List.of(stack), 2);
    return new Stepper(backend, parameters, stack, null, precision);
  }

  @Test
  void theBitsStayWhileTheKernelsChange() {
    SweepRun.Case run =
        new SweepRun.Case(new CellSpec.Lstm(33), 17, new int[] {6, 5, 5, 4, 4, 3, 2, 1}, 1);
    try (CpuBackend plain = TestBackends.plain();
        CpuBackend warming = TestBackends.warming(fast(), 1)) {
      String expected = SweepRun.train(plain, run).digest();
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      long before = callsOfThisThread();
      int steps = 0;
      while (callsOfThisThread() == before && System.nanoTime() < end) {
        assertThat(SweepRun.train(warming, run).digest())
            .as("step %d", steps++)
            .isEqualTo(expected);
      }
      assertThat(callsOfThisThread())
          .as("the faster products serve after %d steps", steps)
          .isGreaterThan(before);
      for (int i = 0; i < 20; i++) {
        assertThat(SweepRun.train(warming, run).digest())
            .as("step %d", steps++)
            .isEqualTo(expected);
      }
    }
  }
}
