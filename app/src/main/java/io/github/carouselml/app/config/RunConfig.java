package io.github.carouselml.app.config;

import io.github.carouselml.model.AtomicFile;
import io.github.carouselml.model.Codec;
import io.github.carouselml.model.Json;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tasks.forecast.ForecastSpec;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.file.Path;
import java.util.Optional;

/// Everything that a forecasting run is asked for: two runs of one configuration on the same data
/// give the same model, bit by bit.
///
/// @param task always `forecast`
/// @param data the file of series
/// @param columns how it is read
/// @param validation a file of series to validate on; absent: the last part of each series
/// @param testStart the time stamp where the test begins: nothing from there on is trained or
///     validated on
/// @param forecast the network and its training
/// @param staticData a table with what holds for whole series; absent: none
public record RunConfig(
    String task,
    String data,
    Columns columns,
    Optional<String> validation,
    Optional<String> testStart,
    ForecastSpec forecast,
    Optional<String> staticData) {
  private static final Codec<RunConfig> CODEC = Codec.of(RunConfig.class, MethodHandles.lookup());

  public RunConfig {
    if (!task.equals("forecast")) {
      throw new CarouselException.Request(
          "The task '%s' is not known here; it is 'forecast'.".formatted(task));
    }
  }

  /// An LSTM of 32 units, 12 steps ahead; no data yet.
  public static RunConfig standard() {
    return new RunConfig(
        "forecast",
        "",
        Columns.standard(),
        Optional.empty(),
        Optional.empty(),
        ForecastSpec.of(new CellSpec.Lstm(32), 12),
        Optional.empty());
  }

  /// The series of a file, read as this says.
  public SeriesSet series(Path file) throws IOException {
    SeriesSet series = Series.csv(file, columns.options());
    return staticData.isPresent()
        ? series.withStatic(Path.of(staticData.get()), columns.options())
        : series;
  }

  /// What a file says, and these defaults where it says nothing.
  ///
  /// @throws CarouselException.BadFile for unknown keys, with the nearest, and wrong values
  public static RunConfig read(Path file, RunConfig defaults) throws IOException {
    return CODEC.read(Yaml.read(file), file.toString(), defaults);
  }

  /// These choices over this configuration.
  ///
  /// @throws CarouselException.Request where they cannot be
  public RunConfig with(Json.Obj choices) {
    try {
      return CODEC.read(choices, "The command line", this);
    } catch (CarouselException.BadFile e) {
      if (e.getCause() instanceof CarouselException refused) {
        throw new CarouselException.Request(refused.getMessage(), e);
      }
      throw e;
    }
  }

  /// Replaces a file by this.
  public void write(Path file) throws IOException {
    if (CODEC.write(this) instanceof Json.Obj object) {
      AtomicFile.write(
          file,
          """
          # What this run was asked for. The same again, in another folder:
          #   carousel train forecast --config %s --out NEW
          """
                  .formatted(file)
              + Yaml.write(complete(object, CODEC.write(standard()))));
    }
  }

  /// With null for what is absent here and would be filled in by the standard when read.
  private static Json.Obj complete(Json.Obj object, Json standard) {
    Json.Obj all = object;
    if (standard instanceof Json.Obj usual && usual.get("type").equals(object.get("type"))) {
      for (var member : usual.members().entrySet()) {
        Json here = object.get(member.getKey()).orElse(new Json.Null());
        boolean inner = here instanceof Json.Obj;
        all =
            all.with(member.getKey(), inner ? complete((Json.Obj) here, member.getValue()) : here);
      }
    }
    return all;
  }
}
