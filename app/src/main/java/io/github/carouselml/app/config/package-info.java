/// Knows what a run is asked for: its configuration as a record, as YAML and from options, and the
/// folder that it fills. Must not know how the run is done.
@NullMarked
package io.github.carouselml.app.config;

import org.jspecify.annotations.NullMarked;
