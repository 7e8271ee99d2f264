package io.github.carouselml.app;

import io.github.carouselml.app.console.Console;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/// The command `carousel`.
@Command(
    name = "carousel",
    versionProvider = Version.class,
    header = "Recurrent networks in the JVM: train, judge, predict.%n",
    description = {
      "%nA run has a folder: the model, its configuration, its metrics, a log and a report.",
    },
    footer = {
      "%nExamples:",
      "  carousel quickstart",
      "  carousel train forecast --data sales.csv --horizon 12 --out run",
      "  carousel predict run --data sales.csv",
      "%nExit codes: 0 done, 1 the work failed, 2 the request or its data was wrong,",
      "130 interrupted with the checkpoint written."
    })
public final class Main implements Runnable {
  /// The kernels that the process asks for where no option does.
  private static final String KERNELS = "carousel.kernels";

  private final Console console;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Say how, and end.")
  @SuppressWarnings("UnusedVariable") // picocli looks at it
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Say which version, and end.")
  @SuppressWarnings("UnusedVariable") // picocli looks at it
  private boolean version;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show where in the program something went wrong.")
  @SuppressWarnings("UnusedVariable") // picocli looks at it
  private boolean debug;

  private Main(Console console) {
    this.console = console;
  }

  /// Without a command there is only help.
  @Override
  public void run() {
    spec.commandLine().usage(console.out());
  }

  public static void main(String[] args) {
    System.exit(run(Console.ofProcess(kernels()), args));
  }

  static String kernels() {
    return System.getProperty(KERNELS, "auto");
  }

  /// Runs one command.
  ///
  /// @return the exit code
  static int run(Console console, String... args) {
    int code;
    try {
      Commands commands = new Commands(console);
      CommandLine line = new CommandLine(new Main(console), commands);
      commands.addTo(line, args);
      line.setOut(console.out()).setErr(console.err());
      line.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
      line.setUsageHelpWidth(100);
      line.setCaseInsensitiveEnumValuesAllowed(true);
      line.setExecutionStrategy(Main::execute);
      line.setParameterExceptionHandler((e, _) -> fail(console, e, args));
      line.setExecutionExceptionHandler((e, _, _) -> fail(console, e, args));
      code = line.execute(args);
    } catch (Throwable e) {
      code = fail(console, e, args);
    }
    console.out().flush();
    if (console.out().checkError() && code == Failures.DONE) {
      console.say("carousel: The results could not be written. Is the disk full?");
      return Failures.FAILED;
    }
    return code;
  }

  /// Help does not hide a mistake: where it is asked for, picocli passes over what it does not
  /// know.
  private static int execute(ParseResult parsed) {
    for (CommandLine command : parsed.asCommandLineList()) {
      List<String> unknown = command.getParseResult().unmatched();
      if (!unknown.isEmpty()) {
        throw new UnmatchedArgumentException(command, unknown);
      }
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private static int fail(Console console, Throwable thrown, String... args) {
    Failures failure = Failures.of(thrown);
    console.out().flush();
    console.say("carousel: " + failure.sentence());
    if (Arrays.asList(args).contains("--debug")) {
      thrown.printStackTrace(console.err());
      console.err().flush();
    }
    return failure.code();
  }
}
