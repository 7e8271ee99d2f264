package io.github.carouselml.interop;

import io.github.carouselml.model.Json;
import io.github.carouselml.model.Weights;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.CellParameters;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/// From PyTorch's weights to a network. Gates come in the same order and matrices in the same
/// layout as Carousel's; what differs are names, and that PyTorch keeps two biases where one does.
final class TorchReader {
  private final TorchFile file;
  private final PyTorch.Options options;
  private final Map<String, float[]> numbers = new HashMap<>();
  private int sums;
  private int rounded;

  TorchReader(TorchFile file, PyTorch.Options options) {
    this.file = file;
    this.options = options;
  }

  Imported read() throws IOException {
    String where = file.path().toString();
    TorchModules found = new TorchModules(file, options.nonlinearity());
    if (found.modules().isEmpty()) {
      throw new CarouselException.BadFile(
          "%s has no LSTM, GRU, RNN, Linear or Embedding. It has the tensors %s."
              .formatted(where, TorchFile.some(file.names())));
    }
    TorchChain chain = new TorchChain(where, found.modules());
    Set<String> left = new TreeSet<>(found.unknown());
    NetworkSpec spec;
    if (options.chain().isEmpty()) {
      if (!left.isEmpty()) {
        throw new CarouselException.Request(
            ("%s has tensors that belong to no LSTM, GRU, RNN, Linear or Embedding: %s. To take the"
                    + " others alone, name their chain: of %s.")
                .formatted(where, TorchFile.some(left), found.modules().keySet()));
      }
      spec = new NetworkSpec(chain.found());
    } else {
      spec = new NetworkSpec(chain.named(options.chain()));
      found.modules().keySet().stream()
          .filter(module -> spec.parts().stream().noneMatch(p -> p.title().equals(module)))
          .forEach(left::add);
    }
    Map<String, List<Integer>> shapes = spec.shapes();
    for (Part part : spec.parts()) {
      take(part);
    }
    var weights = Weights.builder();
    shapes.forEach((name, shape) -> weights.add(name, shape, taken(name)));
    Json.Obj provenance =
        Json.object()
            .with("from", "pytorch")
            .with("file", String.valueOf(file.path().getFileName()))
            .with("rounded_biases", rounded);
    return new Imported(spec, weights.build(), provenance, remarks(left), where);
  }

  private float[] taken(String name) {
    return Objects.requireNonNull(numbers.get(name), name);
  }

  private List<String> remarks(Set<String> left) {
    List<String> remarks = new ArrayList<>();
    if (sums > 0) {
      remarks.add(
          ("The two biases of each gate are added up; %d of %d sums were rounded, each by half a"
                  + " unit in its last place or less.")
              .formatted(rounded, sums));
    }
    if (!file.converted().isEmpty()) {
      remarks.add("Numbers of the types %s became F32.".formatted(file.converted()));
    }
    if (!left.isEmpty()) {
      remarks.add("Left out: %s.".formatted(TorchFile.some(left)));
    }
    return remarks;
  }

  private void take(Part part) throws IOException {
    switch (part) {
      case Part.Lookup lookup ->
          copy(TorchNames.inside(lookup.name(), "weight"), lookup.embedding().name() + ".weight");
      case Part.Linear linear -> {
        copy(TorchNames.inside(linear.name(), "weight"), linear.dense().name() + ".weight");
        if (linear.bias()) {
          copy(TorchNames.inside(linear.name(), "bias"), linear.dense().name() + ".bias");
        }
      }
      case Part.Stack stack -> {
        for (TorchNames names : names(stack)) {
          take(stack, names, names.place(stack.recurrent().name()));
        }
      }
      case Part.Plain _ -> {}
    }
  }

  /// PyTorch's names of every layer and direction of a stack.
  static List<TorchNames> names(Part.Stack stack) {
    List<TorchNames> all = new ArrayList<>();
    for (int layer = 0; layer < stack.layers(); layer++) {
      all.add(new TorchNames(stack.name(), layer, false));
      if (stack.bidirectional()) {
        all.add(new TorchNames(stack.name(), layer, true));
      }
    }
    return all;
  }

  private void copy(String from, String to) throws IOException {
    numbers.put(to, file.floats(from));
  }

  private void take(Part.Stack stack, TorchNames names, String place) throws IOException {
    copy(names.inputWeight(), place + CellParameters.INPUT_WEIGHT);
    copy(names.recurrentWeight(), place + CellParameters.RECURRENT_WEIGHT);
    int units = stack.cell().hiddenSize();
    int rows = CellParameters.gates(stack.cell()) * units;
    float[] bias = stack.bias() ? file.floats(names.inputBias()) : new float[rows];
    float[] second = stack.bias() ? file.floats(names.recurrentBias()) : new float[rows];
    // r and z: W x + b + R h' + b_R   n: W x + b + r ⊙ (R h' + b_R)
    int summed = stack.cell() instanceof CellSpec.Gru ? 2 * units : rows;
    for (int k = 0; k < summed; k++) {
      double exact = (double) bias[k] + second[k];
      bias[k] = (float) exact;
      rounded += bias[k] == exact ? 0 : 1;
    }
    sums += stack.bias() ? summed : 0;
    numbers.put(place + CellParameters.BIAS, bias);
    if (stack.cell() instanceof CellSpec.Gru) {
      numbers.put(place + CellParameters.RECURRENT_BIAS, Arrays.copyOfRange(second, summed, rows));
    }
    if (file.has(names.projection())) {
      copy(names.projection(), place + CellParameters.PROJECTION_WEIGHT);
    }
  }
}
