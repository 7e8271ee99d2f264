package io.github.carouselml.train;

/// The best validation loss so far, and for how many epochs in a row there was no better one.
///
/// @param best infinite before the first
/// @param epoch of the best, from 1; 0 before the first
/// @param waited epochs without a better one
record Watch(double best, int epoch, int waited) {
  /// Before the first epoch.
  static Watch fresh() {
    return new Watch(Double.POSITIVE_INFINITY, 0, 0);
  }

  /// After one more epoch.
  Watch seen(double loss, double minImprovement, int present) {
    return loss < best - minImprovement
        ? new Watch(loss, present, 0)
        : new Watch(best, epoch, waited + 1);
  }

  /// Begins to wait anew.
  Watch again() {
    return new Watch(best, epoch, 0);
  }
}
