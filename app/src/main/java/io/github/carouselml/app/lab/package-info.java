/// Knows how an experiment of the lab is run and where its results go. Must not know how anything is
/// measured.
@NullMarked
package io.github.carouselml.app.lab;

import org.jspecify.annotations.NullMarked;
