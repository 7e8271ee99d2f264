package io.github.carouselml.benchmarks;

/// Carousel itself.
final class CarouselContender implements Contender {

  @Override
  public String name() {
    return "Carousel";
  }

  @Override
  public String version() {
    return "0.1.0-SNAPSHOT";
  }

  @Override
  public String refusal(Point point, Mode mode) {
    return "Carousel's recurrent layers are not part of this build yet.";
  }

  @Override
  public void load(Problem problem, Mode mode, int threads) {}

  @Override
  public void forward() {}

  @Override
  public void trainStep() {}

  @Override
  public void restart() {}

  @Override
  public void stream(int step, float[] output) {}

  @Override
  public Outcome outcome() {
    return Outcome.ofOutputs(new float[0]);
  }

  @Override
  public void close() {}
}
