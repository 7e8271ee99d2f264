package io.github.carouselml.tasks.series;

/// What holds for a whole series: `city` is `Oslo`, `size` is `120`.
///
/// @param name of the static column
/// @param value as the file gives it
/// @param place where it stands, for messages: `stores.csv, line 3, column 'city'`
public record Attribute(String name, String value, String place) {}
