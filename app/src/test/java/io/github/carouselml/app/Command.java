package io.github.carouselml.app;

import io.github.carouselml.app.console.Console;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;

/// The command in this process, and what it said.
record Command(int code, String out, String err) {
  /// Runs it; each argument is taken as text.
  static Command run(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Console console = new Console(new PrintWriter(out), new PrintWriter(err), false, "auto");
    int code = Main.run(console, Stream.of(args).map(Object::toString).toArray(String[]::new));
    return new Command(code, out.toString(), err.toString());
  }

  /// The same options as for every small run here, and more.
  static Command train(Object data, Object folder, Object... more) {
    return run(
        Stream.concat(
                Stream.of(
                    "train",
                    "forecast",
                    "--data",
                    data,
                    "--out",
                    folder,
                    "--horizon",
                    3,
                    "--context",
                    6,
                    "--hidden-size",
                    4,
                    "--epochs",
                    2,
                    "--threads",
                    1),
                Stream.of(more))
            .toArray());
  }

  /// What the user reads when it failed: the last line.
  String message() {
    return err.lines().reduce("", (_, last) -> last);
  }

  String lastLine() {
    return out.lines().reduce("", (_, last) -> last);
  }
}
