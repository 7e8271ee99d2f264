/// Knows how files of text arrive: UTF-8 with or without its mark, tables with named columns, and
/// the sentence for each way in which they can be wrong. Must not know what the columns mean:
/// series, sentences and labels are others' business.
@NullMarked
package io.github.carouselml.tasks.data;

import org.jspecify.annotations.NullMarked;
