package io.github.carouselml.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.spec.CarouselException;
import java.nio.ReadOnlyBufferException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class WeightsTest {
  private final Weights weights =
      Weights.builder()
          .add("lstm.0.W", List.of(2, 3), new float[] {1, 2, 3, 4, 5, 6})
          .add("lstm.0.b", List.of(2), new float[] {-0.0f, Float.NaN})
          .add("scale", List.of(), new float[] {7})
          .add("none", List.of(0, 3), new float[0])
          .build();

  @Test
  void namesShapesAndValuesKeepTheirOrder() {
    assertThat(weights.names()).containsExactly("lstm.0.W", "lstm.0.b", "scale", "none");
    assertThat(weights.shape("lstm.0.W")).containsExactly(2, 3);
    assertThat(weights.shape("scale")).isEmpty();
    assertThat(weights.values("lstm.0.W")).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(weights.size()).isEqualTo(9);
    assertThat(weights.contains("scale")).isTrue();
    assertThat(weights.contains("lstm")).isFalse();
    float[] target = new float[4];
    weights.copyTo("lstm.0.b", target, 1);
    assertThat(target).containsExactly(0, -0.0f, Float.NaN, 0);
  }

  @Test
  void nothingGivenOrTakenChangesThem() {
    float[] given = {1};
    Weights one = Weights.builder().add("a", List.of(1), given).build();
    given[0] = 2;
    one.values("a")[0] = 3;
    assertThat(one.view("a").get(0)).isEqualTo(1);
    assertThatThrownBy(() -> one.view("a").put(0, 4)).isInstanceOf(ReadOnlyBufferException.class);
    assertThatThrownBy(() -> one.names().remove("a"))
        .isInstanceOf(UnsupportedOperationException.class);
    var builder = Weights.builder().add("a", List.of(1), given);
    Weights built = builder.build();
    builder.add("b", List.of(1), given);
    assertThat(built.names()).containsExactly("a");
  }

  @Test
  void equalityIsOfNamesOrderShapesAndBits() {
    assertThat(copy(weights)).isEqualTo(weights).hasSameHashCodeAs(weights);
    assertThat(with("a", List.of(1), 0f)).isNotEqualTo(with("a", List.of(1), -0.0f));
    assertThat(with("a", List.of(1), Float.NaN))
        .isEqualTo(with("a", List.of(1), Float.intBitsToFloat(0x7fc00001)));
    assertThat(with("a", List.of(1), 1)).isNotEqualTo(with("a", List.of(), 1));
    assertThat(with("a", List.of(1), 1)).isNotEqualTo(with("b", List.of(1), 1));
    Weights.Builder ab = Weights.builder().add("a", List.of(), new float[1]);
    Weights.Builder ba = Weights.builder().add("b", List.of(), new float[1]);
    assertThat(ab.add("b", List.of(), new float[1]).build())
        .isNotEqualTo(ba.add("a", List.of(), new float[1]).build());
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertRequest(
        () -> with("a", List.of(2), 1),
        "The tensor 'a' of shape [2] has 2 values, but 1 were given.");
    assertRequest(() -> with("a", List.of(-1), 1), "with a size below 0");
    assertRequest(
        () -> with("a", List.of(65536, 65536), 1),
        "has more than 2147483647 elements, too many for one array");
    assertRequest(() -> with(" ", List.of(1), 1), "' ' cannot be the name of a tensor.");
    assertRequest(() -> with("__metadata__", List.of(1), 1), "cannot be the name of a tensor");
    assertRequest(
        () -> Weights.builder().add("a", List.of(), new float[1]).add("a", List.of(), new float[1]),
        "There are two tensors named 'a'.");
    assertRequest(
        () -> weights.values("lstm.0.w2"),
        "There is no tensor 'lstm.0.w2'. Did you mean 'lstm.0.W'?");
  }

  @Test
  void weightsAreHeldToASpec() {
    Map<String, List<Integer>> expected = new LinkedHashMap<>(weights.shapes());
    weights.require(expected, "model.safetensors");

    expected.put("lstm.0.W", List.of(2, 4));
    assertBad(
        expected,
        "In model.safetensors the tensor 'lstm.0.W' has the shape [2, 3], but its spec asks for"
            + " [2, 4].");
    expected.put("lstm.0.W", List.of(2, 3));
    expected.put("lstm.0.R", List.of(2, 2));
    assertBad(
        expected,
        "model.safetensors has no tensor 'lstm.0.R', which its spec asks for. It has 4 tensors."
            + " Did you mean 'lstm.0.W'?");
    expected.remove("lstm.0.R");
    expected.remove("scale");
    assertBad(
        expected,
        "model.safetensors has a tensor 'scale', which its spec does not know."
            + " Known: lstm.0.W, lstm.0.b, none.");
  }

  private void assertBad(Map<String, List<Integer>> expected, String message) {
    assertThatThrownBy(() -> weights.require(expected, "model.safetensors"))
        .isInstanceOf(CarouselException.BadFile.class)
        .hasMessage(message);
  }

  private static void assertRequest(Runnable action, String message) {
    assertThatThrownBy(action::run)
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining(message);
  }

  private static Weights with(String name, List<Integer> shape, float value) {
    return Weights.builder().add(name, shape, new float[] {value}).build();
  }

  private static Weights copy(Weights weights) {
    var builder = Weights.builder();
    weights.names().forEach(n -> builder.add(n, weights.shape(n), weights.values(n)));
    return builder.build();
  }
}
