/// Knows layers: parameters, recurrent stacks with their directions, lengths and states, and what
/// stands between them; the reference over a sequence to which they are held. Must not know losses.
@NullMarked
package io.github.carouselml.layer;

import org.jspecify.annotations.NullMarked;
