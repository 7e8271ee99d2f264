package io.github.carouselml.interop;

import io.github.carouselml.model.Weights;
import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Weights of PyTorch modules in and out: what `safetensors.torch.save_file(net.state_dict(), …)`
/// writes and `load_file` reads, of `LSTM`, `GRU`, `RNN`, `Linear` and `Embedding`.
/// ```
/// var imported = PyTorch.read(Path.of("torch.safetensors"), new PyTorch.Options());
/// var model = imported.model();
/// float[][][] y = model.predict(x);                  // [B][T][outputSize], batch first
/// PyTorch.write(model.spec(), model.weights(), Path.of("back.safetensors"));
/// ```
public final class PyTorch {
  private PyTorch() {}

  /// What a file of weights does not say.
  ///
  /// @param chain the parts in the order in which they follow each other: names of modules, and
  ///     between them `tanh`, `relu`, `sigmoid`, `last`; `embedding:NAME` or `linear:NAME` where a
  ///     matrix may be either; empty where shapes tell it
  /// @param nonlinearity what an `RNN` bends with
  public record Options(List<String> chain, Optional<Nonlinearity> nonlinearity) {
    public Options {
      chain = List.copyOf(chain);
    }

    /// What shapes tell is enough.
    public Options() {
      this(List.of(), Optional.empty());
    }

    /// The parts in this order.
    public Options withChain(List<String> parts) {
      return new Options(parts, nonlinearity);
    }

    public Options withNonlinearity(Nonlinearity f) {
      return new Options(chain, Optional.of(f));
    }
  }

  /// What an `RNN` bends with.
  public enum Nonlinearity {
    TANH,
    RELU
  }

  /// Reads a network.
  ///
  /// @throws IOException where there is no such file, or it cannot be read
  /// @throws CarouselException.BadFile for what is no whole safetensors file of these modules
  /// @throws CarouselException.Request where more than one network could be meant: which, and what
  ///     to say
  public static Imported read(Path path, Options options) throws IOException {
    try (TorchFile file = TorchFile.open(path)) {
      return new TorchReader(file, options).read();
    }
  }

  /// Writes a network, atomically. Biases come as PyTorch has them: `bias_ih` is the bias and
  /// `bias_hh` is 0, but for the GRU's candidate, which has one of its own.
  ///
  /// @throws CarouselException.BadFile where the weights are not those of the spec
  /// @throws IOException in a sentence; the old file is unchanged
  public static void write(NetworkSpec spec, Weights weights, Path path) throws IOException {
    TorchWriter.write(spec, weights, path);
  }
}
