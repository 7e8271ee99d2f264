package io.github.carouselml.loss;

/// Finds the tags of the highest score under a linear-chain CRF (Viterbi 1967), with copies of its
/// transitions. Any number of threads may use it.
public final class CrfDecoder {
  private final int tags;
  private final float[] transitions; // [to, from]
  private final float[] start;
  private final float[] end;

  CrfDecoder(int tags, float[] transitions, float[] start, float[] end) {
    this.tags = tags;
    this.transitions = transitions;
    this.start = start;
    this.end = end;
  }

  /// The best tags and their score.
  @SuppressWarnings("ArrayRecordComponent") // a result, made anew for each call
  public record Best(int[] tags, double score) {}

  /// The best tags for emissions `[steps, tags]`, the first step first; of equal scores the one
  /// with the lower tag, from the end on.
  public Best decode(float[] emissions, int steps) {
    if (steps == 0) {
      return new Best(new int[0], 0);
    }
    double[] score = new double[tags];
    double[] next = new double[tags];
    int[][] from = new int[steps][tags];
    for (int j = 0; j < tags; j++) {
      score[j] = (double) start[j] + emissions[j];
    }
    for (int t = 1; t < steps; t++) {
      for (int j = 0; j < tags; j++) {
        int best = 0;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < tags; i++) {
          double s = score[i] + transitions[j * tags + i];
          if (s > most) {
            most = s;
            best = i;
          }
        }
        next[j] = most + emissions[t * tags + j];
        from[t][j] = best;
      }
      double[] swap = score;
      score = next;
      next = swap;
    }
    int last = 0;
    for (int j = 1; j < tags; j++) {
      last = score[j] + end[j] > score[last] + end[last] ? j : last;
    }
    int[] path = new int[steps];
    double whole = score[last] + end[last];
    for (int t = steps - 1; t >= 0; t--) {
      path[t] = last;
      last = from[t][last];
    }
    return new Best(path, whole);
  }
}
