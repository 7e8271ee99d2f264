package io.github.carouselml.app.console;

import io.github.carouselml.model.Json;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Where a command speaks: results on one stream, messages on the other, so that results can be
/// piped on.
///
/// @param out results
/// @param err messages and progress
/// @param terminal whether a person looks at `err`, so that a bar may move
/// @param kernels the kernels that the process asks for where no option does
public record Console(PrintWriter out, PrintWriter err, boolean terminal, String kernels) {
  /// That of this process. Results are UTF-8 wherever they go; on a terminal they are what the
  /// terminal reads.
  ///
  /// @param kernels the kernels that the process asks for where no option does
  public static Console ofProcess(String kernels) {
    boolean terminal =
        Optional.ofNullable(System.console()).map(java.io.Console::isTerminal).orElse(false);
    PrintStream out = System.out;
    return new Console(
        new PrintWriter(out, false, terminal ? out.charset() : StandardCharsets.UTF_8),
        new PrintWriter(System.err, true, System.err.charset()),
        terminal,
        kernels);
  }

  /// A message.
  public void say(String sentence) {
    err.println(sentence);
    err.flush();
  }

  /// A line of a result.
  public void print(String line) {
    out.println(line);
  }

  /// The one object that a program reads: the last line of the results.
  public void print(Json json) {
    out.println(json.compact());
  }
}
