/// Knows named parameters and how they lie in a file: strict JSON, records as JSON, the safetensors
/// container, models and checkpoints, and files that are replaced whole or not at all. Must not
/// know how a model is trained.
@NullMarked
package io.github.carouselml.model;

import org.jspecify.annotations.NullMarked;
