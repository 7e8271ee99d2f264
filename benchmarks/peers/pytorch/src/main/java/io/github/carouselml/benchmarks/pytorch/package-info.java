/// Knows how to run the problem with PyTorch as its users would at their best. It must not know the
/// other peers, nor how anything is timed.
@NullMarked
package io.github.carouselml.benchmarks.pytorch;

import org.jspecify.annotations.NullMarked;
