package io.github.carouselml.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.spec.CellSpec.Gru;
import io.github.carouselml.spec.CellSpec.Lstm;
import io.github.carouselml.spec.CellSpec.MinGru;
import io.github.carouselml.spec.CellSpec.MinLstm;
import io.github.carouselml.spec.CellSpec.Rnn;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class CellSpecTest {

  @Test
  void thePlainCellsAreTheOnesOfTheTextbooks() {
    assertThat(new Lstm(64).isPlain()).isTrue();
    assertThat(new Lstm(64).gateActivation()).isEqualTo(new Activation.Sigmoid());
    assertThat(new Lstm(64).candidateActivation()).isEqualTo(new Activation.Tanh());
    assertThat(new Lstm(64).outputActivation()).isEqualTo(new Activation.Tanh());
    assertThat(new Gru(64).reset()).isEqualTo(Gru.Reset.AFTER);
    assertThat(new Rnn(64).activation()).isEqualTo(new Activation.Tanh());
  }

  /// Each option changes what it names and keeps what was chosen before.
  @Test
  void optionsAddUp() {
    Activation relu = new Activation.Relu();
    List<UnaryOperator<Lstm>> options =
        List.of(
            Lstm::withPeepholes,
            Lstm::withCoupledInputForget,
            lstm -> lstm.withProjectionSize(3),
            Lstm::withLayerNorm,
            lstm -> lstm.withCellClip(2),
            lstm -> lstm.withActivations(relu, relu, relu));
    for (UnaryOperator<Lstm> first : options) {
      assertThat(first.apply(new Lstm(8)).isPlain()).isFalse();
      for (UnaryOperator<Lstm> second : options) {
        Lstm both = second.apply(first.apply(new Lstm(8)));
        assertThat(both).isEqualTo(first.apply(second.apply(new Lstm(8))));
        assertThat(both.equals(first.apply(new Lstm(8)))).isEqualTo(first == second);
        assertThat(both.hiddenSize()).isEqualTo(8);
      }
    }
  }

  @Test
  void theOutputOfAProjectedLstmHasTheSizeOfItsProjection() {
    assertThat(new Lstm(8).outputSize()).isEqualTo(8);
    assertThat(new Lstm(8).withProjectionSize(3).outputSize()).isEqualTo(3);
    assertThat(new Gru(8).outputSize()).isEqualTo(8);
  }

  @Test
  void onlyTheLstmHasACellState() {
    assertThat(new Lstm(8).hasCellState()).isTrue();
    for (CellSpec cell : List.of(new Gru(8), new Rnn(8), new MinLstm(8), new MinGru(8))) {
      assertThat(cell.hasCellState()).as("%s", cell).isFalse();
    }
  }

  @Test
  void aCellWithoutUnitsIsRefused() {
    List<IntFunction<CellSpec>> cells =
        List.of(Lstm::new, Gru::new, Rnn::new, MinLstm::new, MinGru::new);
    for (IntFunction<CellSpec> cell : cells) {
      refused(() -> cell.apply(0), "The hidden size must be 1 or more, not 0.");
      refused(() -> cell.apply(-3), "The hidden size must be 1 or more, not -3.");
    }
  }

  @Test
  void aProjectionThatDoesNotMakeSmallerIsRefused() {
    Lstm lstm = new Lstm(8);
    refused(() -> lstm.withProjectionSize(0), "The projection size must be 1 or more, not 0.");
    refused(
        () -> lstm.withProjectionSize(8),
        "The projection size must be smaller than the hidden size 8, not 8: a projection is there"
            + " to make the output smaller.");
  }

  @Test
  void aClipThatIsNotPositiveIsRefused() {
    for (float clip : new float[] {0, -1, Float.NaN}) {
      refused(
          () -> new Lstm(8).withCellClip(clip),
          "The cell clip must be a positive number, not " + clip + "; infinity means no clipping.");
    }
    assertThat(new Lstm(8).withCellClip(Float.POSITIVE_INFINITY)).isEqualTo(new Lstm(8));
  }

  @Test
  void constantsOfActivationsThatAreNoNumbersAreRefused() {
    refused(
        () -> new Activation.HardSigmoid(Float.NaN, 0),
        "The alpha of the activation hard sigmoid must be a finite number, not NaN.");
    refused(
        () -> new Activation.Affine(1, Float.POSITIVE_INFINITY),
        "The beta of the activation affine must be a finite number, not Infinity.");
    refused(
        () -> new Activation.LeakyRelu(-0.1f),
        "The alpha of a leaky relu must be 0 or more, not -0.1: with a negative slope its value"
            + " would not tell on which side of 0 it was.");
  }

  private static void refused(ThrowingCallable request, String sentence) {
    assertThatThrownBy(request).isInstanceOf(CarouselException.Request.class).hasMessage(sentence);
  }
}
