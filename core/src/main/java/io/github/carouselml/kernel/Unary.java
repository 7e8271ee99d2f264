package io.github.carouselml.kernel;

/// A function of one number with up to two parameters `p`, `q`. Each constant gives the function
/// and the derivative that its gradient multiplies by, in terms of the value kept for the
/// backward pass: its input `x` or its output `y`.
public enum Unary {
  /// y = eˣ, y' = y
  EXP(Keeps.OUTPUT),
  /// y = ln x, y' = 1/x
  LOG(Keeps.INPUT),
  /// y = ln(1+x), y' = 1/(1+x)
  LOG1P(Keeps.INPUT),
  /// y = tanh x, y' = 1-y²
  TANH(Keeps.OUTPUT),
  /// y = σ(x), y' = y(1-y)
  SIGMOID(Keeps.OUTPUT),
  /// y = ln(1+eˣ), y' = σ(x)
  SOFTPLUS(Keeps.INPUT),
  /// y = px+q cut to 0..1, y' = p inside and 0 at the cuts
  HARD_SIGMOID(Keeps.OUTPUT),
  /// y = x/(1+|x|), y' = (1-|y|)²
  SOFTSIGN(Keeps.OUTPUT),
  /// y = x where x > 0, else +0; y' = 1 or 0
  RELU(Keeps.OUTPUT),
  /// y = x where x > 0, else px, with p ≥ 0; y' = 1 or p
  LEAKY_RELU(Keeps.OUTPUT),
  /// y = px+q, y' = p
  AFFINE(Keeps.NOTHING),
  /// y = x cut to p..q, y' = 1 inside (bounds included), 0 outside
  CLIP(Keeps.INPUT),
  /// y = x², y' = 2x
  SQUARE(Keeps.INPUT),
  /// y = √x, y' = 0.5/y
  SQRT(Keeps.OUTPUT),
  /// y = |x|, y' = sign x
  ABS(Keeps.INPUT),
  /// y = -1, +0, 1 (NaN is kept), y' = 0
  SIGN(Keeps.NOTHING),
  /// y = 1/x, y' = -y²
  RECIPROCAL(Keeps.OUTPUT),
  /// y = 1 where x > p, else +0 (NaN gives +0), y' = 0
  GREATER(Keeps.NOTHING);

  /// What a backward pass needs from the forward pass.
  public enum Keeps {
    INPUT,
    OUTPUT,
    NOTHING
  }

  private final Keeps keeps;

  Unary(Keeps keeps) {
    this.keeps = keeps;
  }

  /// What [Elementwise#gradient] reads as `kept`.
  public Keeps keeps() {
    return keeps;
  }
}
