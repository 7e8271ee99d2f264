package io.github.carouselml.benchmarks;

/// Documents whose figures a program writes: each such part lies between `<!-- name -->` and
/// `<!-- /name -->`.
final class Marks {
  private Marks() {}

  /// The text with other content between the marks of that name.
  static String replace(String text, String name, String content) {
    String begin = "<!-- " + name + " -->";
    String end = "<!-- /" + name + " -->";
    int from = text.indexOf(begin);
    int to = text.indexOf(end);
    if (from < 0 || to < from) {
      throw new IllegalArgumentException("There is no place for figures: " + begin + " " + end);
    }
    return text.substring(0, from + begin.length()) + content + text.substring(to);
  }
}
