/// Knows how a model is trained, whatever it is: batches, optimizers, schedules, clipping, the
/// loop, checkpoints and who listens. Must not know files of data, tasks, or on what it all runs.
@NullMarked
package io.github.carouselml.train;

import org.jspecify.annotations.NullMarked;
