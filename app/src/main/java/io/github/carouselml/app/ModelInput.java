package io.github.carouselml.app;

import io.github.carouselml.app.config.Overlay;
import io.github.carouselml.app.config.RunConfig;
import io.github.carouselml.app.config.RunFolder;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  Path data() {
    return data;
  }

  SeriesSet series() throws IOException {
    @Nullable Path folder = model().toAbsolutePath().getParent();
    RunConfig base = RunConfig.standard();
    if (folder != null && Files.isRegularFile(new RunFolder(folder).config())) {
      base = RunConfig.read(new RunFolder(folder).config(), base);
    }
    Overlay overlay = new Overlay();
    columns.addTo(overlay);
    return Series.csv(data, base.with(overlay.choices()).columns().options());
  }
}
