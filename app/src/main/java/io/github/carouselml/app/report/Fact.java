package io.github.carouselml.app.report;

/// Something known about a run, as a pair for a list: `seed`, `7`.
public record Fact(String name, String value) {}
