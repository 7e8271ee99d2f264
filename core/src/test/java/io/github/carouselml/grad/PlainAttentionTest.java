package io.github.carouselml.grad;

import io.github.carouselml.cpu.Engine;
import io.github.carouselml.cpu.TestBackends;

class PlainAttentionTest extends AttentionContract {
  @Override
  protected Engine engine(int threads) {
    return TestBackends.plainEngine(threads);
  }
}
