/// Knows how to run the problem with oneDNN as its users would at their best. It must not know the
/// other peers, nor how anything is timed.
@NullMarked
package io.github.carouselml.benchmarks.onednn;

import org.jspecify.annotations.NullMarked;
