package io.github.carouselml.train;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.spec.Clipping;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.ParameterSpec.Role;
import java.util.List;

/// What training makes of a gradient of a given norm, for tests of other packages.
public final class ClippedNorm {
  private ClippedNorm() {}

  /// The norm that the optimizer sees when gradients are clipped to the norm `limit`.
  public static double of(float norm, double limit) {
    Backend backend = TestBackends.plain();
    Parameters parameters =
        Parameters.allocate(
            backend, List.of(new ParameterSpec("a", new Layout.Vector(1), Role.BIAS)), true);
    var parameter = parameters.get("a");
    backend.pack(parameter.spec().layout(), new float[] {norm}, parameter.gradient());
    Gradients gradients =
        new Gradients(parameters, backend.operations().updates(), Clipping.byNorm(limit));
    gradients.measure();
    float scale = gradients.clip();
    return Math.abs(parameters.gradient("a")[0] * scale);
  }
}
