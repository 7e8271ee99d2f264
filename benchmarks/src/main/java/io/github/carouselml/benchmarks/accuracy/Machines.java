package io.github.carouselml.benchmarks.accuracy;

import io.github.carouselml.benchmarks.Machine;
import io.github.carouselml.model.Json;
import java.io.IOException;

/// The machine of a result as results keep it.
final class Machines {
  private Machines() {}

  static Json.Obj here() throws IOException {
    Json.Obj machine = Json.object();
    for (var entry : Machine.describe().entrySet()) {
      machine = machine.with(entry.getKey(), entry.getValue().toString());
    }
    return machine;
  }
}
