import io.github.carouselml.interop.NetworkModel;
import io.github.carouselml.interop.NetworkSpec;
import io.github.carouselml.interop.Part;
import io.github.carouselml.interop.PyTorch;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.Backends;
import io.github.carouselml.train.ParameterWeights;

/// Weights of PyTorch in and out. In Python:
/// from safetensors.torch import save_file; save_file(model.state_dict(), 'torch.safetensors')
void main() throws IOException {
  var folder = Files.createTempDirectory("torch");
  var weights = folder.resolve("torch.safetensors");
  write(weights);

  var imported = PyTorch.read(weights, new PyTorch.Options());
  // prints: [lstm 'encoder.lstm', 3 -> 16, 2 layers, both ways, linear 'head', 16 -> 1]
  IO.println(imported.spec().parts());
  imported.remarks().forEach(IO::println);

  var file = folder.resolve("model.safetensors");
  imported.model().save(file);

  NetworkModel model = NetworkModel.load(file); // any number of threads may predict with it
  float[][][] x = {new float[5][3], new float[2][3]}; // unequal lengths are no matter
  float[][][] y = model.predict(x);
  // prints: steps: 5 and 2
  IO.println("steps: %d and %d".formatted(y[0].length, y[1].length));

  PyTorch.write(model.spec(), model.weights(), folder.resolve("back.safetensors"));
}

/// In place of Python: the same stack with first weights of ours.
void write(Path file) throws IOException {
  var lstm = new Part.Stack("encoder.lstm", 3, new CellSpec.Lstm(8), 2, true, true);
  var spec = new NetworkSpec(List.of(lstm, new Part.Linear("head", 16, 1, true)));
  try (var backend = Backends.cpu()) {
    var parameters = Layer.initialize(backend, spec.layers(), 1);
    PyTorch.write(spec, ParameterWeights.read(parameters), file);
  }
}
