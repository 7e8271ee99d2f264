import static io.github.carouselml.grad.Columns.concat;
import static io.github.carouselml.grad.Pointwise.add;
import static io.github.carouselml.grad.Pointwise.multiply;
import static io.github.carouselml.grad.Pointwise.sigmoid;
import static io.github.carouselml.grad.Pointwise.subtract;
import static io.github.carouselml.grad.Pointwise.tanh;

import io.github.carouselml.grad.RecurrentOp.State;
import io.github.carouselml.layer.ArrayLayer;
import io.github.carouselml.layer.Dense;
import io.github.carouselml.layer.OwnCell;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Direction;
import io.github.carouselml.tensor.Backends;

/// A cell that is not built in, as one step: the minimal gated unit of Zhou et al. (2016).
/// f = σ(W_f [x, h'] + b_f)   n = tanh(W_n [x, f ⊙ h'] + b_n)   h = h' + f ⊙ (n - h')
record MinimalGatedUnit(int hiddenSize) implements OwnCell {
  @Override
  public Parts parts(String name, int inputSize) {
    var forget = new Dense(name + ".forget", inputSize + hiddenSize, hiddenSize);
    var candidate = new Dense(name + ".candidate", inputSize + hiddenSize, hiddenSize);
    return new Parts(
        List.of(forget, candidate),
        (x, before) -> {
          var f = sigmoid(forget.apply(concat(List.of(x, before.h()))));
          var n = tanh(candidate.apply(concat(List.of(x, multiply(f, before.h())))));
          var h = add(before.h(), multiply(f, subtract(n, before.h())));
          return new State(h, null); // h, and c where a cell has one
        });
  }
}

/// On top of an LSTM, in both directions, over sequences of 4 steps and of 2.
void main() {
  var stack = new Recurrent("stack", 3, new CellSpec.Lstm(8), new MinimalGatedUnit(6));
  try (var backend = Backends.cpu();
      var layer = new ArrayLayer(stack.withDirection(Direction.BOTH), backend, 1)) {
    float[][][] x = {new float[4][3], new float[2][3]};
    x[0][3][1] = 1;
    float[][][] y = layer.forward(x).outputs();
    var gradients = layer.backward(y); // of L = Σ y²/2
    // prints: outputs at a step: 12, the first input feels the last: true
    IO.println(
        "outputs at a step: %d, the first input feels the last: %b"
            .formatted(y[0][0].length, gradients.inputs()[0][0][0] != 0));
    // prints: weights of the new cell: [6, 22]
    IO.println(
        "weights of the new cell: "
            + layer.parameters().get("stack.1.forward.forget.weight").spec().layout().shape());
  }
}
