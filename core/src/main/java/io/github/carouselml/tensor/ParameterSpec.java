package io.github.carouselml.tensor;

/// A parameter that is asked for: its name within its owner, its layout, and what it is for, from
/// which its first values and whether weight decay reaches it follow.
public record ParameterSpec(String name, Layout layout, Role role) {
  /// What a parameter does.
  public enum Role {
    /// Multiplies inputs.
    INPUT_WEIGHT,
    /// Multiplies the state.
    RECURRENT_WEIGHT,
    /// Is added. Never decays.
    BIAS,
    /// Multiplies a normalised or gated value unit by unit. Never decays.
    GAIN,
    /// Is looked up.
    TABLE
  }

  /// The same parameter under another name.
  public ParameterSpec withName(String newName) {
    return new ParameterSpec(newName, layout, role);
  }

  /// Whether weight decay reaches it.
  public boolean decays() {
    return role != Role.BIAS && role != Role.GAIN;
  }
}
