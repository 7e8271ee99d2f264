/// Knows data, features, metrics and how a task is put together from core's layers, losses and training.
/// Must not know the command line, reports or which kernels are in use.
@NullMarked
package io.github.carouselml.tasks;

import org.jspecify.annotations.NullMarked;
