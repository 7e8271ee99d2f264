package io.github.carouselml.tensor;

/// Makes a backend; found by [java.util.ServiceLoader].
public interface BackendProvider {
  /// The name that a user asks for it by.
  String name();

  /// A backend for these wishes, which are refused in a sentence where they can't be met.
  Backend open(BackendOptions options);
}
