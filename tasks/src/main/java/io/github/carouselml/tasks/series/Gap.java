package io.github.carouselml.tasks.series;

/// Steps that were missing in a file and were filled because that was asked for.
///
/// @param id the series
/// @param first the first missing time stamp, as the file would write it
/// @param steps how many are missing in a row
public record Gap(String id, String first, int steps) {}
