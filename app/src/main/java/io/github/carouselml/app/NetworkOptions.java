package io.github.carouselml.app;

import io.github.carouselml.app.config.Overlay;
import io.github.carouselml.app.config.RunConfig;
import io.github.carouselml.model.Json;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The network and its training.
final class NetworkOptions {
  @Option(
      names = "--horizon",
      paramLabel = "STEPS",
      description = "How many steps ahead to forecast (default: 12).")
  private @Nullable Integer horizon;

  @Option(
      names = "--context",
      paramLabel = "STEPS",
      description = "How many steps to read before (default: two seasons).")
  private @Nullable Integer context;

  @Option(
      names = "--levels",
      paramLabel = "PERCENTS",
      split = ",",
      description = "Levels of the intervals (default: 80,90).")
  private @Nullable List<Integer> levels;

  @Option(names = "--cell", paramLabel = "lstm|gru|rnn", description = "The cell (default: lstm).")
  private @Nullable String cell;

  @Option(
      names = "--hidden-size",
      paramLabel = "UNITS",
      description = "Units of each layer (default: 32).")
  private @Nullable Integer hiddenSize;

  @Option(names = "--num-layers", paramLabel = "N", description = "Layers (default: 1).")
  private @Nullable Integer layers;

  @Option(
      names = "--dropout",
      paramLabel = "RATE",
      description = "Between layers, from 0 to below 1 (default: 0).")
  private @Nullable Double dropout;

  @Option(
      names = "--ensemble",
      paramLabel = "N",
      description = "Networks whose forecasts are averaged (default: 1).")
  private @Nullable Integer ensemble;

  @Option(names = "--seasonal", description = "Forecast the change since the season before.")
  private boolean seasonal;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "How often all windows are seen, at most (default: 200).")
  private @Nullable Integer epochs;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "Windows of a step (default: 32).")
  private @Nullable Integer batchSize;

  @Option(names = "--lr", paramLabel = "RATE", description = "Learning rate (default: 0.005).")
  private @Nullable Double learningRate;

  @Option(
      names = "--clip-norm",
      paramLabel = "NORM",
      description = "Clip the gradients' common norm (default: 1).")
  private @Nullable Double clipNorm;

  @Option(names = "--clip-value", paramLabel = "VALUE", description = "Clip every gradient.")
  private @Nullable Double clipValue;

  @Option(
      names = "--patience",
      paramLabel = "EPOCHS",
      description = "Stop after so many without a better validation (default: 20; 0: never).")
  private @Nullable Integer patience;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Names all random numbers (default: 1).")
  private @Nullable Long seed;

  void addTo(Overlay overlay, RunConfig base) {
    overlay
        .set("forecast.horizon", horizon)
        .set("forecast.context", context)
        .set("forecast.levels", levels)
        .set("forecast.layers", layers)
        .set("forecast.dropout", dropout)
        .set("forecast.ensemble", ensemble)
        .set("forecast.season", seasonal ? "last" : null)
        .set("forecast.training.epochs", epochs)
        .set("forecast.training.batches.size", batchSize)
        .set("forecast.training.optimizer.learningRate", learningRate)
        .set("forecast.training.clipping.norm", clipNorm)
        .set("forecast.training.clipping.value", clipValue)
        .set("forecast.training.seed", seed);
    if (patience != null && patience == 0) {
      overlay.set("forecast.training.earlyStopping", new Json.Null());
    } else {
      overlay.set("forecast.training.earlyStopping.patience", patience);
    }
    if (patience != null && patience != 0 && base.forecast().training().earlyStopping().isEmpty()) {
      overlay.set("forecast.training.earlyStopping.minImprovement", 0.0);
    }
    if (cell != null) {
      // Another cell has options of its own: only its size goes over from the one before.
      overlay
          .set("forecast.cell.type", cell.toLowerCase(Locale.ROOT))
          .set("forecast.cell.hiddenSize", base.forecast().cell().hiddenSize());
    }
    overlay.set("forecast.cell.hiddenSize", hiddenSize);
  }
}
