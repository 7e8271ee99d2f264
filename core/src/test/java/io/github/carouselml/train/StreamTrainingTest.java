package io.github.carouselml.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.model.Checkpoint;
import io.github.carouselml.model.Weights;
import io.github.carouselml.spec.Batches;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tensor.Backend;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Truncated backpropagation in the trainer: long streams in pieces, whose states go from step to
/// step, into checkpoints and back. That nothing passes a reset stands in CarriedStateTest.
final class StreamTrainingTest {
  private static final TrainSpec SPEC = Streams.spec();

  @TempDir private Path folder;

  private static TrainJob job(Backend backend, Streams streams) {
    return new TrainJob(SPEC, backend, Streams.parameters(backend, 5), streams)
        .withValidation(new Streams(true));
  }

  private static Weights run(TrainJob job) throws Exception {
    try (Trainer trainer = new Trainer(job)) {
      trainer.run();
    }
    return ParameterWeights.read(job.parameters());
  }

  @Test
  void states_go_from_step_to_step_but_where_they_are_reset() throws Exception {
    Backend backend = TestBackends.plain();
    Weights expected = run(job(backend, new Streams(true)));
    assertThat(run(job(backend, new Streams(false)))).isNotEqualTo(expected);
    assertThat(run(job(backend, new Streams(true)))).isEqualTo(expected);
  }

  @Test
  void a_stopped_run_goes_on_in_the_middle_of_its_streams() throws Exception {
    Backend backend = TestBackends.plain();
    Weights expected = run(job(backend, new Streams(true)));
    for (int last : new int[] {3, 5, 11}) {
      for (OptionalLong bound : List.of(OptionalLong.empty(), OptionalLong.of(bound(backend)))) {
        TrainJob first = job(backend, new Streams(true)).withFiles(RunFiles.in(folder));
        Trainer[] stopped = new Trainer[1];
        Listener stops =
            new Listener() {
              @Override
              public void stepped(Progress progress) {
                if (progress.step() == last) {
                  stopped[0].stop();
                }
              }
            };
        try (Trainer trainer = new Trainer(first.withListener(stops))) {
          stopped[0] = trainer;
          assertThat(trainer.run().end()).isEqualTo(TrainResult.End.INTERRUPTED);
        }
        TrainJob second = job(backend, new Streams(true)).withFiles(RunFiles.in(folder));
        second = bound.isEmpty() ? second : second.withMemory(bound.getAsLong());
        try (Trainer trainer = new Trainer(second)) {
          trainer.resume();
        }
        assertThat(ParameterWeights.read(second.parameters()))
            .as("stopped after step %d, then within %s", last, bound)
            .isEqualTo(expected);
      }
    }
  }

  private static long bound(Backend backend) {
    try (Trainer trainer = new Trainer(job(backend, new Streams(true)))) {
      return trainer.memory().bytes() - 1;
    }
  }

  @Test
  void a_checkpoint_without_the_states_is_no_checkpoint_of_this_run() throws Exception {
    Backend backend = TestBackends.plain();
    TrainJob job = job(backend, new Streams(true)).withFiles(RunFiles.in(folder));
    run(job);
    Path path = RunFiles.in(folder).checkpoint();
    Checkpoint c = Checkpoint.read(path);
    assertThat(c.groups().get("states").names()).containsExactly("state0");
    var groups = new LinkedHashMap<>(c.groups());
    groups.remove("states");
    new Checkpoint(c.weights(), groups, c.longs(), c.state(), c.bits()).write(path);
    TrainJob again = job(backend, new Streams(true)).withFiles(RunFiles.in(folder));
    try (Trainer trainer = new Trainer(again)) {
      assertThatThrownBy(trainer::resume)
          .isInstanceOf(CarouselException.BadFile.class)
          .hasMessageContaining("state0");
    }
  }

  @Test
  void batches_that_would_mix_the_places_are_refused() {
    Backend backend = TestBackends.plain();
    TrainJob job = job(backend, new Streams(true));
    assertThatThrownBy(() -> run(job.withSpec(new TrainSpec(1, Streams.PLACES))))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageEndingWith("in the order of the data and batches in one part, not shuffled.");
    TrainSpec parts = SPEC.withBatches(new Batches(Streams.PLACES, 2, false));
    assertThatThrownBy(() -> run(job.withSpec(parts))).hasMessageEndingWith("not in parts.");
  }
}
