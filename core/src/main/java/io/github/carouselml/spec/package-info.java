/// Knows what is asked for: cells, layers, losses, optimizers and runs as sealed records, and what can go wrong.
/// Must not know how anything is done.
@NullMarked
package io.github.carouselml.spec;

import org.jspecify.annotations.NullMarked;
