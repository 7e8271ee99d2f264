package io.github.carouselml.app.report;

import io.github.carouselml.train.EpochResult;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// The losses of a run, epoch by epoch.
record TrainingPlot(List<EpochResult> epochs, OptionalInt bestEpoch) {
  void draw(Markup out, Canvas canvas) {
    double least = Double.POSITIVE_INFINITY;
    double most = Double.NEGATIVE_INFINITY;
    for (EpochResult epoch : epochs) {
      for (double loss : List.of(epoch.loss(), epoch.validationLoss().orElse(epoch.loss()))) {
        least = Math.min(least, loss);
        most = Math.max(most, loss);
      }
    }
    EpochResult last = epochs.getLast();
    int count = epochs.size();
    Plot plot =
        new Plot(
            out,
            canvas,
            "Training and validation loss by epoch",
            "%d epochs; the training loss goes from %s to %s%s."
                .formatted(
                    count,
                    Figures.of(epochs.getFirst().loss()),
                    Figures.of(last.loss()),
                    last.validationLoss()
                        .map(v -> ", the validation loss ends at " + Figures.of(v))
                        .orElse("")),
            1,
            Math.max(2, count),
            Ticks.around(Math.min(least, most / 4), most, canvas == Canvas.WIDE ? 5 : 4),
            canvas == Canvas.WIDE ? 96 : 14);
    plot.yAxis("loss");
    int stride = (int) Math.max(1, Ticks.around(1, count, canvas.ticks()).step());
    for (int epoch = 1; epoch <= count; epoch++) {
      if (epoch == 1 || epoch % stride == 0) {
        plot.xTick(epoch, Integer.toString(epoch));
      }
    }
    plot.xName("epoch");
    bestEpoch.ifPresent(best -> plot.rule("origin", best));
    List<Plot.EndLabel> labels = new ArrayList<>();
    plot.path("training", 1, count + 1, e -> epochs.get(e - 1).loss());
    labels.add(new Plot.EndLabel("training", "training", last.loss()));
    if (last.validationLoss().isPresent()) {
      plot.path(
          "validation", 1, count + 1, e -> epochs.get(e - 1).validationLoss().orElse(Double.NaN));
      labels.add(new Plot.EndLabel("validation", "validation", last.validationLoss().get()));
    }
    if (canvas == Canvas.WIDE) {
      plot.endLabels(labels);
    }
    plot.end();
  }
}
