package io.github.carouselml.app;

import io.github.carouselml.app.config.Overlay;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How a file of series is read.
final class ColumnOptions {
  @Option(
      names = "--id-col",
      paramLabel = "NAME",
      description = "The column that names the series (default: unique_id where there is one).")
  private @Nullable String id;

  @Option(
      names = "--time-col",
      paramLabel = "NAME",
      description = "The column of the time stamps (default: ds).")
  private @Nullable String time;

  @Option(
      names = "--target-col",
      paramLabel = "NAME",
      description = "The column of the values (default: y).")
  private @Nullable String target;

  @Option(
      names = "--past-cols",
      paramLabel = "NAMES",
      split = ",",
      description = "Covariates known up to now.")
  private @Nullable List<String> past;

  @Option(
      names = "--future-cols",
      paramLabel = "NAMES",
      split = ",",
      description = "Covariates known ahead, as a price list or holidays.")
  private @Nullable List<String> future;

  @Option(
      names = "--static",
      paramLabel = "FILE",
      description = "A row for each series: its name, and what holds for all of it.")
  private @Nullable Path statics;

  @Option(
      names = "--freq",
      paramLabel = "STEP",
      description = "monthly, '15 minutes' … (default: found in the file).")
  private @Nullable String frequency;

  @Option(
      names = "--season",
      paramLabel = "STEPS",
      description = "After how many steps the pattern repeats (default: by the frequency).")
  private @Nullable Integer season;

  @Option(
      names = "--gaps",
      paramLabel = "refuse|linear|previous",
      description = "What to do with missing steps (default: refuse).")
  private @Nullable String gaps;

  @Option(
      names = "--separator",
      paramLabel = "CHARACTER",
      description = "Between fields (default: a comma).")
  private @Nullable String separator;

  void addTo(Overlay overlay) {
    overlay
        .set("columns.id", id)
        .set("columns.time", time)
        .set("columns.target", target)
        .set("columns.past", past)
        .set("columns.future", future)
        .set("columns.frequency", frequency)
        .set("columns.season", season)
        .set("columns.gaps", gaps)
        .set("columns.separator", separator);
  }

  /// The table of static columns, where one is named.
  Optional<Path> statics() {
    return Optional.ofNullable(statics);
  }
}
