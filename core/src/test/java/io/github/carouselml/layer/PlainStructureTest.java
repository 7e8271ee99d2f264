package io.github.carouselml.layer;

import io.github.carouselml.cpu.Engine;
import io.github.carouselml.cpu.TestBackends;

class PlainStructureTest extends StructureContract {
  @Override
  protected Engine engine(int threads) {
    return TestBackends.plainEngine(threads);
  }
}
