package io.github.carouselml.app;

import io.github.carouselml.app.config.Overlay;
import io.github.carouselml.app.config.RunConfig;
import io.github.carouselml.app.config.RunFolder;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.forecast.ForecastModel;
import io.github.carouselml.tasks.series.Column;
import io.github.carouselml.tasks.series.CsvOptions;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// A trained model and the series that it is shown. Columns that are not named are those of the
/// model's run, where its folder is there.
final class ModelInput {
  @Parameters(
      index = "0",
      paramLabel = "MODEL",
      description = "A run's folder, or a model.safetensors.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path model;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      required = true,
      description = "The series up to now.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Path data;

  @Mixin private ColumnOptions columns = new ColumnOptions();

  Path model() {
    Path file = Files.isDirectory(model) ? new RunFolder(model).model() : model;
    if (!Files.exists(file)) {
      throw new CarouselException.Request("There is no model %s.".formatted(file));
    }
    return file;
  }

  /// Reads the series for a model.
  SeriesSet series(ForecastModel trained) throws IOException {
    return columns.statics().isPresent()
        ? read(trained).withStatic(columns.statics().get(), options(trained))
        : read(trained);
  }

  /// The same, with what a file knows of the columns ahead.
  SeriesSet series(ForecastModel trained, @Nullable Path future) throws IOException {
    SeriesSet series = series(trained);
    return future == null ? series : series.withFuture(future, options(trained));
  }

  private SeriesSet read(ForecastModel trained) throws IOException {
    return Series.csv(data, options(trained));
  }

  /// As the model's run read its data; where its folder is not there, with the model's columns.
  private CsvOptions options(ForecastModel trained) throws IOException {
    @Nullable Path folder = model().toAbsolutePath().getParent();
    RunConfig base = RunConfig.standard();
    Overlay overlay = new Overlay();
    if (folder != null && Files.isRegularFile(new RunFolder(folder).config())) {
      base = RunConfig.read(new RunFolder(folder).config(), base);
    } else {
      overlay
          .set("columns.past", names(trained, false))
          .set("columns.future", names(trained, true));
    }
    columns.addTo(overlay);
    return base.with(overlay.choices()).columns().options();
  }

  private static List<String> names(ForecastModel trained, boolean future) {
    return trained.windows().columns().stream()
        .filter(column -> column.future() == future)
        .map(Column::name)
        .toList();
  }
}
