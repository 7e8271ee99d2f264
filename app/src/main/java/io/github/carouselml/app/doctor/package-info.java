/// Knows what a machine offers to Carousel and how to ask it. Must not know what is trained on it.
@NullMarked
package io.github.carouselml.app.doctor;

import org.jspecify.annotations.NullMarked;
