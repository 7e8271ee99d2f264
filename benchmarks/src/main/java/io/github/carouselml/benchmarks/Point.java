package io.github.carouselml.benchmarks;

/// One size of the problem: an LSTM of `layers` layers over `batch` sequences of `steps` steps.
public record Point(int steps, int batch, int inputSize, int hiddenSize, int layers) {

  public Point {
    if (steps < 1 || batch < 1 || inputSize < 1 || hiddenSize < 1 || layers < 1) {
      throw new IllegalArgumentException(
          "A point needs positive sizes, but got T=%d B=%d I=%d H=%d layers=%d."
              .formatted(steps, batch, inputSize, hiddenSize, layers));
    }
  }

  /// Reads `B,I,H` or `B,I,H,layers`; a point has 128 steps.
  static Point of(String text) {
    String[] parts = text.strip().split(",", -1);
    if (parts.length != 3 && parts.length != 4) {
      throw new IllegalArgumentException(
          "The point '" + text + "' is not B,I,H or B,I,H,layers, such as 32,128,256.");
    }
    int layers = parts.length == 4 ? Integer.parseInt(parts[3]) : 1;
    return new Point(
        128,
        Integer.parseInt(parts[0]),
        Integer.parseInt(parts[1]),
        Integer.parseInt(parts[2]),
        layers);
  }

  int inputSize(int layer) {
    return layer == 0 ? inputSize : hiddenSize;
  }

  /// Floating-point operations of one call, counting the matrix products only: two for each
  /// multiply-add, and three times the forward ones in training.
  double flops(Mode mode) {
    double perRow = 0;
    for (int layer = 0; layer < layers; layer++) {
      perRow += 2.0 * 4 * hiddenSize * (inputSize(layer) + hiddenSize);
    }
    return switch (mode) {
      case INFERENCE -> perRow * steps * batch;
      case TRAINING -> 3 * perRow * steps * batch;
      case STREAMING -> perRow * batch;
    };
  }

  @Override
  public String toString() {
    String sizes = batch + "," + inputSize + "," + hiddenSize;
    return layers == 1 ? sizes : sizes + "," + layers;
  }
}
