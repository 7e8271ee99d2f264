/// Knows how to run one recurrent problem on Carousel and on every peer with identical weights, to
/// compare their answers, and to time them in alternation. It must not be known by anything: no
/// module depends on it, and no peer is ever a dependency of the product.
@NullMarked
package io.github.carouselml.benchmarks;

import org.jspecify.annotations.NullMarked;
