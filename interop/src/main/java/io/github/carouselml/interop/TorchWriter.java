package io.github.carouselml.interop;

import io.github.carouselml.model.TensorFile;
import io.github.carouselml.model.Weights;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.CellParameters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// From a network to what PyTorch loads: the way back of [TorchReader].
final class TorchWriter {
  /// What Python's readers ask for.
  private static final Map<String, String> METADATA = Map.of("format", "pt");

  private final Weights weights;
  private final Weights.Builder torch = Weights.builder();

  private TorchWriter(Weights weights) {
    this.weights = weights;
  }

  static void write(NetworkSpec spec, Weights weights, Path path) throws IOException {
    weights.require(spec.shapes(), "The network");
    TorchWriter writer = new TorchWriter(weights);
    spec.parts().forEach(writer::put);
    TensorFile.write(path, METADATA, writer.torch.build(), Map.of());
  }

  private void put(Part part) {
    switch (part) {
      case Part.Lookup lookup ->
          copy(lookup.embedding().name() + ".weight", TorchNames.inside(lookup.name(), "weight"));
      case Part.Linear linear -> {
        copy(linear.dense().name() + ".weight", TorchNames.inside(linear.name(), "weight"));
        if (linear.bias()) {
          copy(linear.dense().name() + ".bias", TorchNames.inside(linear.name(), "bias"));
        }
      }
      case Part.Stack stack -> {
        for (TorchNames names : TorchReader.names(stack)) {
          put(stack, names, names.place(stack.recurrent().name()));
        }
      }
      case Part.Plain _ -> {}
    }
  }

  private void copy(String from, String to) {
    torch.add(to, weights.shape(from), weights.values(from));
  }

  private void put(Part.Stack stack, TorchNames names, String place) {
    copy(place + CellParameters.INPUT_WEIGHT, names.inputWeight());
    copy(place + CellParameters.RECURRENT_WEIGHT, names.recurrentWeight());
    float[] bias = weights.values(place + CellParameters.BIAS);
    float[] second = new float[bias.length];
    if (stack.cell() instanceof CellSpec.Gru) {
      weights.copyTo(place + CellParameters.RECURRENT_BIAS, second, 2 * stack.cell().hiddenSize());
    }
    if (stack.bias()) {
      List<Integer> shape = List.of(bias.length);
      torch.add(names.inputBias(), shape, bias);
      torch.add(names.recurrentBias(), shape, second);
    } else {
      refuseBiases(stack, bias);
      refuseBiases(stack, second);
    }
    if (weights.contains(place + CellParameters.PROJECTION_WEIGHT)) {
      copy(place + CellParameters.PROJECTION_WEIGHT, names.projection());
    }
  }

  private static void refuseBiases(Part.Stack stack, float[] biases) {
    for (float b : biases) {
      if (b != 0) {
        throw new CarouselException.Request(
            ("The %s was imported without biases, but it has been trained and has some now, which a"
                    + " module without biases cannot take. Say in its spec that it has biases.")
                .formatted(stack));
      }
    }
  }
}
