package io.github.carouselml.tasks.series;

/// A covariate of a series by its name in the file.
///
/// @param future whether its values are known ahead of time (a price list, a holiday), so that a
///   forecast may use them
public record Column(String name, boolean future) {}
