/// Knows how to run the problem with Deeplearning4j as its users would at their best. It must not know the
/// other peers, nor how anything is timed.
@NullMarked
package io.github.carouselml.benchmarks.dl4j;

import org.jspecify.annotations.NullMarked;
