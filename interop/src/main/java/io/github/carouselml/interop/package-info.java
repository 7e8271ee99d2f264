/// The weights and networks of other frameworks: what they are called there, how they lie in their
/// files, and how they become Carousel's and theirs again. It must not know tasks or the command.
@NullMarked
package io.github.carouselml.interop;

import org.jspecify.annotations.NullMarked;
