package io.github.carouselml.benchmarks.accuracy;

import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Clipping;
import io.github.carouselml.spec.Optimizer;
import io.github.carouselml.spec.Schedule;
import io.github.carouselml.spec.TrainSpec;
import java.util.List;

/// How a long memory is trained. The step budget is that of all cells of a task.
///
/// @param cell `lstm`, `gru` or `rnn`
/// @param hiddenSize its units
/// @param longestLag chrono's longest time lag (Tallec and Ollivier 2018), or 0 for a forget bias
/// @param forgetBias where an LSTM's forget gates begin without a time lag
/// @param rate Adam's learning rate; it falls along half a cosine to a twentieth
/// @param clip the norm that gradients are clipped to
/// @param batch sequences in an update
/// @param steps updates
record LongRecipe(
    String cell,
    int hiddenSize,
    int longestLag,
    double forgetBias,
    double rate,
    double clip,
    int batch,
    int steps) {
  private static final List<String> CHOICES =
      List.of("cell", "hidden", "lag", "forget", "rate", "clip", "batch", "steps");

  /// What was found for the LSTM on seed 101, and the same budget for the others.
  static List<LongRecipe> of(LongTask task) {
    LongRecipe lstm =
        switch (task) {
          case ADDING -> new LongRecipe("lstm", 64, 400, 1, 0.005, 1, 32, 4000);
          case COPY -> new LongRecipe("lstm", 128, 100, 1, 0.01, 1, 32, 10000);
          case ORDER -> new LongRecipe("lstm", 32, 100, 1, 0.005, 1, 32, 2000);
        };
    return List.of(lstm, lstm.with("cell", "rnn").with("lag", "0"));
  }

  /// With one choice made otherwise.
  LongRecipe with(String choice, String value) {
    if (!CHOICES.contains(choice)) {
      throw new CarouselException.Request(
          "There is no choice '" + choice + "', only " + String.join(", ", CHOICES) + ".");
    }
    return new LongRecipe(
        choice.equals("cell") ? value : cell,
        choice.equals("hidden") ? Integer.parseInt(value) : hiddenSize,
        choice.equals("lag") ? Integer.parseInt(value) : longestLag,
        choice.equals("forget") ? Double.parseDouble(value) : forgetBias,
        choice.equals("rate") ? Double.parseDouble(value) : rate,
        choice.equals("clip") ? Double.parseDouble(value) : clip,
        choice.equals("batch") ? Integer.parseInt(value) : batch,
        choice.equals("steps") ? Integer.parseInt(value) : steps);
  }

  Recurrent memory(LongTask task) {
    CellSpec spec =
        switch (cell) {
          case "lstm" -> new CellSpec.Lstm(hiddenSize);
          case "gru" -> new CellSpec.Gru(hiddenSize);
          case "rnn" -> new CellSpec.Rnn(hiddenSize);
          default ->
              throw new CarouselException.Request(
                  "The cell must be lstm, gru or rnn, not '" + cell + "'.");
        };
    Recurrent memory = new Recurrent("memory", task.inputSize, spec);
    return longestLag > 0
        ? memory.withLongestLag(longestLag)
        : memory.withInitializers(
            memory.inputInitializer(), memory.recurrentInitializer(), forgetBias);
  }

  TrainSpec training(long seed) {
    return new TrainSpec(1, batch)
        .withSeed(seed)
        .withOptimizer(new Optimizer.Adam(rate))
        .withSchedule(new Schedule.Cosine(0, 0.05))
        .withClipping(Clipping.byNorm(clip));
  }
}
