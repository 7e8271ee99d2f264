package io.github.carouselml.cpu;

class PlainDenseTest extends DenseContract {
  @Override
  protected Engine engine(int threads) {
    return TestBackends.plainEngine(threads);
  }
}
