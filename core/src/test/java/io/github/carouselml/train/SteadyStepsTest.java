package io.github.carouselml.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.spec.Batches;
import io.github.carouselml.spec.Clipping;
import io.github.carouselml.spec.Optimizer;
import io.github.carouselml.spec.Schedule;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tensor.Backend;
import java.lang.management.ManagementFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Steps allocate nothing.
@Tag("allocation")
final class SteadyStepsTest {
  private static final int WARM_UP = 200;

  static Stream<TrainSpec> specs() {
    TrainSpec spec =
        new TrainSpec(1, 4)
            .withClipping(Clipping.byNorm(0.1).withValue(0.01))
            .withBatches(new Batches(4, 2, true));
    return Stream.of(
        spec.withOptimizer(new Optimizer.Sgd(0.01)),
        spec.withOptimizer(new Optimizer.Sgd(0.01, 0.9, true)),
        spec.withOptimizer(new Optimizer.RmsProp(0.01)),
        spec.withOptimizer(new Optimizer.Adam(0.01)).withSchedule(new Schedule.Step(2, 0.5)),
        spec.withOptimizer(new Optimizer.AdamW(0.01, 0.1)).withSchedule(new Schedule.Cosine(10)));
  }

  /// Reads the counter after every step into an array that is there already.
  private static final class Meter implements Listener {
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final long[] bytes = new long[10_000];
    private int steps;

    @Override
    public void stepped(Progress progress) {
      bytes[steps++] = threads.getCurrentThreadAllocatedBytes();
    }
  }

  @ParameterizedTest
  @MethodSource("specs")
  void steps_allocate_nothing(TrainSpec spec) throws Exception {
    Backend backend = TestBackends.plain();
    Meter meter = new Meter();
    TrainJob job =
        new TrainJob(spec, backend, Toy.parameters(backend, 1), new Toy(2000, 1, 0.1f))
            .withListener(meter);
    try (Trainer trainer = new Trainer(job)) {
      trainer.run();
    }
    assertThat(meter.steps).isEqualTo(500);
    int allocating = 0;
    for (int i = WARM_UP; i < meter.steps; i++) {
      allocating += meter.bytes[i] > meter.bytes[i - 1] ? 1 : 0;
    }
    // the machine itself may take a few bytes when it links or compiles a method anew
    assertThat(allocating).as("steps of %s that allocate", spec).isLessThanOrEqualTo(3);
  }
}
