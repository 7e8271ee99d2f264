package io.github.carouselml.app.verify;

import io.github.carouselml.inspect.Check;

/// A check, with what it was made.
///
/// @param kernels the name of the kernels; empty for the reference
/// @param flags of the Java virtual machine where it was another one; empty for this one
public record Result(String kernels, String flags, Check check) {}
