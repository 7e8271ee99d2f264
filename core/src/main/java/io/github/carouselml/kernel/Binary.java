package io.github.carouselml.kernel;

/// A function of two numbers, with its two derivatives.
public enum Binary {
  /// y = a+b, ∂y/∂a = 1, ∂y/∂b = 1
  ADD,
  /// y = a-b, ∂y/∂a = 1, ∂y/∂b = -1
  SUBTRACT,
  /// y = ab, ∂y/∂a = b, ∂y/∂b = a
  MULTIPLY,
  /// y = a/b, ∂y/∂a = 1/b, ∂y/∂b = -(a/b)/b
  DIVIDE
}
