import io.github.carouselml.layer.ArrayLayer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.Backends;

/// An LSTM layer on plain arrays, forward and backward: two sequences of unequal length.
void main() {
  try (var backend = Backends.cpu();
      var lstm = new ArrayLayer(new Recurrent("lstm", 1, new CellSpec.Lstm(4)), backend, 1)) {
    float[][][] x = {{{0.5f}, {-1}, {2}}, {{1}}}; // [sequence][step][feature]
    float[][][] y = lstm.forward(x).outputs();
    var gradients = lstm.backward(y); // the gradient of L = sum of y² / 2, where dL/dy = y
    float[] dW = gradients.parameters().get("lstm.0.forward.input_weight");

    // prints: y: 2 sequences, 3 steps, 4 features; past the end of the second: 0.0
    IO.println(
        "y: %d sequences, %d steps, %d features; past the end of the second: %s"
            .formatted(y.length, y[0].length, y[0][0].length, y[1][2][0]));
    // prints: dL/dW: 16 numbers; dL/dx of the first sequence: 3 steps; dL/dh0: 4 features
    IO.println(
        "dL/dW: %d numbers; dL/dx of the first sequence: %d steps; dL/dh0: %d features"
            .formatted(
                dW.length,
                gradients.inputs()[0].length,
                gradients.first().getFirst().h()[0].length));
  }
}
