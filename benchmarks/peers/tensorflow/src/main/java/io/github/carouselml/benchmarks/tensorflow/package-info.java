/// Knows how to run the problem with TensorFlow as its users would at their best. It must not know the
/// other peers, nor how anything is timed.
@NullMarked
package io.github.carouselml.benchmarks.tensorflow;

import org.jspecify.annotations.NullMarked;
