package io.github.carouselml.tasks.forecast;

import io.github.carouselml.grad.Columns;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.Dense;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.loss.MeanLoss;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.LossSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// What is between a window and its forecast: one recurrent stack reads the past and goes on over
/// the steps ahead, which know their calendar and what else is known of them; a dense layer turns
/// each step's output into quantiles. All steps ahead come at once, none is fed with the forecast
/// of another. An ensemble is several such networks over one input.
///
/// @param inputs the features of a step
/// @param season in steps
record Network(ForecastSpec spec, int inputs, int season) {

  /// The network for the windows of this maker.
  static Network of(ForecastSpec spec, WindowMaker maker) {
    return new Network(
        spec,
        maker.pastFeatures() + maker.futureFeatures() + maker.fixedFeatures() + 1,
        maker.calendar().season());
  }

  /// One network of the ensemble.
  private record Member(Recurrent recurrent, Dense head) {}

  private Member member(int number) {
    String prefix = spec.ensemble() == 1 ? "" : "network" + number + ".";
    CellSpec[] cells = Collections.nCopies(spec.layers(), spec.cell()).toArray(CellSpec[]::new);
    Recurrent recurrent =
        new Recurrent(prefix + "recurrent", inputs, cells).withDropout(spec.dropout());
    return new Member(recurrent, new Dense(prefix + "head", recurrent.outputSize(), outputs()));
  }

  /// The numbers that each step gives: the quantiles, then the mean where that is the forecast.
  int outputs() {
    return spec.quantiles().size() + (spec.point() == ForecastSpec.Point.MEAN ? 1 : 0);
  }

  /// The layers of all networks.
  List<Layer> layers() {
    List<Layer> layers = new ArrayList<>();
    for (int m = 0; m < spec.ensemble(); m++) {
      Member member = member(m);
      layers.add(member.recurrent());
      layers.add(member.head());
    }
    return layers;
  }

  /// Records the outputs `[steps, outputs]` of each network.
  List<Tensor> apply(Tensor x) {
    List<Tensor> outputs = new ArrayList<>();
    for (int m = 0; m < spec.ensemble(); m++) {
      Member member = member(m);
      outputs.add(member.head().apply(member.recurrent().apply(x)));
    }
    return outputs;
  }

  /// Records the mean loss over the steps of weight 1.
  void loss(List<Tensor> outputs, Tensor target, Tensor weight) {
    List<Double> quantiles = spec.quantiles();
    LossSpec quantile = new LossSpec.Quantile(quantiles);
    float share = 1f / outputs.size();
    for (Tensor output : outputs) {
      int width = quantiles.size();
      switch (spec.point()) {
        case MEDIAN -> MeanLoss.of(quantile, output, target, weight, share);
        case MEAN -> {
          Tensor bounds = Columns.slice(output, 0, width);
          Tensor mean = Columns.slice(output, width, 1);
          MeanLoss.of(quantile, bounds, target, weight, share);
          MeanLoss.of(new LossSpec.Squared(), mean, target, weight, share);
        }
      }
    }
  }
}
