package io.github.carouselml.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.cpu.Engine;
import io.github.carouselml.cpu.ReferenceBackend;
import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Direction;
import io.github.carouselml.spec.WeightPrecision;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.OpaqueBackend;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlainStepperTest extends StepperContract {
  @Override
  protected Engine engine(int threads) {
    return TestBackends.plainEngine(threads);
  }

  @Test
  void another_backend_steps_too() {
    Recurrent stack = new Recurrent("r", 2, new CellSpec.Lstm(5), new CellSpec.Gru(3));
    float[][] x = numbers(3, 6, 2);
    Stepper plain = stepper(TestBackends.plain(), stack);
    Stepper opaque = stepper(new OpaqueBackend(TestBackends.plain()), stack);
    float[] y = new float[3];
    float[] same = new float[3];
    for (float[] row : x) {
      plain.step(row, y);
      opaque.step(row, same);
      assertThat(same).containsExactly(y);
    }
    assertThat(opaque.state()).isEqualTo(plain.state());
    assertThat(plain.state().h(1)).containsExactly(y);
    assertThat(plain.state().c(0)).hasSize(5);
    assertThat(plain.state().c(1)).isEmpty();
  }

  private static Stepper stepper(Backend backend, Recurrent stack) {
    return new Stepper(backend, Layer.initialize(backend, List.of(stack), 7), stack);
  }

  @Test
  void a_store_forgets_the_stream_that_was_longest_unused() {
    Recurrent stack = new Recurrent("r", 2, new CellSpec.Gru(3));
    StateStore<String> store = new StateStore<>(2);
    StackState one = StackState.of(stack, new float[] {1, 0, 0});
    StackState two = StackState.of(stack, new float[] {2, 0, 0});
    store.put("a", one);
    store.put("b", two);
    assertThat(store.get("a")).contains(one);
    store.put("c", two);
    assertThat(store.get("b")).isEmpty();
    assertThat(store.get("a")).contains(one);
    store.put("a", two);
    assertThat(store.get("a")).contains(two);
    assertThat(store.size()).isEqualTo(2);
    assertThat(store.evicted()).isEqualTo(1);
    store.remove("a");
    assertThat(store.get("a")).isEqualTo(Optional.empty());
    assertThatThrownBy(() -> new StateStore<String>(0))
        .hasMessage("A store holds the states of 1 stream or more, not 0.");
  }

  @Test
  void refuses_in_sentences() {
    Backend backend = new ReferenceBackend();
    Recurrent stack = new Recurrent("r", 2, new CellSpec.Lstm(4));
    Parameters parameters = Layer.initialize(backend, List.of(stack), 1);
    Stepper stepper = new Stepper(backend, parameters, stack);
    assertThatThrownBy(() -> stepper.step(new float[3], new float[4]))
        .hasMessage("A step of 'r' takes 2 numbers and gives 4, but it got 3 and room for 4.");
    assertThatThrownBy(() -> new Stepper(backend, parameters, stack.withDirection(Direction.BOTH)))
        .hasMessage(
            "Recurrent 'r' reads both ways and cannot go step by step: its first output depends on"
                + " the last input.");
    assertThatThrownBy(() -> new Stepper(backend, parameters, stack, new Dense("head", 5, 1)))
        .hasMessage(
            "Dense 'head' was built for an input of size 5, but recurrent 'r' gives 4 numbers.");
    assertThatThrownBy(() -> new Stepper(backend, parameters, stack, null, WeightPrecision.INT8))
        .hasMessage("Backend 'reference' has no weights of precision INT8.");
    Recurrent own = new Recurrent("o", 2, new CellSpec.Gru(3), new OwnCells.Leaky(4, 7));
    Parameters all = Layer.initialize(backend, List.of(own), 1);
    assertThatThrownBy(
            () -> new Stepper(TestBackends.plain(), all, own, null, WeightPrecision.BFLOAT16))
        .hasMessageStartingWith("The cell ")
        .hasMessageEndingWith(
            " is your own, so layer 1 of recurrent 'o' has float32 weights only, not BFLOAT16: its"
                + " step is made of operations on them.");
    assertThatThrownBy(
            () -> stepper.restore(StackState.zero(new Recurrent("r", 2, new CellSpec.Gru(8)))))
        .hasMessageContaining("which has the cells [Lstm[");
    assertThatThrownBy(() -> StackState.of(stack, new float[7]))
        .hasMessage("The state of recurrent 'r' has 8 numbers, not 7.");
  }
}
