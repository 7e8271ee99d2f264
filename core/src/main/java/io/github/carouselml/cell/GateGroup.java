package io.github.carouselml.cell;

/// Gates that are computed by one pair of products and lie side by side, unit block by unit block.
///
/// @param gates how many: 1, 2 or 4, so that a block of 16 units never straddles two panels
/// @param input whether the input product `W x` goes into them
/// @param operand what the recurrent product multiplies
/// @param bias whether a bias is where the products begin: that of the gates, or R's own where there
///     is no input product
/// @param kept whether what the products made is needed beside its gradient, which then has a place
///     of its own
/// @param stage the stage of the step that needs them: stage 1 runs when stage 0 has run for all units
public record GateGroup(
    int gates, boolean input, Operand operand, boolean bias, boolean kept, int stage) {

  /// The right side of a recurrent product.
  public enum Operand {
    /// There is none.
    NONE,
    /// h', the state before the step.
    STATE,
    /// m, what stage 0 made.
    MADE,
    /// The same, by the projection P in place of R: the units of this group are the cell's outputs.
    PROJECTED;

    /// Whether that is m.
    public boolean isMade() {
      return this == MADE || this == PROJECTED;
    }
  }

  public GateGroup {
    if (gates != 1 && gates != 2 && gates != 4) {
      throw new IllegalArgumentException("A group has 1, 2 or 4 gates, not " + gates + ".");
    }
  }

  /// Gates with a bias.
  public GateGroup(int gates, boolean input, Operand operand, int stage) {
    this(gates, input, operand, true, false, stage);
  }

  /// The outputs of a projection.
  static GateGroup projection(int stage) {
    return new GateGroup(1, false, Operand.PROJECTED, false, false, stage);
  }

  /// A product by itself, without a bias, whose value is still needed when its gradient is known.
  static GateGroup product(int gates, boolean input, int stage) {
    return new GateGroup(gates, input, input ? Operand.NONE : Operand.STATE, false, true, stage);
  }

  /// Room for values that no product makes.
  static GateGroup room(int gates, int stage) {
    return new GateGroup(gates, false, Operand.NONE, false, false, stage);
  }
}
