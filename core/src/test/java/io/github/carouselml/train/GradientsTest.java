package io.github.carouselml.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.spec.Clipping;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.ParameterSpec.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Clipping, and what is said when numbers go wrong.
final class GradientsTest {
  private final Backend backend = TestBackends.plain();
  private final Parameters parameters =
      Parameters.allocate(
          backend,
          List.of(
              new ParameterSpec("a", new Layout.Vector(2), Role.BIAS),
              new ParameterSpec("b", new Layout.Vector(2), Role.BIAS)),
          true);

  private Gradients of(Clipping clipping, float... g) {
    for (String name : List.of("a", "b")) {
      int at = name.equals("a") ? 0 : 2;
      var parameter = parameters.get(name);
      backend.pack(parameter.spec().layout(), new float[] {g[at], g[at + 1]}, parameter.gradient());
    }
    Gradients gradients = new Gradients(parameters, backend.operations().updates(), clipping);
    gradients.measure();
    return gradients;
  }

  @Test
  void the_norm_is_that_of_all_parameters_together() {
    assertThat(of(Clipping.none(), 1, 2, 4, 10).norm()).isEqualTo(11);
  }

  @Test
  void nothing_is_clipped_without_need() {
    for (Clipping clipping :
        List.of(
            Clipping.none(),
            Clipping.byNorm(11),
            Clipping.byValue(10),
            Clipping.byNorm(11).withValue(10))) {
      Gradients gradients = of(clipping, 1, 2, 4, -10);
      assertThat(gradients.clip()).as("%s", clipping).isEqualTo(1);
      assertThat(gradients.clipped()).as("%s", clipping).isFalse();
      assertThat(parameters.gradient("b")).containsExactly(4, -10);
    }
  }

  @Test
  void a_norm_is_made_shorter_by_the_optimizers_scale() {
    Gradients gradients = of(Clipping.byNorm(5.5), 1, 2, 4, -10);
    assertThat(gradients.clip()).isEqualTo(0.5f);
    assertThat(gradients.clipped()).isTrue();
    assertThat(gradients.norm()).as("before clipping").isEqualTo(11);
  }

  @Test
  void values_are_cut_on_both_sides() {
    Gradients gradients = of(Clipping.byValue(3), 1, 2, 4, -10);
    assertThat(gradients.clip()).isEqualTo(1);
    assertThat(gradients.clipped()).isTrue();
    assertThat(parameters.gradient("a")).containsExactly(1, 2);
    assertThat(parameters.gradient("b")).containsExactly(3, -3);
  }

  @Test
  void with_both_the_norm_comes_first() {
    Gradients gradients = of(Clipping.byNorm(5.5).withValue(3), 1, 2, 4, -10);
    assertThat(gradients.clip()).isEqualTo(1);
    assertThat(parameters.gradient("a")).containsExactly(0.5f, 1);
    assertThat(parameters.gradient("b")).containsExactly(2, -3);
    Gradients unhurt = of(Clipping.byNorm(5.5).withValue(5), 1, 2, 4, -10);
    assertThat(unhurt.clip()).as("the norm is enough").isEqualTo(0.5f);
  }

  @Test
  void a_tiny_bound_gives_a_tiny_gradient() {
    assertThat(of(Clipping.byNorm(1e-6), 1, 2, 4, 10).clip()).isCloseTo(1e-6f / 11, within(1e-12f));
  }

  @Test
  void the_parameter_with_the_largest_gradient_is_named() {
    assertThat(of(Clipping.none(), 1, 2, 4, -10).divergence("The loss is NaN", 0.1).getMessage())
        .isEqualTo(
            "The loss is NaN. The largest gradient, 10.0, is that of parameter 'b'. Lower the"
                + " learning rate (now 0.1), clip the gradients' norm (1 is a good first choice),"
                + " and look for NaN, infinite or very large numbers in the data.");
  }

  @Test
  void a_gradient_that_is_no_number_comes_before_a_large_one() {
    assertThat(
            of(Clipping.byNorm(2), Float.NaN, Float.NEGATIVE_INFINITY, 1e30f, 1)
                .divergence("The loss is NaN", 0.1)
                .getMessage())
        .contains("The gradient of parameter 'a' is NaN or infinite in 2 of its 2 numbers.")
        .contains("clip the gradients' norm to less than 2.0");
  }
}
