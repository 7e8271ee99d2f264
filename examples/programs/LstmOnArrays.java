import io.github.carouselml.layer.ArrayLayer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.Backends;

/// An LSTM layer on plain arrays, forward and backward. Sequences may have unequal lengths.
void main() {
  float[][][] x = {{{0.1f, 0.2f, 0.3f}, {0.4f, 0.5f, 0.6f}}, {{0.7f, 0.8f, 0.9f}}}; // [B][T][3]
  var lstm = new Recurrent("lstm", 3, new CellSpec.Lstm(8));
  try (var backend = Backends.cpu();
      var layer = new ArrayLayer(lstm, backend, 42)) {
    float[][][] y = layer.forward(x).outputs(); // [B][T][8]
    var gradients = layer.backward(y); // of L = Σ y²/2, whose ∂L/∂y is y
    float[][][] dx = gradients.inputs(); // ∂L/∂x [B][T][3]
    float[] dW = gradients.parameters().get("lstm.0.forward.input_weight"); // ∂L/∂W [4·8][3]

    // prints: 2 sequences, 8 units, 3 inputs, 96 input weights
    IO.println(
        "%d sequences, %d units, %d inputs, %d input weights"
            .formatted(y.length, y[0][0].length, dx[0][0].length, dW.length));

    // The proof: a step of 0.001 up and down in one input changes the loss as its gradient says.
    float h = 1e-3f;
    x[0][0][1] += h;
    double up = loss(layer.forward(x).outputs());
    x[0][0][1] -= 2 * h;
    double down = loss(layer.forward(x).outputs());
    double measured = (up - down) / (2 * h);
    // prints: the gradient is the slope: true
    IO.println("the gradient is the slope: " + (Math.abs(measured - dx[0][0][1]) < 1e-4));
  }
}

double loss(float[][][] y) {
  double sum = 0;
  for (float[][] sequence : y) {
    for (float[] step : sequence) {
      for (float value : step) {
        sum += value * value / 2;
      }
    }
  }
  return sum;
}
