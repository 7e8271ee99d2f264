/// Knows how good networks are at forecasts and tasks that the field knows, and how options were
/// chosen. It must not know speed.
@NullMarked
package io.github.carouselml.benchmarks.accuracy;

import org.jspecify.annotations.NullMarked;
