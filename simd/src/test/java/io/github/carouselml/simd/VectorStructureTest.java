package io.github.carouselml.simd;

import io.github.carouselml.cpu.Engine;
import io.github.carouselml.kernel.Team;
import io.github.carouselml.layer.StructureContract;

class VectorStructureTest extends StructureContract {
  @Override
  protected Engine engine(int threads) {
    return new Engine(
        new VectorElementwise(),
        new VectorProducts(),
        new VectorReducedProducts(),
        new VectorCells(),
        new Team(threads));
  }
}
