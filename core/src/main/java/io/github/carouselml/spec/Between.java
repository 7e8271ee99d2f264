package io.github.carouselml.spec;

/// What stands between the layers of a recurrent stack, besides dropout:
/// `s_l = [s_{l-1} +] layer_l(dropout(norm(s_{l-1})))` from the second layer on.
///
/// @param residual the output of the layer below is added to a layer's own, so that a gradient
///     reaches the lowest layer unhindered; their sizes must be equal
/// @param layerNorm what a layer gets from the one below is normalised (Ba et al. 2016)
public record Between(boolean residual, boolean layerNorm) {
  /// Nothing: each layer gets the output of the one below as it is.
  public Between() {
    this(false, false);
  }

  public Between withResidual() {
    return new Between(true, layerNorm);
  }

  public Between withLayerNorm() {
    return new Between(residual, true);
  }

  /// Whether there is nothing between.
  public boolean isNothing() {
    return !residual && !layerNorm;
  }
}
