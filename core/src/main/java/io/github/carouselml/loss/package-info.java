/// Losses as the ends of a tape: each sums over the real rows of a batch and knows its derivative;
/// and for those over paths, what reads the best path out.
/// It must not know what an optimizer does with that.
@NullMarked
package io.github.carouselml.loss;

import org.jspecify.annotations.NullMarked;
