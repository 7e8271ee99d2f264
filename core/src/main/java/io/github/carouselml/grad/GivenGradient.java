package io.github.carouselml.grad;

import io.github.carouselml.tensor.Operations;
import java.util.List;
import java.util.Objects;

/// The end of a tape whose loss lies outside: `∂L/∂x` is an input. Its own value is 0.
public final class GivenGradient extends Objective {
  private final Tensor x;
  private final Tensor given;

  private GivenGradient(Tensor x) {
    super("given gradient", List.of(x), List.of(), 1);
    this.x = x;
    this.given = x.tape().input("∂L/∂" + x.name, x.space(), x.features());
  }

  /// Ends a tape at x and gives the input that takes `∂L/∂x` before each training run.
  public static Tensor of(Tensor x) {
    x.tape().keep(x);
    return record(new GivenGradient(x)).given;
  }

  @Override
  protected void forward(Operations operations, int update) {
    result(0, 0);
  }

  // dx = ∂L/∂x as given
  @Override
  protected void backward(Operations operations, int update) {
    result(0, 0);
    if (adds(0)) {
      operations
          .elements()
          .accumulate(x.rows(), x.features(), given.value(), Objects.requireNonNull(gradientOf(0)));
    } else {
      operations
          .elements()
          .copy(x.rows(), x.features(), given.value(), Objects.requireNonNull(gradientOf(0)));
    }
  }
}
