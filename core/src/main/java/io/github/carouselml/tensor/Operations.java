package io.github.carouselml.tensor;

/// What a backend can do with slots, by family. They run in the order in which they are called and
/// belong to one thread at a time; a device would give each its own stream.
///
/// Shared by all: `rows` x `features` grids lie in rows of [Sizes#stride]`(features)` floats whose
/// padding is exactly +0 when an operation begins and when it ends. `add` says whether a result is
/// added to what its slot holds or overwrites it. Slots of one call don't overlap unless a method
/// says so. Results do not depend on threads.
public record Operations(
    Elements elements,
    Moves moves,
    Dense dense,
    Norms norms,
    Attentions attentions,
    Losses losses,
    Paths paths,
    Updates updates) {}
