package io.github.carouselml.grad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.OpaqueBackend;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.ParameterSpec.Role;
import io.github.carouselml.tensor.Rows;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What a tape promises beside its operations: what is not needed is not computed, memory is shared
/// only by what is never alive together, replaying is exact.
class TapeTest {
  private static final ParameterSpec W =
      new ParameterSpec("W", new Layout.Matrix(4, 4), Role.INPUT_WEIGHT);
  private static final ParameterSpec V =
      new ParameterSpec("V", new Layout.Matrix(4, 4), Role.INPUT_WEIGHT);

  private final Backend backend = TestBackends.plain();
  private final Rows rows = new Rows(3, 2);
  private final RowSpace steps = new RowSpace.Steps(rows);

  private static float[] ramp(int count, float by) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = by * (i % 7 - 3);
    }
    return numbers;
  }

  private Parameters parameters(Backend on) {
    Parameters parameters = Parameters.allocate(on, List.of(W, V), true);
    parameters.set("W", ramp(16, 0.25f));
    parameters.set("V", ramp(16, -0.5f));
    return parameters;
  }

  @Test
  void the_first_layer_computes_no_gradient_of_its_input() {
    Tape tape = new Tape(backend, parameters(backend), Tape.Mode.TRAIN, 0);
    Tensor x = tape.input("x", steps, 4);
    Tensor h = LinearOp.of(x, tape.parameters().get(W), null);
    Tensor y = LinearOp.of(h, tape.parameters().get(V), null);
    GivenGradient.of(y);
    tape.program();
    assertThat(x.gradient()).isNull();
    assertThat(h.gradient()).isNotNull();
  }

  @Test
  void below_a_frozen_parameter_nothing_runs_backward() {
    Parameters parameters = parameters(backend);
    parameters.get("W").freeze();
    Tape tape = new Tape(backend, parameters, Tape.Mode.TRAIN, 0);
    Tensor x = tape.input("x", steps, 4);
    Tensor h = Pointwise.tanh(LinearOp.of(x, parameters.get(W), null));
    Tensor y = LinearOp.of(h, parameters.get(V), null);
    Tensor dy = GivenGradient.of(y);
    Program program = tape.program();
    assertThat(h.gradient()).isNull();
    rows.set(new int[] {3, 2}, 2);
    program.upload(x, ramp(20, 1));
    program.upload(dy, ramp(20, 0.5f));
    program.train(0, 1);
    assertThat(parameters.gradient("W")).containsOnly(0);
    assertThat(parameters.gradient("V")).doesNotContain(Float.NaN);
    boolean moved = false;
    for (float d : parameters.gradient("V")) {
      moved |= d != 0;
    }
    assertThat(moved).isTrue();
  }

  @Test
  void what_the_loss_does_not_read_has_no_gradient() {
    Tape tape = new Tape(backend, parameters(backend), Tape.Mode.TRAIN, 0);
    Tensor x = tape.inputWithGradient("x", steps, 4);
    Tensor side = tape.keep(Pointwise.tanh(LinearOp.of(x, tape.parameters().get(W), null)));
    Tensor y = LinearOp.of(x, tape.parameters().get(V), null);
    Tensor dy = GivenGradient.of(y);
    Program program = tape.program();
    assertThat(side.gradient()).isNull();
    rows.set(new int[] {1}, 1);
    program.upload(x, ramp(4, 1));
    program.upload(dy, ramp(4, 1));
    program.train(0, 1);
    assertThat(tape.parameters().gradient("W")).containsOnly(0);
    float[] kept = new float[4];
    program.download(side, kept);
    assertThat(kept[0]).isNotZero();
  }

  @Test
  void regions_that_are_alive_together_do_not_overlap_and_others_share() {
    Tape tape = new Tape(backend, parameters(backend), Tape.Mode.TRAIN, 0);
    Tensor h = tape.input("x", steps, 4);
    for (int i = 0; i < 6; i++) {
      h = Pointwise.tanh(LinearOp.of(h, tape.parameters().get(i % 2 == 0 ? W : V), null));
      h = Pointwise.add(h, Pointwise.scale(2, h));
    }
    GivenGradient.of(h);
    MemoryPlan plan = tape.program().memory();
    List<MemoryPlan.Line> lines = plan.lines();
    for (MemoryPlan.Line a : lines) {
      assertThat(a.offset() + a.floats()).isLessThanOrEqualTo(plan.slabFloats());
      for (MemoryPlan.Line b : lines) {
        boolean together = a.firstUse() <= b.lastUse() && b.firstUse() <= a.lastUse();
        boolean overlap =
            a.offset() < b.offset() + b.floats() && b.offset() < a.offset() + a.floats();
        assertThat(a != b && together && overlap).as("%s and %s", a, b).isFalse();
      }
    }
    assertThat(plan.slabFloats() * 2L).isLessThan(plan.floatsUnshared());
    assertThat(plan.table())
        .contains("linear W")
        .contains("∂ tanh")
        .contains("MiB without sharing");
  }

  @Test
  void a_replay_has_the_bits_of_the_first_run_whatever_ran_between() {
    OpaqueBackend opaque = new OpaqueBackend(backend);
    Parameters parameters = parameters(opaque);
    opaque.poison();
    Tape tape = new Tape(opaque, parameters, Tape.Mode.TRAIN, 9);
    Tensor x = tape.inputWithGradient("x", steps, 4);
    Tensor h = DropoutOp.of(LinearOp.of(x, parameters.get(W), null), 0.5f, false);
    Tensor dh = GivenGradient.of(Sequences.reverse(Pointwise.tanh(h)));
    Program program = tape.program();
    List<int[]> bits = new ArrayList<>();
    for (int[] lengths : new int[][] {{1, 2}, {3, 3}, {}, {0}, {1, 2}}) {
      rows.set(lengths, lengths.length);
      program.upload(x, ramp(rows.count() * 4, 1));
      program.upload(dh, ramp(rows.count() * 4, 0.5f));
      parameters.zeroGradients(program.operations());
      program.train(7, 1);
      float[] dx = new float[rows.count() * 4];
      program.downloadGradient(x, dx);
      bits.add(OpCheck.bits(dx));
      bits.add(OpCheck.bits(parameters.gradient("W")));
    }
    assertThat(bits.get(8)).containsExactly(bits.get(0));
    assertThat(bits.get(9)).containsExactly(bits.get(1));
    assertThat(bits.get(5)).containsOnly(0);
  }

  @Test
  void gradients_add_until_they_are_set_to_zero() {
    Parameters parameters = parameters(backend);
    Tape tape = new Tape(backend, parameters, Tape.Mode.TRAIN, 0);
    Tensor x = tape.input("x", steps, 4);
    Tensor dy = GivenGradient.of(LinearOp.of(x, parameters.get(W), null));
    Program program = tape.program();
    rows.set(new int[] {1}, 1);
    program.upload(x, new float[] {1, 0, 0, 0});
    program.upload(dy, new float[] {3, 0, 0, 0});
    program.train(0, 1);
    program.train(0, 1);
    assertThat(parameters.gradient("W")[0]).isEqualTo(6);
    parameters.zeroGradients(program.operations());
    assertThat(parameters.gradient("W")).containsOnly(0);
  }

  @Test
  void dropout_depends_on_the_sequence_and_not_on_its_place() {
    Tape tape = new Tape(backend, parameters(backend), Tape.Mode.TRAIN, 21);
    Tensor x = tape.input("x", steps, 40);
    Tensor own = tape.keep(DropoutOp.of(x, 0.5f, false));
    Tensor shared = tape.keep(DropoutOp.of(x, 0.5f, true));
    Program program = tape.program();
    float[] ones = new float[6 * 40];
    java.util.Arrays.fill(ones, 1f);

    rows.set(new int[] {2, 3}, new int[] {5, 8}, 2);
    program.upload(x, ones);
    program.evaluate(3);
    float[] y = new float[5 * 40];
    program.download(own, y);
    float[] first = row(y, rows.row(1, 0));
    float[] otherStep = row(y, rows.row(0, 0));
    float[] otherSequence = row(y, rows.row(1, 1));
    assertThat(first).isNotEqualTo(otherStep).isNotEqualTo(otherSequence);
    for (float v : first) {
      assertThat(v).isIn(0f, 2f);
    }
    program.download(shared, y);
    assertThat(row(y, rows.row(0, 0))).isEqualTo(row(y, rows.row(1, 0)));
    assertThat(row(y, rows.row(0, 0))).isNotEqualTo(row(y, rows.row(0, 1)));

    // alone, the sequence keeps its mask; another update brings another
    rows.set(new int[] {2}, new int[] {5}, 1);
    program.upload(x, ones);
    program.evaluate(3);
    y = new float[2 * 40];
    program.download(own, y);
    assertThat(row(y, rows.row(1, 0))).isEqualTo(first);
    program.evaluate(4);
    program.download(own, y);
    assertThat(row(y, rows.row(1, 0))).isNotEqualTo(first);
  }

  private static float[] row(float[] rows, int row) {
    return java.util.Arrays.copyOfRange(rows, row * 40, (row + 1) * 40);
  }

  @Test
  void a_tape_that_predicts_has_no_dropout_and_no_gradients() {
    Tape tape = new Tape(backend, parameters(backend), Tape.Mode.PREDICT, 0);
    Tensor x = tape.inputWithGradient("x", steps, 4);
    assertThat(DropoutOp.of(x, 0.5f, false)).isSameAs(x);
    Tensor y = LinearOp.of(x, tape.parameters().get(W), null);
    GivenGradient.of(y);
    Program program = tape.program();
    assertThat(y.gradient()).isNull();
    assertThatThrownBy(() -> program.train(0, 1)).hasMessageContaining("recorded to predict");
  }

  @Test
  void refuses_in_sentences() {
    Tape tape = new Tape(backend, parameters(backend), Tape.Mode.TRAIN, 0);
    Tensor x = tape.input("x", steps, 5);
    assertThatThrownBy(() -> LinearOp.of(x, tape.parameters().get(W), null))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessage(
            "Operation 'linear W' got 'x' (one row per step, 5 features) but was built for 4"
                + " features.");
    assertThatThrownBy(
            () -> tape.input("large", new RowSpace.Steps(new Rows(1 << 14, 1 << 12)), 64))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("'large' would take 4294967296 floats");
    assertThatThrownBy(() -> Columns.slice(x, 3, 3)).hasMessageContaining("Features 3 to 5");
    assertThatThrownBy(() -> Sequences.repeat(x)).hasMessageContaining("one row per sequence");
    assertThatThrownBy(() -> DropoutOp.of(x, 1, false)).hasMessageContaining("1.0");
    assertThatThrownBy(() -> tape.parameters().get("U"))
        .hasMessage("The model has no parameter 'U'; it has [W, V].");
    assertThatThrownBy(() -> Parameters.allocate(backend, List.of(W, W), false))
        .hasMessageContaining("Two parameters have the name 'W'");
  }
}
