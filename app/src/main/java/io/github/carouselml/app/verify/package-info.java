/// Knows how to prove on the user's machine what Carousel promises, and how to show it. Must not know
/// how anything is proven.
@NullMarked
package io.github.carouselml.app.verify;

import org.jspecify.annotations.NullMarked;
