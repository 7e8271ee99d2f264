package io.github.carouselml.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.GivenGradient;
import io.github.carouselml.grad.Indices;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Direction;
import io.github.carouselml.spec.Initializer;
import io.github.carouselml.spec.Merge;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Rows;
import java.util.List;
import org.junit.jupiter.api.Test;

/// How layers begin, what they are called, and what they refuse.
class LayerTest {
  private final Backend backend = TestBackends.plain();

  @Test
  void names_and_shapes_of_a_stack() {
    Recurrent stack =
        new Recurrent("r", 3, new CellSpec.Lstm(4), new CellSpec.Gru(5))
            .withDirection(Direction.BOTH)
            .withDropout(0.2);
    List<String> names =
        stack.parameters().stream().map(p -> p.spec().name() + p.spec().layout().shape()).toList();
    assertThat(names)
        .containsExactly(
            "r.0.forward.input_weight[16, 3]",
            "r.0.forward.recurrent_weight[16, 4]",
            "r.0.forward.bias[16]",
            "r.0.backward.input_weight[16, 3]",
            "r.0.backward.recurrent_weight[16, 4]",
            "r.0.backward.bias[16]",
            "r.1.forward.input_weight[15, 8]",
            "r.1.forward.recurrent_weight[15, 5]",
            "r.1.forward.bias[15]",
            "r.1.forward.recurrent_bias[5]",
            "r.1.backward.input_weight[15, 8]",
            "r.1.backward.recurrent_weight[15, 5]",
            "r.1.backward.bias[15]",
            "r.1.backward.recurrent_bias[5]");
    assertThat(stack.outputSize()).isEqualTo(10);
    assertThat(stack.withDirection(Direction.BOTH, Merge.SUM).outputSize()).isEqualTo(5);
  }

  @Test
  void an_lstm_begins_with_glorot_orthogonal_and_a_forget_bias_of_one() {
    Parameters p =
        Layer.initialize(backend, List.of(new Recurrent("r", 20, new CellSpec.Lstm(12))), 5);
    float[] W = p.value("r.0.forward.input_weight");
    double bound = Math.sqrt(6.0 / (20 + 12));
    double largest = 0;
    double sum = 0;
    for (float w : W) {
      largest = Math.max(largest, Math.abs(w));
      sum += w;
    }
    assertThat(largest).isBetween(0.95 * bound, bound);
    assertThat(Math.abs(sum / W.length)).isLessThan(0.05);

    float[] b = p.value("r.0.forward.bias");
    for (int i = 0; i < 48; i++) {
      assertThat(b[i]).isEqualTo(i / 12 == 1 ? 1 : 0); // i f g o
    }

    float[] R = p.value("r.0.forward.recurrent_weight");
    for (int gate = 0; gate < 4; gate++) {
      for (int i = 0; i < 12; i++) {
        for (int j = 0; j < 12; j++) {
          double dot = 0;
          for (int k = 0; k < 12; k++) {
            dot += (double) R[(gate * 12 + i) * 12 + k] * R[(gate * 12 + j) * 12 + k];
          }
          assertThat(dot).isCloseTo(i == j ? 1 : 0, org.assertj.core.data.Offset.offset(1e-6));
        }
      }
    }
    assertThat(java.util.Arrays.copyOf(R, 144))
        .isNotEqualTo(java.util.Arrays.copyOfRange(R, 144, 288));
  }

  @Test
  void orthogonal_reaches_the_smaller_side_and_identity_the_diagonal() {
    Dense wide = new Dense("wide", 9, 4).withInitializer(new Initializer.Orthogonal());
    Dense tall = new Dense("tall", 4, 9).withInitializer(new Initializer.Orthogonal());
    Dense one = new Dense("one", 3, 2).withInitializer(new Initializer.Identity());
    Parameters p = Layer.initialize(backend, List.of(wide, tall, one), 1);
    float[] rows = p.value("wide.weight");
    float[] columns = p.value("tall.weight");
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        double byRow = 0;
        double byColumn = 0;
        for (int k = 0; k < 9; k++) {
          byRow += (double) rows[i * 9 + k] * rows[j * 9 + k];
          byColumn += (double) columns[k * 4 + i] * columns[k * 4 + j];
        }
        var near = org.assertj.core.data.Offset.offset(1e-6);
        assertThat(byRow).isCloseTo(i == j ? 1 : 0, near);
        assertThat(byColumn).isCloseTo(i == j ? 1 : 0, near);
      }
    }
    assertThat(p.value("one.weight")).containsExactly(1, 0, 0, 0, 1, 0);
  }

  @Test
  void torch_is_uniform_in_one_over_root_hidden_size_biases_too() {
    Initializer torch = new Initializer.Torch();
    Recurrent lstm = new Recurrent("r", 3, new CellSpec.Lstm(16)).withInitializers(torch, torch, 0);
    Dense dense = new Dense("d", 25, 8).withInitializer(torch);
    Parameters p = Layer.initialize(backend, List.of(lstm, dense), 2);
    p.all()
        .forEach(parameter -> {
          double bound = parameter.name().startsWith("r") ? 0.25 : 0.2;
          float[] values = p.value(parameter.name());
          double largest = 0;
          for (float v : values) {
            largest = Math.max(largest, Math.abs(v));
          }
          assertThat(largest).as(parameter.name()).isBetween(0.7 * bound, bound);
        });
  }

  @Test
  void a_layer_begins_alike_whatever_stands_beside_it() {
    Dense head = new Dense("head", 6, 4);
    Parameters alone = Layer.initialize(backend, List.of(head), 3);
    Parameters beside =
        Layer.initialize(backend, List.of(new Recurrent("r", 2, new CellSpec.Rnn(6)), head), 3);
    Parameters other = Layer.initialize(backend, List.of(head), 4);
    assertThat(beside.value("head.weight")).isEqualTo(alone.value("head.weight"));
    assertThat(other.value("head.weight")).isNotEqualTo(alone.value("head.weight"));
  }

  @Test
  void embedding_norm_and_dense_make_a_model() {
    Embedding embedding = new Embedding("words", 7, 5);
    LayerNorm norm = new LayerNorm("norm", 5);
    Dense head = new Dense("head", 5, 2);
    Parameters p = Layer.initialize(backend, List.of(embedding, norm, head), 1);
    Rows rows = new Rows(4, 2);
    Tape tape = new Tape(backend, p, Tape.Mode.TRAIN, 1);
    Indices tokens = tape.indices("tokens", new RowSpace.Steps(rows));
    Tensor y = head.apply(norm.apply(embedding.apply(tape, tokens)));
    Tensor dy = GivenGradient.of(y);
    Program program = tape.program();
    rows.set(new int[] {4, 1}, 2);
    for (int r = 0; r < 5; r++) {
      tokens.values()[r] = r == 3 ? 6 : 2;
    }
    program.upload(dy, new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    program.train(0, 1);
    float[] table = p.gradient("words.weight");
    for (int entry = 0; entry < 7; entry++) {
      boolean moved = false;
      for (int f = 0; f < 5; f++) {
        moved |= table[entry * 5 + f] != 0;
      }
      assertThat(moved).as("entry %d", entry).isEqualTo(entry == 2 || entry == 6);
    }
    assertThat(p.gradient("head.bias")).containsExactly(25, 30);

    tokens.values()[2] = 7;
    assertThatThrownBy(() -> program.train(0, 1))
        .isInstanceOf(CarouselException.Data.class)
        .hasMessageContaining("Index 7 in row 2 is not in the table of 7 entries");
  }

  @Test
  void refuses_in_sentences() {
    Dense head = new Dense("head", 3, 1);
    Parameters p = Layer.initialize(backend, List.of(head), 1);
    Tape tape = new Tape(backend, p, Tape.Mode.TRAIN, 1);
    Tensor x = tape.input("x", new RowSpace.Steps(new Rows(2, 2)), 2);
    assertThatThrownBy(() -> head.apply(x))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessage(
            "Dense 'head' got an input of size 2 but was built for size 3. Was the vocabulary"
                + " changed after training?");
    assertThatThrownBy(() -> new Dense("head", 0, 1)).hasMessageContaining("not 0 and 1");
    assertThatThrownBy(() -> new Embedding("e", 0, 1)).hasMessageContaining("not 0 and 1");
    assertThatThrownBy(() -> new Initializer.Uniform(-1)).hasMessageContaining("-1.0");
    for (double value : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> new Initializer.Constant(value))
          .isInstanceOf(CarouselException.Request.class)
          .hasMessage("The constant of an initializer must be a finite number, not " + value + ".");
      assertThatThrownBy(() -> new Initializer.Gates(List.of(0.0, value)))
          .isInstanceOf(CarouselException.Request.class)
          .hasMessage(
              "The constant of an initializer of gates must be a finite number, not "
                  + value
                  + ".");
    }
    assertThatThrownBy(() -> Layer.initialize(backend, List.of(head, head), 1))
        .hasMessageContaining("Two parameters have the name 'head.weight'");
  }
}
