package io.github.carouselml.train;

import io.github.carouselml.grad.Parameter;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.model.Weights;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Optimizer;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Slot;
import io.github.carouselml.tensor.Updates;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// What an optimizer remembers between steps, and its steps. The equations stand at [Optimizer] and
/// [Updates]; constants are computed in double and rounded once.
final class OptimizerState {
  private final Optimizer optimizer;
  private final Parameter[] trained;
  private final SequencedMap<String, Mirror> memory = new LinkedHashMap<>();
  private final Slot[] first;
  private final Slot[] second;

  OptimizerState(Optimizer optimizer, Backend backend, Parameters parameters) {
    this.optimizer = optimizer;
    this.trained = parameters.all().stream().filter(Parameter::isTrained).toArray(Parameter[]::new);
    if (trained.length == 0) {
      throw new CarouselException.Request(
          "All of the model's parameters are frozen, so there is nothing to train.");
    }
    for (String name : names(optimizer)) {
      memory.put(name, new Mirror(backend, parameters));
    }
    this.first = memory.isEmpty() ? new Slot[0] : slots(memory.firstEntry().getValue());
    this.second = memory.isEmpty() ? new Slot[0] : slots(memory.lastEntry().getValue());
  }

  private static List<String> names(Optimizer optimizer) {
    return switch (optimizer) {
      case Optimizer.Sgd sgd -> sgd.momentum() == 0 ? List.of() : List.of("momentum");
      case Optimizer.RmsProp _ -> List.of("mean-square");
      case Optimizer.Adam _ -> List.of("mean", "mean-square");
      case Optimizer.AdamW _ -> List.of("mean", "mean-square");
    };
  }

  private Slot[] slots(Mirror mirror) {
    Slot[] slots = new Slot[trained.length];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = mirror.of(trained[i]);
    }
    return slots;
  }

  /// How many numbers it remembers for each number of the parameters.
  int mirrors() {
    return memory.size();
  }

  /// One step of all trained parameters.
  ///
  /// @param t the number of this step, from 1
  /// @param rate the learning rate after the schedule
  /// @param scale what the gradients are multiplied by first
  void update(Updates updates, int t, double rate, float scale) {
    for (int i = 0; i < trained.length; i++) {
      Slot w = trained[i].value();
      Slot g = trained[i].gradient();
      switch (optimizer) {
        case Optimizer.Sgd sgd when sgd.momentum() == 0 ->
            updates.sgd(w, g, scale, (float) rate, 0);
        case Optimizer.Sgd sgd -> {
          float momentum = (float) sgd.momentum();
          updates.momentum(w, g, first[i], scale, (float) rate, 0, momentum, sgd.nesterov());
        }
        case Optimizer.RmsProp rms -> {
          float gain = (float) (1 - rms.smoothing());
          float epsilon = (float) rms.epsilon();
          updates.rmsProp(w, g, first[i], scale, (float) rate, 0, gain, epsilon);
        }
        case Optimizer.Adam a ->
            adam(updates, i, t, rate, scale, 1, a.beta1(), a.beta2(), a.epsilon());
        case Optimizer.AdamW a -> {
          boolean decays = trained[i].spec().decays();
          double shrink = decays ? 1 - rate * a.weightDecay() : 1;
          adam(updates, i, t, rate, scale, shrink, a.beta1(), a.beta2(), a.epsilon());
        }
      }
    }
  }

  private void adam(
      Updates updates,
      int i,
      int t,
      double rate,
      float scale,
      double shrink,
      double beta1,
      double beta2,
      double epsilon) {
    double mean = 1 - LearningRate.power(beta1, t);
    double square = 1 - LearningRate.power(beta2, t);
    updates.adam(
        trained[i].value(),
        trained[i].gradient(),
        first[i],
        second[i],
        scale,
        (float) (rate / mean),
        (float) (1 / Math.sqrt(square)),
        0,
        (float) shrink,
        (float) (1 - beta1),
        (float) (1 - beta2),
        (float) epsilon);
  }

  /// Its memory by name.
  Map<String, Weights> read() {
    var read = new LinkedHashMap<String, Weights>();
    memory.forEach((name, mirror) -> read.put(name, mirror.read()));
    return read;
  }

  /// Takes the memory that [#read] gave.
  void write(Map<String, Weights> groups, String where) {
    memory.forEach((name, mirror) -> {
      Weights weights = groups.get(name);
      if (weights == null) {
        throw new CarouselException.BadFile(where + " lacks the optimizer's '" + name + "'.");
      }
      mirror.write(weights, where);
    });
  }
}
