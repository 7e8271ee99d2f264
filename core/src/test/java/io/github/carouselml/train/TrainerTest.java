package io.github.carouselml.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.spec.Optimizer;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tensor.Backend;
import org.junit.jupiter.api.Test;

/// The loop as a whole.
final class TrainerTest {
  @Test
  void a_small_task_is_learned() throws Exception {
    Backend backend = TestBackends.plain();
    TrainSpec spec = new TrainSpec(20, 16).withOptimizer(new Optimizer.Adam(0.01));
    TrainJob job =
        new TrainJob(spec, backend, Toy.parameters(backend, 1), new Toy(200, 1, 0))
            .withValidation(new Toy(40, 2, 0));
    try (Trainer trainer = new Trainer(job)) {
      TrainResult result = trainer.run();
      assertThat(result.end()).isEqualTo(TrainResult.End.COMPLETE);
      assertThat(result.steps()).isEqualTo(20 * 13);
      assertThat(result.epochs()).hasSize(20);
      assertThat(result.epochs().getFirst().validationLoss().orElseThrow()).isGreaterThan(0.05);
      assertThat(result.epochs().getLast().validationLoss().orElseThrow()).isLessThan(0.005);
    }
  }
}
