import io.github.carouselml.layer.Dense;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.layer.StackState;
import io.github.carouselml.layer.Stepper;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.Backends;
import java.util.Arrays;
import java.util.List;

/// A stream, one step at a time: the state lies in the stepper, can be kept and given to another.
void main() {
  try (var backend = Backends.cpu()) {
    var stack = new Recurrent("lstm", 1, new CellSpec.Lstm(8), new CellSpec.Lstm(8));
    var head = new Dense("head", stack.outputSize(), 1);
    var parameters = Layer.initialize(backend, List.of(stack, head), 1); // or trained and loaded

    var stepper = new Stepper(backend, parameters, stack, head); // one a thread
    float[] y = new float[1];
    stepper.step(new float[] {0.5f}, y);
    StackState noon = stepper.state();
    stepper.step(new float[] {-1}, y);

    var other = new Stepper(backend, parameters, stack, head); // any number share the parameters
    float[] again = new float[1];
    other.restore(noon);
    other.step(new float[] {-1}, again);

    // prints: the same step from the same state: true
    IO.println("the same step from the same state: " + Arrays.equals(y, again));
    // prints: the state: 16 numbers a layer, layer 1 feeds back 8 of them
    IO.println(
        "the state: %d numbers a layer, layer 1 feeds back %d of them"
            .formatted(noon.numbers().length / 2, noon.h(1).length));
  }
}
