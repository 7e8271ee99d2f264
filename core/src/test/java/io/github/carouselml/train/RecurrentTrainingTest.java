package io.github.carouselml.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.model.Weights;
import io.github.carouselml.spec.Batches;
import io.github.carouselml.spec.Clipping;
import io.github.carouselml.spec.Optimizer;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.OpaqueBackend;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The loop with an LSTM in it: the same bits on any number of threads, on opaque buffers, and after
/// a stop.
final class RecurrentTrainingTest {
  private static final TrainSpec SPEC =
      new TrainSpec(2, 9)
          .withBatches(new Batches(9, 2, true))
          .withOptimizer(new Optimizer.AdamW(0.02, 0.01))
          .withClipping(Clipping.byNorm(0.2));

  @TempDir private Path folder;

  private static TrainJob job(Backend backend) {
    Parameters parameters = Toy.recurrentParameters(backend, 1);
    return new TrainJob(SPEC, backend, parameters, new Toy(60, 1, 0.1f, true))
        .withValidation(new Toy(10, 2, 0, true));
  }

  private static Weights end(TrainJob job) throws Exception {
    try (Trainer trainer = new Trainer(job)) {
      trainer.run();
      return ParameterWeights.read(job.parameters());
    }
  }

  @Test
  void the_weights_are_the_same_bits_on_any_threads_and_buffers() throws Exception {
    Weights expected = end(job(TestBackends.plain()));
    assertThat(end(job(new OpaqueBackend(TestBackends.plain())))).isEqualTo(expected);
    for (int threads : new int[] {2, 5}) {
      try (Backend backend = TestBackends.plain(threads)) {
        assertThat(end(job(backend))).as("%d threads", threads).isEqualTo(expected);
      }
    }
  }

  @Test
  void a_stopped_run_goes_on_to_the_same_bits() throws Exception {
    Weights expected = end(job(TestBackends.plain()));
    TrainJob first = job(TestBackends.plain()).withFiles(RunFiles.in(folder));
    Trainer[] stopped = new Trainer[1];
    Listener stops =
        new Listener() {
          @Override
          public void stepped(Progress progress) {
            if (progress.step() == 10) {
              stopped[0].stop();
            }
          }
        };
    try (Trainer trainer = new Trainer(first.withListener(stops))) {
      stopped[0] = trainer;
      assertThat(trainer.run().end()).isEqualTo(TrainResult.End.INTERRUPTED);
    }
    TrainJob second = job(TestBackends.plain()).withFiles(RunFiles.in(folder));
    try (Trainer trainer = new Trainer(second)) {
      assertThat(trainer.resume().steps()).isEqualTo(14);
    }
    assertThat(ParameterWeights.read(second.parameters())).isEqualTo(expected);
  }

  @Test
  @Tag("allocation")
  void steps_allocate_nothing() throws Exception {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long[] bytes = new long[600];
    Listener meter =
        new Listener() {
          @Override
          public void stepped(Progress progress) {
            bytes[progress.step() - 1] = threads.getCurrentThreadAllocatedBytes();
          }
        };
    Backend backend = TestBackends.plain();
    TrainJob job =
        new TrainJob(
                SPEC.withEpochs(1),
                backend,
                Toy.recurrentParameters(backend, 1),
                new Toy(9 * bytes.length, 1, 0.1f, true))
            .withListener(meter);
    end(job);
    int allocating = 0;
    for (int i = 200; i < bytes.length; i++) {
      allocating += bytes[i] > bytes[i - 1] ? 1 : 0;
    }
    // the machine itself may take a few bytes when it links or compiles a method anew
    assertThat(allocating).isLessThanOrEqualTo(3);
  }
}
