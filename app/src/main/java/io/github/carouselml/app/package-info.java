/// Knows the command line: commands, options and exit codes. Must not know how a network is
/// computed or trained.
@NullMarked
package io.github.carouselml.app;

import org.jspecify.annotations.NullMarked;
