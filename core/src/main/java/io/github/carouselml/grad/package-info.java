/// The tape: differentiable operations, the forward and the backward pass of each in one file, and
/// how their memory is planned. It must not know layers, or what a loss is for.
@NullMarked
package io.github.carouselml.grad;

import org.jspecify.annotations.NullMarked;
