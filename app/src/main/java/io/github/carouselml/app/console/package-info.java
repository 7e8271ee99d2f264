/// Knows where the command's words go: results, messages, progress, and what to do when the user
/// interrupts. Must not know what the words say.
@NullMarked
package io.github.carouselml.app.console;

import org.jspecify.annotations.NullMarked;
