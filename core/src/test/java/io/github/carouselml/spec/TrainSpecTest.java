package io.github.carouselml.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.model.Codec;
import io.github.carouselml.model.Json;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs that cannot be are refused in a sentence; the others go through JSON unharmed.
final class TrainSpecTest {
  private record Wrong(String sentence, Supplier<Object> made) {
    @Override
    public String toString() {
      return sentence;
    }
  }

  static Stream<Wrong> wrong() {
    TrainSpec spec = new TrainSpec(1, 1);
    return Stream.of(
        new Wrong("The number of epochs must be at least 1, not 0.", () -> spec.withEpochs(0)),
        new Wrong("The batch size must be at least 1, not 0.", () -> new Batches(0)),
        new Wrong(
            "The number of parts of a batch must be at least 1, not 0.",
            () -> new Batches(4).withParts(0)),
        new Wrong(
            "A batch of 4 samples cannot be computed in 5 parts: each takes at least one sample.",
            () -> new Batches(4).withParts(5)),
        new Wrong(
            "The number of steps between checkpoints must be at least 0, not -1.",
            () -> spec.withCheckpointSteps(-1)),
        new Wrong(
            "The learning rate must be a finite number above 0, not 0.0.",
            () -> new Optimizer.Adam(0)),
        new Wrong(
            "The learning rate must be a finite number above 0, not NaN.",
            () -> new Optimizer.Sgd(Double.NaN)),
        new Wrong(
            "The learning rate must be a finite number above 0, not Infinity.",
            () -> new Optimizer.RmsProp(1).withLearningRate(Double.POSITIVE_INFINITY)),
        new Wrong(
            "The momentum must lie from 0 to below 1, not 1.0.",
            () -> new Optimizer.Sgd(1).withMomentum(1)),
        new Wrong(
            "Nesterov has no effect with momentum 0: it looks ahead along the momentum.",
            () -> new Optimizer.Sgd(1).withNesterov(true)),
        new Wrong(
            "The smoothing must lie from 0 to below 1, not -0.5.",
            () -> new Optimizer.RmsProp(1, -0.5, 1e-8)),
        new Wrong(
            "The beta2 must lie from 0 to below 1, not 1.0.",
            () -> new Optimizer.Adam(1, 0.9, 1, 1e-8)),
        new Wrong(
            "The epsilon must be a finite number above 0, not 0.0.",
            () -> new Optimizer.AdamW(1, 0.9, 0.999, 0, 0.1)),
        new Wrong(
            "The weight decay must be a finite number above 0, not 0.0.",
            () -> new Optimizer.AdamW(1, 0)),
        new Wrong(
            "The norm that gradients are clipped to must be a finite number above 0, not 0.0.",
            () -> Clipping.byNorm(0)),
        new Wrong(
            "The value that gradients are clipped to must be a finite number above 0, not -1.0.",
            () -> Clipping.byNorm(1).withValue(-1)),
        new Wrong(
            "Gradients clipped to 1.0E-60 would all be 0 as floats.",
            () -> Clipping.byValue(1e-60)),
        new Wrong(
            "The patience of early stopping must be at least 1, not 0.",
            () -> new EarlyStopping(0)),
        new Wrong(
            "The least improvement must be a finite number from 0, not -1.0.",
            () -> new EarlyStopping(1, -1)),
        new Wrong(
            "The factor of the step schedule must lie between 0 and 1, not 1.0.",
            () -> new Schedule.Step(1, 1)),
        new Wrong(
            "The number of epochs between two steps of the learning rate must be at least 1, not"
                + " 0.",
            () -> new Schedule.Step(0, 0.5)),
        new Wrong(
            "The number of warm-up steps must be at least 0, not -1.",
            () -> new Schedule.Cosine(-1)),
        new Wrong(
            "The floor of the cosine schedule must lie from 0 to below 1, not 1.0.",
            () -> new Schedule.Cosine(0, 1)),
        new Wrong(
            "The factor of the plateau schedule must lie between 0 and 1, not 0.0.",
            () -> new Schedule.ReduceOnPlateau(0, 1)),
        new Wrong(
            "The patience on a plateau must be at least 1, not 0.",
            () -> new Schedule.ReduceOnPlateau(0.5, 0)));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void what_cannot_be_is_refused_in_a_sentence(Wrong it) {
    assertThatThrownBy(it.made()::get)
        .isInstanceOf(CarouselException.Request.class)
        .hasMessage(it.sentence());
  }

  @Test
  void parts_are_rounded_up() {
    assertThat(new Batches(10).partSize()).isEqualTo(10);
    assertThat(new Batches(10).withParts(3).partSize()).isEqualTo(4);
    assertThat(new Batches(10).withParts(10).partSize()).isEqualTo(1);
  }

  @Test
  void each_with_changes_its_own_part_alone() {
    TrainSpec spec = new TrainSpec(3, 8);
    TrainSpec other =
        new TrainSpec(
            4,
            new Batches(9, 3, false),
            5,
            new Optimizer.Sgd(0.5),
            new Schedule.Cosine(2),
            Clipping.byNorm(1),
            Optional.of(new EarlyStopping(6)),
            7);
    assertThat(
            spec.withEpochs(4)
                .withBatches(new Batches(9).withParts(3).withShuffled(false))
                .withSeed(5)
                .withOptimizer(new Optimizer.Adam(1).withLearningRate(2))
                .withOptimizer(new Optimizer.Sgd(0.5))
                .withSchedule(new Schedule.Cosine(2, 0))
                .withClipping(Clipping.byNorm(1))
                .withEarlyStopping(new EarlyStopping(6))
                .withCheckpointSteps(7))
        .isEqualTo(other);
  }

  static Stream<TrainSpec> specs() {
    TrainSpec spec = new TrainSpec(3, 8);
    return Stream.of(
        spec,
        spec.withOptimizer(new Optimizer.Sgd(0.1, 0.9, true))
            .withSchedule(new Schedule.Step(10, 0.3))
            .withClipping(Clipping.byNorm(1).withValue(0.5)),
        spec.withOptimizer(new Optimizer.RmsProp(1e-4))
            .withSchedule(new Schedule.ReduceOnPlateau(0.5, 3))
            .withEarlyStopping(new EarlyStopping(5, 1e-3)),
        spec.withOptimizer(new Optimizer.AdamW(1e-3, 0.01).withWeightDecay(0.02))
            .withSchedule(new Schedule.Cosine(100, 0.01))
            .withSeed(Long.MIN_VALUE)
            .withCheckpointSteps(50));
  }

  @ParameterizedTest
  @MethodSource("specs")
  void a_spec_goes_through_json(TrainSpec spec) {
    Codec<TrainSpec> codec = Codec.of(TrainSpec.class);
    Json json = Json.read(codec.write(spec).pretty(), "the test");
    assertThat(codec.read(json, "the test")).isEqualTo(spec);
  }
}
