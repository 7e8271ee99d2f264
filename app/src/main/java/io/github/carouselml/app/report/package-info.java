/// Knows how a run is shown on one page: its pictures, tables and sentences, from typed results.
/// Must not know how the results came about, and asks for nothing beyond its own text: no network,
/// no script, no font.
@NullMarked
package io.github.carouselml.app.report;

import org.jspecify.annotations.NullMarked;
