/// Knows the equations of one time step: a reference in double that reads like the papers, and the
/// element-wise part of every cell in float, forward and backward. Must not know time or batches.
@NullMarked
package io.github.carouselml.cell;

import org.jspecify.annotations.NullMarked;
