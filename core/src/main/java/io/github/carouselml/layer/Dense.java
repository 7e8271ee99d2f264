package io.github.carouselml.layer;

import io.github.carouselml.grad.LinearOp;
import io.github.carouselml.grad.Parameter;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Initializer;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.ParameterSpec;
import io.github.carouselml.tensor.ParameterSpec.Role;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `y = W x + b` for each row: `[rows, inputSize] -> [rows, outputSize]`.
public record Dense(
    String name, int inputSize, int outputSize, boolean hasBias, Initializer initializer)
    implements Layer {
  public Dense {
    if (inputSize < 1 || outputSize < 1) {
      throw new CarouselException.Request(
          "Dense '"
              + name
              + "' needs sizes of 1 or more, not "
              + inputSize
              + " and "
              + outputSize
              + ".");
    }
  }

  /// With a bias that begins at 0 and Glorot's weights.
  public Dense(String name, int inputSize, int outputSize) {
    this(name, inputSize, outputSize, true, new Initializer.Glorot());
  }

  /// The same layer without bias.
  public Dense withoutBias() {
    return new Dense(name, inputSize, outputSize, false, initializer);
  }

  /// The same layer with weights that begin otherwise. PyTorch's reaches the bias too.
  public Dense withInitializer(Initializer weights) {
    return new Dense(name, inputSize, outputSize, hasBias, weights);
  }

  Layout.Matrix layout() {
    return new Layout.Matrix(outputSize, inputSize);
  }

  private ParameterSpec weightSpec() {
    return new ParameterSpec(name + ".weight", layout(), Role.INPUT_WEIGHT);
  }

  private ParameterSpec biasSpec() {
    return new ParameterSpec(name + ".bias", new Layout.Vector(outputSize), Role.BIAS);
  }

  @Override
  public List<Owned> parameters() {
    boolean torch = initializer instanceof Initializer.Torch;
    Initializer bound = new Initializer.Uniform(1 / Math.sqrt(inputSize));
    Owned weight = new Owned(weightSpec(), torch ? bound : initializer);
    Owned bias = new Owned(biasSpec(), torch ? bound : new Initializer.Constant(0));
    return hasBias ? List.of(weight, bias) : List.of(weight);
  }

  /// Its weights on a tape's parameters, for losses that contain the layer.
  public Parameter weight(Tensor x) {
    return weight(x.tape().parameters());
  }

  Parameter weight(Parameters parameters) {
    return parameters.get(weightSpec());
  }

  @Nullable Parameter bias(Parameters parameters) {
    return hasBias ? parameters.get(biasSpec()) : null;
  }

  /// Its bias on a tape's parameters, or null without one.
  public @Nullable Parameter bias(Tensor x) {
    return bias(x.tape().parameters());
  }

  /// Records the layer.
  public Tensor apply(Tensor x) {
    String cause = " Was the vocabulary changed after training?";
    LayerSizes.fits("Dense '" + name + "'", "an input", x, inputSize, cause);
    return LinearOp.of(x, weight(x), bias(x));
  }
}
