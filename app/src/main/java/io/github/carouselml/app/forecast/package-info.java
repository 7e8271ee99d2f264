/// Knows how a forecasting run is led from its data to its folder, and how a model is judged beside
/// the baselines. Must not know options of the command line, nor how the network learns.
@NullMarked
package io.github.carouselml.app.forecast;

import org.jspecify.annotations.NullMarked;
