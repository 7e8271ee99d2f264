package io.github.carouselml.simd;

import io.github.carouselml.cpu.DenseContract;
import io.github.carouselml.cpu.Engine;
import io.github.carouselml.kernel.Team;

class VectorDenseTest extends DenseContract {
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
