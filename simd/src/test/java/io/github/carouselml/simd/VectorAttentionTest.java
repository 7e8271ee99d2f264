package io.github.carouselml.simd;

import io.github.carouselml.cpu.Engine;
import io.github.carouselml.grad.AttentionContract;
import io.github.carouselml.kernel.Team;

class VectorAttentionTest extends AttentionContract {
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
