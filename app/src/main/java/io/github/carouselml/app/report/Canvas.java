package io.github.carouselml.app.report;

/// What a picture is drawn for. Every picture is drawn for both, and the style sheet shows the one
/// that fits: text keeps its size on a phone.
enum Canvas {
  WIDE("wide", 880, 330, 10),
  NARROW("narrow", 340, 270, 5);

  private final String word;
  private final int width;
  private final int height;
  private final int ticks;

  Canvas(String word, int width, int height, int ticks) {
    this.word = word;
    this.width = width;
    this.height = height;
    this.ticks = ticks;
  }

  String word() {
    return word;
  }

  /// In pixels.
  int width() {
    return width;
  }

  /// In pixels.
  int height() {
    return height;
  }

  /// How many labels the horizontal axis has room for.
  int ticks() {
    return ticks;
  }
}
