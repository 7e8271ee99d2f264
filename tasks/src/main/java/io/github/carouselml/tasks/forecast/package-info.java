/// Knows forecasts: the methods that make them, the windows that train a network for them, and how
/// they are judged. Must not know how a network computes, nor who asks: no command line, no
/// pictures.
@NullMarked
package io.github.carouselml.tasks.forecast;

import org.jspecify.annotations.NullMarked;
