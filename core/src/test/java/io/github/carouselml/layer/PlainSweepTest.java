package io.github.carouselml.layer;

import io.github.carouselml.cpu.Engine;
import io.github.carouselml.cpu.TestBackends;

class PlainSweepTest extends SweepContract {
  @Override
  protected Engine engine(int threads) {
    return TestBackends.plainEngine(threads);
  }
}
