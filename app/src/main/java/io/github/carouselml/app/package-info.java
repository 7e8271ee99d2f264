/// Knows the command line: options, folders, exit codes, progress and reports.
/// Must not know how a network is computed or trained.
@NullMarked
package io.github.carouselml.app;

import org.jspecify.annotations.NullMarked;
