package io.github.carouselml.app;

import io.github.carouselml.app.console.Console;
import java.lang.reflect.Constructor;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IFactory;

/// Makes commands, and gives the console to those that speak.
///
/// @param console where they speak
record Commands(Console console) implements IFactory {
  private record Named(String name, Class<?> type) {}

  private static final List<Named> ALL =
      List.of(
          new Named("quickstart", QuickstartCommand.class),
          new Named("train", TrainCommand.class),
          new Named("predict", PredictCommand.class),
          new Named("evaluate", EvaluateCommand.class),
          new Named("import", ImportCommand.class),
          new Named("export", ExportCommand.class),
          new Named("doctor", DoctorCommand.class),
          new Named("lab", LabCommand.class),
          new Named("verify", VerifyCommand.class));

  /// Adds the command that the arguments begin with. Where they begin with none, adds all of them,
  /// for the help and for what was meant. Looking at all options of all commands takes a tenth of a
  /// second.
  void addTo(CommandLine line, String... args) {
    List<Named> asked =
        ALL.stream().filter(each -> args.length > 0 && each.name.equals(args[0])).toList();
    for (Named each : asked.isEmpty() ? ALL : asked) {
      line.addSubcommand(each.name, new CommandLine(each.type, this));
    }
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (constructor.getParameterCount() == 1
          && constructor.getParameterTypes()[0] == Console.class) {
        return type.cast(constructor.newInstance(console));
      }
    }
    return CommandLine.defaultFactory().create(type);
  }
}
