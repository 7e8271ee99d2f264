/// Knows time series: values on a regular clock, how the clock is read, inferred and continued, and
/// how values are scaled. Must not know what is done with them: forecasts, networks and anomalies
/// live above.
@NullMarked
package io.github.carouselml.tasks.series;

import org.jspecify.annotations.NullMarked;
