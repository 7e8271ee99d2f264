package io.github.carouselml.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.inspect.GradientLab.Curve;
import io.github.carouselml.inspect.GradientLab.Finding;
import io.github.carouselml.inspect.GradientLab.Kind;
import io.github.carouselml.inspect.GradientLab.Network;
import io.github.carouselml.inspect.GradientLab.Start;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class GradientLabTest {
  private static final GradientLab LAB = new GradientLab();
  private static final Network RNN =
      new Network(Kind.RNN, Start.ORTHOGONAL, OptionalDouble.empty());

  private static Network lstm(Start start, double forgetBias) {
    return new Network(Kind.LSTM, start, OptionalDouble.of(forgetBias));
  }

  private static Backend backend(int threads) {
    return Backends.open("cpu", new BackendOptions().withThreads(threads).withKernels("plain"));
  }

  private static Curve beginning(Network network, double scale) {
    try (Backend backend = backend(1)) {
      return LAB.atTheBeginning(backend, network, scale);
    }
  }

  @ParameterizedTest
  @EnumSource
  void at_scale_1_an_lstm_with_bias_1_keeps_a_thousand_times_what_an_rnn_keeps(Start start) {
    double rnn = beginning(new Network(Kind.RNN, start, OptionalDouble.empty()), 1).log10AtEnd();
    double lstm = beginning(lstm(start, 1), 1).log10AtEnd();
    assertThat(lstm - rnn).as("%s, seed %d", start, LAB.seed()).isGreaterThan(3);
  }

  @Test
  void an_orthogonal_rnn_without_input_keeps_all_of_it_at_every_distance() {
    for (double log10 : beginning(RNN, 0).log10Norms()) {
      assertThat(log10).as("seed %d", LAB.seed()).isBetween(-1e-6, 1e-6);
    }
  }

  @Test
  void an_lstm_explodes_as_well_and_vanishes_as_well() {
    Curve exploding = beginning(lstm(Start.ORTHOGONAL, 5), 0);
    assertThat(exploding.log10AtEnd()).as("seed %d", LAB.seed()).isGreaterThan(6);
    Curve vanishing = beginning(lstm(Start.ORTHOGONAL, 0), 1);
    assertThat(vanishing.log10AtEnd()).as("seed %d", LAB.seed()).isLessThan(-12);
  }

  @Test
  void what_is_too_small_for_a_float_is_measured_and_confirmed() {
    Curve curve = beginning(new Network(Kind.RNN, Start.UNIFORM, OptionalDouble.empty()), 1);
    double least = StrictMath.log10(Float.MIN_NORMAL);
    assertThat(curve.log10AtEnd()).as("seed %d", LAB.seed()).isBetween(-100.0, least);
    assertThat(curve.check().along()).as("seed %d", LAB.seed()).isLessThan(1e-5);
    assertThat(curve.check().across()).as("seed %d", LAB.seed()).isLessThan(1e-5);
  }

  @Test
  void no_number_depends_on_threads_and_training_changes_them() {
    var small = new GradientLab(6, 3, 10, 2, 3, 4, 0.01, 7);
    Network network = lstm(Start.GLOROT, 1);
    try (Backend one = backend(1);
        Backend two = backend(2)) {
      Finding finding = small.measure(one, network);
      Finding again = small.measure(two, network);
      assertThat(again.loss()).isEqualTo(finding.loss());
      assertThat(finding.curves()).hasSize(2 * GradientLab.SCALES.size());
      for (int i = 0; i < finding.curves().size(); i++) {
        Curve curve = finding.curves().get(i);
        assertThat(again.curves().get(i).log10Norms()).isEqualTo(curve.log10Norms());
        assertThat(curve.check().along()).isLessThan(1e-4);
      }
      assertThat(finding.curve(1, true).log10Norms())
          .isNotEqualTo(finding.curve(1, false).log10Norms());
    }
  }

  @Test
  void a_protocol_without_room_for_the_task_is_refused() {
    assertThatThrownBy(() -> new GradientLab(6, 1, 10, 2, 3, 4, 0.01, 7))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("2 features or more");
    assertThatThrownBy(() -> new GradientLab(6, 2, 10, 0, 3, 4, 0.01, 7))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("10, 0 and 3");
  }

  @Test
  void the_protocol_has_every_network() {
    assertThat(GradientLab.networks()).hasSize(3 * (1 + 1 + 4)).doesNotHaveDuplicates();
  }
}
