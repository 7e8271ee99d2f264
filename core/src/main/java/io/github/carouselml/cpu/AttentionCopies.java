package io.github.carouselml.cpu;

/// What a thread copies together for one piece of attention: rows of one head, and a panel of them
/// with rows and columns exchanged. Room is made when a longer sequence than ever before comes.
final class AttentionCopies {
  private float[] rows = {};
  private float[] turned = {};
  private float[] results = {};

  float[] rows(int count, int columns) {
    if (rows.length < count * columns) {
      rows = new float[count * columns];
    }
    return rows;
  }

  float[] turned(int count) {
    if (turned.length < count) {
      turned = new float[count];
    }
    return turned;
  }

  float[] results(int count, int columns) {
    if (results.length < count * columns) {
      results = new float[count * columns];
    }
    return results;
  }
}
