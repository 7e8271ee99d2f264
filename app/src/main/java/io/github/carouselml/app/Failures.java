package io.github.carouselml.app;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Nearest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/// What went wrong as an exit code and a sentence.
///
/// @param code 1 when the work failed, 2 when the request or its data was wrong
record Failures(int code, String sentence) {
  Failures {
    sentence = sentence.matches("(?s).*[.?!…]") ? sentence : sentence + ".";
  }

  static final int DONE = 0;
  static final int FAILED = 1;
  static final int WRONG = 2;
  static final int INTERRUPTED = 130;

  /// For whatever was thrown.
  static Failures of(Throwable thrown) {
    return switch (thrown) {
      case CarouselException.Request e -> new Failures(WRONG, e.getMessage());
      case CarouselException.Data e -> new Failures(WRONG, e.getMessage());
      case CarouselException.BadFile e -> new Failures(WRONG, e.getMessage());
      case CarouselException.Numeric e -> new Failures(FAILED, e.getMessage());
      case ParameterException e -> new Failures(WRONG, parameter(e));
      case UncheckedIOException e -> of(Objects.requireNonNull(e.getCause()));
      case IOException e -> new Failures(FAILED, io(e));
      case InvalidPathException e ->
          new Failures(
              WRONG,
              "The path '%s' cannot be used here (%s). Is the locale UTF-8? LC_ALL=C.UTF-8 makes it"
                      .formatted(e.getInput(), e.getReason())
                  + " so.");
      case OutOfMemoryError _ ->
          new Failures(
              FAILED,
              ("The memory of the Java virtual machine (%,d MiB) is not enough. Give it more with"
                      + " JAVA_TOOL_OPTIONS=-Xmx…, or make batches, context or hidden size smaller.")
                  .formatted(Runtime.getRuntime().maxMemory() >> 20));
      default ->
          new Failures(
              FAILED,
              "Something went wrong that should not: %s. Run it again with --debug to see where."
                  .formatted(thrown));
    };
  }

  /// Java's own messages are often a bare path.
  private static String io(IOException e) {
    String said = Objects.requireNonNullElse(e.getMessage(), e.toString());
    return switch (e) {
      case NoSuchFileException _ -> "There is no file %s.".formatted(said);
      case AccessDeniedException _ -> "There is no permission for %s.".formatted(said);
      case FileAlreadyExistsException _ -> "%s is in the way.".formatted(said);
      case NotDirectoryException _ -> "%s is not a folder.".formatted(said);
      case FileSystemException f when f.getReason() != null ->
          "%s: %s.".formatted(f.getFile(), f.getReason());
      default -> said;
    };
  }

  private static String parameter(ParameterException e) {
    CommandLine command = e.getCommandLine();
    String help = " '%s --help' shows how.".formatted(command.getCommandSpec().qualifiedName());
    // what is misspelt may then be missing: the misspelling says more
    List<String> unmatched = command.getUnmatchedArguments();
    if (!unmatched.isEmpty()) {
      return unknown(command, unmatched.getFirst()) + help;
    }
    String said = Objects.requireNonNullElse(e.getMessage(), "The command line is wrong.").strip();
    return new Failures(WRONG, said).sentence() + help;
  }

  private static String unknown(CommandLine command, String word) {
    List<String> known = new ArrayList<>();
    if (word.startsWith("-")) {
      String option = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
      command.getCommandSpec().options().forEach(o -> known.addAll(List.of(o.names())));
      known.removeIf(name -> !name.startsWith("--"));
      return "There is no option '%s'. %s".formatted(option, Nearest.hint(option, known));
    }
    known.addAll(command.getSubcommands().keySet());
    return known.isEmpty()
        ? "'%s' is one word too many.".formatted(word)
        : "There is no command '%s'. %s".formatted(word, Nearest.hint(word, known));
  }
}
