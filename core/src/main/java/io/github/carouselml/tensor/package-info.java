/// Shapes, buffers and who owns them, and what a backend must be able to do with them.
/// It must not know gradients: which derivative belongs to which operation is the tape's business.
@NullMarked
package io.github.carouselml.tensor;

import org.jspecify.annotations.NullMarked;
