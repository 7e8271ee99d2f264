package io.github.carouselml.interop;

import io.github.carouselml.model.Json;
import io.github.carouselml.model.Weights;
import java.util.List;

/// A network as it came out of a foreign file.
///
/// @param spec what it is
/// @param weights under Carousel's names
/// @param provenance where it came from
/// @param remarks what should be known about it, in sentences
/// @param where the file's name, for messages
public record Imported(
    NetworkSpec spec, Weights weights, Json.Obj provenance, List<String> remarks, String where) {
  public Imported {
    remarks = List.copyOf(remarks);
  }

  /// Ready to predict, on the threads that will call it.
  public NetworkModel model() {
    return NetworkModel.of(spec, weights, provenance, where);
  }
}
