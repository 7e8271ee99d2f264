/// Knows how to run the problem with ONNX Runtime as its users would at their best. It must not know the
/// other peers, nor how anything is timed.
@NullMarked
package io.github.carouselml.benchmarks.onnxruntime;

import org.jspecify.annotations.NullMarked;
