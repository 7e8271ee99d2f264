/// Knows the kernels' speed under JMH, one question a class. It must not know the peers.
@NullMarked
package io.github.carouselml.benchmarks.kernels;

import org.jspecify.annotations.NullMarked;
