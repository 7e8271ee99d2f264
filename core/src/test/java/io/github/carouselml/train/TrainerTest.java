package io.github.carouselml.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.model.Weights;
import io.github.carouselml.spec.Batches;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Clipping;
import io.github.carouselml.spec.EarlyStopping;
import io.github.carouselml.spec.Optimizer;
import io.github.carouselml.spec.Schedule;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.OpaqueBackend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The loop as a whole.
final class TrainerTest {
  private final Backend backend = TestBackends.plain();

  private TrainJob job(TrainSpec spec) {
    return new TrainJob(spec, backend, Toy.parameters(backend, 1), new Toy(50, 1, 0.1f))
        .withValidation(new Toy(20, 2, 0));
  }

  private static TrainResult run(TrainJob job) throws Exception {
    try (Trainer trainer = new Trainer(job)) {
      return trainer.run();
    }
  }

  @Test
  void a_small_task_is_learned() throws Exception {
    TrainSpec spec = new TrainSpec(20, 16).withOptimizer(new Optimizer.Adam(0.01));
    TrainResult result =
        run(
            new TrainJob(spec, backend, Toy.parameters(backend, 1), new Toy(200, 1, 0))
                .withValidation(new Toy(40, 2, 0)));
    assertThat(result.end()).isEqualTo(TrainResult.End.COMPLETE);
    assertThat(result.steps()).isEqualTo(20 * 13);
    assertThat(result.epochs()).hasSize(20);
    assertThat(result.bestEpoch()).isEmpty();
    assertThat(result.epochs().getFirst().validationLoss().orElseThrow()).isGreaterThan(0.05);
    assertThat(result.epochs().getLast().validationLoss().orElseThrow()).isLessThan(0.005);
  }

  @Test
  void a_backend_that_shows_no_arrays_gives_the_same_bits() throws Exception {
    TrainSpec spec =
        new TrainSpec(3, 8)
            .withBatches(new Batches(8, 2, true))
            .withOptimizer(new Optimizer.AdamW(0.02, 0.1))
            .withSchedule(new Schedule.Cosine(5))
            .withClipping(Clipping.byNorm(0.3).withValue(0.1))
            .withEarlyStopping(new EarlyStopping(2));
    Parameters here = Toy.parameters(backend, 1);
    TrainResult expected = run(job(spec, backend, here));
    Backend opaque = new OpaqueBackend(TestBackends.plain());
    Parameters there = Toy.parameters(opaque, 1);
    TrainResult result = run(job(spec, opaque, there));
    assertThat(ParameterWeights.read(there)).isEqualTo(ParameterWeights.read(here));
    assertThat(result.epochs()).isEqualTo(expected.epochs());
    assertThat(result.clippedSteps()).isPositive();
  }

  private static TrainJob job(TrainSpec spec, Backend backend, Parameters parameters) {
    return new TrainJob(spec, backend, parameters, new Toy(50, 1, 0.1f))
        .withValidation(new Toy(20, 2, 0));
  }

  @Test
  void one_seed_gives_one_result_and_another_seed_another() throws Exception {
    List<Weights> ends = new ArrayList<>();
    for (long seed : new long[] {1, 1, 2}) {
      TrainJob job = job(new TrainSpec(2, 8).withSeed(seed));
      run(job);
      ends.add(ParameterWeights.read(job.parameters()));
    }
    assertThat(ends.get(1)).isEqualTo(ends.get(0)).isNotEqualTo(ends.get(2));
  }

  @Test
  void early_stopping_puts_the_best_weights_back() throws Exception {
    List<Weights> byEpoch = new ArrayList<>();
    // a rate so high that the loss rises sooner or later
    TrainSpec spec =
        new TrainSpec(200, 8)
            .withOptimizer(new Optimizer.Sgd(0.5, 0.9, false))
            .withClipping(Clipping.byNorm(1))
            .withEarlyStopping(new EarlyStopping(3));
    TrainJob job = job(spec);
    TrainResult result =
        run(
            job.withListener(
                new Listener() {
                  @Override
                  public void epochEnded(Progress progress, EpochResult epoch) {
                    byEpoch.add(ParameterWeights.read(job.parameters()));
                  }
                }));
    assertThat(result.end()).isEqualTo(TrainResult.End.STOPPED_EARLY);
    int best = result.bestEpoch().orElseThrow();
    assertThat(result.epochs()).hasSize(best + 3);
    assertThat(result.epochs().get(best - 1).best()).isTrue();
    assertThat(result.epochs().subList(best, best + 3)).noneMatch(EpochResult::best);
    assertThat(ParameterWeights.read(job.parameters()))
        .isEqualTo(byEpoch.get(best - 1))
        .isNotEqualTo(byEpoch.getLast());
  }

  @Test
  void a_plateau_reduces_the_learning_rate() throws Exception {
    TrainSpec spec =
        new TrainSpec(7, 50)
            .withOptimizer(new Optimizer.Sgd(1e-3))
            .withSchedule(new Schedule.ReduceOnPlateau(0.5, 2, 1e9, 0.3));
    // no loss is ever a billion better: 2 epochs wait, the next is half as fast, down to the floor
    assertThat(run(job(spec)).epochs().stream().map(EpochResult::learningRate))
        .containsExactly(1e-3, 1e-3, 1e-3, 0.5e-3, 0.5e-3, 0.3e-3, 0.3e-3);
  }

  @Test
  void clipped_steps_are_counted() throws Exception {
    TrainSpec spec = new TrainSpec(2, 10);
    assertThat(run(job(spec)).clippedSteps()).isZero();
    assertThat(run(job(spec.withClipping(Clipping.byNorm(1e-6)))).clippedSteps()).isEqualTo(10);
    assertThat(run(job(spec.withClipping(Clipping.byValue(1e-6)))).clippedSteps()).isEqualTo(10);
  }

  @Test
  void the_first_step_of_adam_is_as_long_as_the_learning_rate() throws Exception {
    TrainJob job = job(new TrainSpec(1, 50).withOptimizer(new Optimizer.Adam(0.125)));
    float[] before = job.parameters().value("first.weight");
    run(job);
    float[] after = job.parameters().value("first.weight");
    for (int i = 0; i < before.length; i++) {
      assertThat(Math.abs(after[i] - before[i]))
          .as("weight %d", i)
          .isCloseTo(0.125f, within(0.005f));
    }
  }

  @Test
  void weights_read_from_a_run_do_not_change_with_it() throws Exception {
    TrainJob job = job(new TrainSpec(1, 10));
    Weights before = ParameterWeights.read(job.parameters());
    float[] first = before.values("first.weight");
    run(job);
    Weights after = ParameterWeights.read(job.parameters());
    assertThat(before.values("first.weight")).containsExactly(first);
    assertThat(after).isNotEqualTo(before);
    ParameterWeights.write(before, job.parameters(), "the test");
    assertThat(ParameterWeights.read(job.parameters())).isEqualTo(before);
  }

  @Test
  void weights_of_another_model_are_refused() {
    TrainJob job = job(new TrainSpec(1, 10));
    assertThatThrownBy(
            () -> ParameterWeights.write(Weights.empty(), job.parameters(), "model.safetensors"))
        .isInstanceOf(CarouselException.BadFile.class)
        .hasMessageContaining("model.safetensors has no tensor 'first.weight'");
  }

  @Test
  void what_needs_validation_is_refused_without() {
    TrainSpec spec = new TrainSpec(1, 10);
    TrainJob bare = new TrainJob(spec, backend, Toy.parameters(backend, 1), new Toy(50, 1, 0));
    assertThatThrownBy(
            () -> new Trainer(bare.withSpec(spec.withEarlyStopping(new EarlyStopping(3)))))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("no validation data");
    assertThatThrownBy(() ->
            new Trainer(bare.withSpec(spec.withSchedule(new Schedule.ReduceOnPlateau(0.1, 2)))))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("no validation data");
  }

  @Test
  void what_cannot_be_is_refused() {
    TrainSpec spec = new TrainSpec(2, 10);
    assertThatThrownBy(() -> new Trainer(job(spec.withSchedule(new Schedule.Cosine(10)))))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessage("A warm-up of 10 steps does not fit into a run of 10 steps.");
    assertThatThrownBy(() ->
            new Trainer(new TrainJob(spec, backend, Toy.parameters(backend, 1), new Toy(0, 1, 0))))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessage("There are no samples to train on.");
    assertThatThrownBy(() -> new Trainer(job(spec).withValidation(new Toy(0, 1, 0))))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessage("There are no samples to validate on.");
    assertThatThrownBy(() -> new Trainer(job(spec.withEpochs(Integer.MAX_VALUE))))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("2147483647 epochs of 5 steps");
  }

  @Test
  void a_trainer_runs_once() throws Exception {
    try (Trainer trainer = new Trainer(job(new TrainSpec(1, 50)))) {
      trainer.run();
      assertThatThrownBy(trainer::run).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void a_loss_that_is_no_number_stops_before_the_weights_are_touched() {
    TrainSpec spec = new TrainSpec(2, 10).withBatches(new Batches(10).withShuffled(false));
    TrainJob job =
        new TrainJob(
            spec, backend, Toy.parameters(backend, 1), new Toy(50, 1, 0).withTarget(34, Float.NaN));
    List<Weights> before = new ArrayList<>();
    TrainJob heard =
        job.withListener(
            new Listener() {
              @Override
              public void stepped(Progress progress) {
                before.add(ParameterWeights.read(job.parameters()));
              }
            });
    assertThatThrownBy(() -> run(heard))
        .isInstanceOf(CarouselException.Numeric.class)
        .hasMessageContaining("The loss of step 4 (epoch 1) is NaN.")
        .hasMessageContaining("The gradient of parameter 'first.weight' is NaN or infinite in 60")
        .hasMessageContaining("Lower the learning rate (now 0.001)");
    assertThat(before).hasSize(3);
    assertThat(ParameterWeights.read(job.parameters())).isEqualTo(before.getLast());
  }

  @Test
  void a_gradient_that_overflows_stops_too() {
    // h = tanh(0 x) = 0, so that y = W h = 0 and the loss is finite, but dh = Wᵀ dy is not
    TrainJob job =
        new TrainJob(
            new TrainSpec(1, 10),
            backend,
            Toy.parameters(backend, 1),
            new Toy(10, 1, 0).withTarget(0, 1e4f));
    job.parameters().set("first.weight", new float[60]);
    float[] huge = new float[20];
    Arrays.fill(huge, 3e38f);
    job.parameters().set("second.weight", huge);
    assertThatThrownBy(() -> run(job))
        .isInstanceOf(CarouselException.Numeric.class)
        .hasMessageContaining("The gradient's norm of step 1 (epoch 1) is")
        .hasMessageContaining("The gradient of parameter 'first.weight'");
  }

  @Test
  void a_validation_loss_that_is_no_number_stops_too() {
    TrainJob job =
        job(new TrainSpec(2, 10)).withValidation(new Toy(20, 2, 0).withTarget(3, Float.NaN));
    assertThatThrownBy(() -> run(job))
        .isInstanceOf(CarouselException.Numeric.class)
        .hasMessageContaining("The validation loss after epoch 1 is NaN");
  }
}
