package io.github.carouselml.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.cpu.AllocatedBytes;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.Dense;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.layer.Stepper;
import io.github.carouselml.loss.MeanLoss;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.LossSpec;
import io.github.carouselml.spec.WeightPrecision;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;
import io.github.carouselml.tensor.Flag;
import io.github.carouselml.tensor.RecurrentPlan;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.tensor.Slot;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ProfileTest {
  private static final int T = 5;
  private static final int B = 3;
  private static final int I = 4;
  private static final int H = 6;
  private static final int ROUNDS = 3;

  private static Backend plain() {
    return Backends.open("cpu", new BackendOptions().withKernels("plain").withThreads(2));
  }

  /// The loss and the gradients after some rounds of training.
  private static List<float[]> train(Backend backend) {
    Recurrent recurrent = new Recurrent("lstm", I, new CellSpec.Lstm(H));
    Dense dense = new Dense("head", H, 1);
    Parameters parameters = Layer.initialize(backend, List.of(recurrent, dense), 1);
    Rows rows = new Rows(T, B);
    Tape tape = new Tape(backend, parameters, Tape.Mode.TRAIN, 1);
    Tensor x = tape.input("x", new RowSpace.Steps(rows), I);
    Tensor y = tape.input("y", new RowSpace.Steps(rows), 1);
    MeanLoss.of(new LossSpec.Squared(), dense.apply(recurrent.apply(x)), y);
    try (Program program = tape.program()) {
      rows.set(new int[] {T, T, T}, B);
      float[] inputs = new float[T * B * I];
      for (int i = 0; i < inputs.length; i++) {
        inputs[i] = (i % 7 - 3) / 4f;
      }
      program.upload(x, inputs);
      program.upload(y, new float[T * B]);
      for (int round = 0; round < ROUNDS; round++) {
        program.train(round, 1);
      }
      return parameters.all().stream()
          .map(parameter -> parameters.gradient(parameter.name()))
          .toList();
    }
  }

  @Test
  void countsEveryOperationAndChangesNoBit() {
    Profile profile = new Profile(AllocatedBytes::onThisThread);
    List<float[]> watched;
    Profile[] closed = new Profile[1];
    try (Backend backend = profile.of(plain(), made -> closed[0] = made)) {
      watched = train(backend);
      assertThat(closed[0]).isNull();
    }
    assertThat(closed[0]).isSameAs(profile);
    List<float[]> alone;
    try (Backend backend = plain()) {
      alone = train(backend);
    }
    for (int p = 0; p < alone.size(); p++) {
      assertThat(watched.get(p)).containsExactly(alone.get(p));
    }

    Map<String, Profile.Line> lines =
        profile.lines().stream()
            .collect(Collectors.toMap(Profile.Line::operation, Function.identity()));
    double step = 2.0 * 4 * H * (I + H) * T * B;
    double weightsOnly = 2.0 * 4 * H * I * T * B; // the first layer's dx is not wanted
    Profile.Line forward = lines.get("recurrent forward Lstm 4 to 6");
    assertThat(forward.calls()).isEqualTo(ROUNDS);
    assertThat(forward.flops()).isCloseTo(ROUNDS * step, within(1.0));
    assertThat(lines.get("recurrent backward Lstm 4 to 6").flops())
        .isCloseTo(ROUNDS * (2 * step - weightsOnly), within(1.0));
    double head = 2.0 * H * T * B;
    assertThat(lines.get("dense forward 6 to 1").flops()).isCloseTo(ROUNDS * head, within(1.0));
    // the gradient of one output lies in a row of 16
    assertThat(lines.get("dense backwardData 16 to 6").flops())
        .isCloseTo(16 * ROUNDS * head, within(1.0));
    assertThat(lines.get("dense backwardWeights 6 to 1").flops())
        .isCloseTo(ROUNDS * head, within(1.0));
    assertThat(lines).containsKeys("losses pointwise", "data uploadRows");
    assertThat(profile.lines()).allSatisfy(line -> assertThat(line.seconds()).isPositive());
    assertThat(profile.table())
        .contains("recurrent forward Lstm 4 to 6")
        .contains("all operations");
  }

  @Test
  void countsStepsInEveryPrecision() {
    Profile profile = new Profile(AllocatedBytes::onThisThread);
    try (Backend backend = profile.of(plain(), _ -> {})) {
      Recurrent stack = new Recurrent("lstm", I, new CellSpec.Lstm(H));
      Parameters parameters = Layer.initialize(backend, List.of(stack), 1);
      for (WeightPrecision precision : WeightPrecision.values()) {
        Stepper stepper = new Stepper(backend, parameters, stack, null, precision);
        for (int round = 0; round < ROUNDS; round++) {
          stepper.step(new float[I], new float[H]);
        }
      }
    }
    for (String precision : List.of("float32", "bfloat16", "int8")) {
      assertThat(profile.lines())
          .filteredOn(
              line -> line.operation().equals("recurrent step " + precision + " Lstm 4 to 6"))
          .singleElement()
          .satisfies(line -> {
            assertThat(line.calls()).isEqualTo(ROUNDS);
            assertThat(line.flops()).isCloseTo(ROUNDS * 2.0 * 4 * H * (I + H), within(1.0));
            assertThat(line.seconds()).isPositive();
          });
    }
  }

  @Test
  void anErrorOfTheBackendComesThroughAsItIs() {
    try (Backend backend = new Profile(AllocatedBytes::onThisThread).of(plain(), _ -> {})) {
      RecurrentPlan plan = backend.plan(new CellSpec.Lstm(2), 2, 1, 1, EnumSet.noneOf(Flag.class));
      Slot slot = Slot.of(backend.allocate(64));
      Slot[] none = {};
      Rows rows = new Rows(1, 1);
      assertThatThrownBy(() -> plan.forward(rows, slot, null, null, none, slot, null, null, true))
          .isInstanceOf(CarouselException.Request.class)
          .hasMessageContaining("made for prediction");
    }
  }
}
