package io.github.carouselml.app;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/// What the user typed.
final class Typed {
  private Typed() {}

  /// The words of the whole command, `carousel` first.
  static List<String> words(CommandSpec spec) {
    List<String> words = new ArrayList<>(List.of("carousel"));
    words.addAll(spec.root().commandLine().getParseResult().originalArgs());
    return words;
  }
}
