package io.github.carouselml.grad;

import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.Slot;
import java.util.List;

/// `n = (x - mean) / sqrt(variance + epsilon)`, `y = gain n + bias` over the features of each row
/// (Ba, Kiros, Hinton 2016).
public final class LayerNormOp extends Op {
  private final Tensor x;
  private final Parameter gain;
  private final Parameter bias;
  private final float epsilon;
  private final Region normalised;
  private final Region scale;
  private final Tensor y;

  private LayerNormOp(Tensor x, Parameter gain, Parameter bias, float epsilon) {
    super("layer norm " + gain.name(), List.of(x), List.of(gain, bias));
    this.x = x;
    this.gain = gain;
    this.bias = bias;
    this.epsilon = epsilon;
    features(x, gain.spec().layout().canonicalSize());
    features(x, bias.spec().layout().canonicalSize());
    this.normalised = own("normalised", Region.Lifetime.RESERVE, x.size());
    this.scale = own("scale", Region.Lifetime.RESERVE, x.tape().capacity(x.space()));
    this.y = output(x.space(), x.features());
  }

  /// Records a layer normalisation; gain and bias are `[features]`.
  public static Tensor of(Tensor x, Parameter gain, Parameter bias, float epsilon) {
    return record(new LayerNormOp(x, gain, bias, epsilon)).y;
  }

  @Override
  protected boolean byRows() {
    return true;
  }

  // n = (x - mean) / sqrt(variance + epsilon)   y = gain n + bias
  @Override
  protected void forward(Operations operations, int update) {
    operations
        .norms()
        .layer(
            x.rows(),
            x.features(),
            epsilon,
            x.value(),
            gain.value(),
            bias.value(),
            normalised.slot(),
            scale.slot(),
            y.value());
  }

  // g = gain dy   dx = scale (g - mean(g) - n mean(g n))   dGain += Σ dy n   dBias += Σ dy
  @Override
  protected void backward(Operations operations, int update) {
    Slot dy = gradientOfOutput();
    operations
        .norms()
        .layerBackward(
            x.rows(),
            x.features(),
            normalised.slot(),
            scale.slot(),
            gain.value(),
            dy,
            gradientOf(0),
            adds(0),
            gradientOf(gain),
            gradientOf(bias));
  }
}
