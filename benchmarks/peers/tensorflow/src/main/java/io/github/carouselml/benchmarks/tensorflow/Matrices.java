package io.github.carouselml.benchmarks.tensorflow;

/// TensorFlow multiplies rows by one matrix `[I + H, 4H]`; the problem has `w [4H, I]`, `r [4H, H]`.
/// Both have the gates in the order i f g o.
final class Matrices {

  private Matrices() {}

  static float[] stacked(float[] w, float[] r, int inputs, int hidden) {
    int columns = 4 * hidden;
    float[] stacked = new float[(inputs + hidden) * columns];
    for (int j = 0; j < columns; j++) {
      for (int k = 0; k < inputs; k++) {
        stacked[k * columns + j] = w[j * inputs + k];
      }
      for (int k = 0; k < hidden; k++) {
        stacked[(inputs + k) * columns + j] = r[j * hidden + k];
      }
    }
    return stacked;
  }

  /// Rows `from` to `to` of the stacked matrix, transposed.
  static float[] transposedRows(float[] stacked, int from, int to, int columns) {
    int count = to - from;
    float[] rows = new float[count * columns];
    for (int k = 0; k < count; k++) {
      for (int j = 0; j < columns; j++) {
        rows[j * count + k] = stacked[(from + k) * columns + j];
      }
    }
    return rows;
  }
}
