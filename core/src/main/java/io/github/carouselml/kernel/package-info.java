/// Knows arrays of floats: products, element-wise functions, canonical reductions, random numbers and the team of
/// workers, each as an interface with its plain loops. Must not know cells, tensors or anything above.
@NullMarked
package io.github.carouselml.kernel;

import org.jspecify.annotations.NullMarked;
