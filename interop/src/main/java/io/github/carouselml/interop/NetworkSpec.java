package io.github.carouselml.interop;

import io.github.carouselml.grad.Indices;
import io.github.carouselml.grad.Pointwise;
import io.github.carouselml.grad.Sequences;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.spec.CarouselException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// A network that goes from framework to framework: parts one after the other.
public record NetworkSpec(List<Part> parts) {
  public NetworkSpec {
    parts = List.copyOf(parts);
    if (parts.isEmpty()) {
      throw new CarouselException.Request("A network needs at least one part.");
    }
    for (int i = 0; i < parts.size(); i++) {
      String misfit = misfit(parts.subList(0, i), parts.get(i));
      if (!misfit.isEmpty()) {
        throw new CarouselException.Request(misfit);
      }
    }
    if (parts.stream().allMatch(part -> part.layer().isEmpty())) {
      throw new CarouselException.Request("A network needs a part with weights, not " + parts);
    }
  }

  /// Why a part cannot follow others, or nothing.
  static String misfit(List<Part> before, Part next) {
    return switch (next) {
      case Part.Lookup part when !before.isEmpty() ->
          "The %s cannot follow another part: it takes tokens.".formatted(part);
      case Part.Stack part when before.contains(Part.Plain.LAST) ->
          "The %s cannot follow 'last': there is one step left.".formatted(part);
      case Part.Stack part -> misfit(before, part, part.inputSize());
      case Part.Linear part -> misfit(before, part, part.inputs());
      case Part.Plain plain when before.isEmpty() ->
          "A network cannot begin with '%s'.".formatted(plain);
      case Part.Plain plain when plain == Part.Plain.LAST && before.contains(plain) ->
          "'last' stands twice in the network.";
      default -> "";
    };
  }

  private static String misfit(List<Part> before, Part part, int takes) {
    OptionalInt given = outputSize(before);
    return given.isEmpty() || given.getAsInt() == takes
        ? ""
        : "The %s takes %d numbers, but what stands before it gives %d."
            .formatted(part, takes, given.getAsInt());
  }

  /// The numbers that the last of these parts gives.
  private static OptionalInt outputSize(List<Part> parts) {
    for (Part part : parts.reversed()) {
      switch (part) {
        case Part.Lookup lookup -> {
          return OptionalInt.of(lookup.size());
        }
        case Part.Stack stack -> {
          return OptionalInt.of(stack.recurrent().outputSize());
        }
        case Part.Linear linear -> {
          return OptionalInt.of(linear.outputs());
        }
        case Part.Plain _ -> {}
      }
    }
    return OptionalInt.empty();
  }

  /// The numbers of an output.
  public int outputSize() {
    return outputSize(parts).orElseThrow();
  }

  /// Whether its inputs are tokens, and not numbers.
  public boolean takesTokens() {
    return parts.getFirst() instanceof Part.Lookup;
  }

  /// The numbers of an input, 1 for a token.
  public int inputSize() {
    return switch (parts.getFirst()) {
      case Part.Lookup _ -> 1;
      case Part.Stack stack -> stack.inputSize();
      case Part.Linear linear -> linear.inputs();
      case Part.Plain plain -> throw new IllegalStateException(plain + " begins a network");
    };
  }

  /// Whether it gives one output for each step, and not one for each sequence.
  public boolean givesSteps() {
    return !parts.contains(Part.Plain.LAST);
  }

  /// Its layers, in order.
  public List<Layer> layers() {
    return parts.stream().flatMap(part -> part.layer().stream()).toList();
  }

  /// The names and shapes of its weights.
  Map<String, List<Integer>> shapes() {
    var shapes = new LinkedHashMap<String, List<Integer>>();
    for (Layer layer : layers()) {
      for (Layer.Owned owned : layer.parameters()) {
        if (shapes.put(owned.spec().name(), owned.spec().layout().shape()) != null) {
          throw new CarouselException.Request(
              "Two parts of the network have weights named '%s'.".formatted(owned.spec().name()));
        }
      }
    }
    return shapes;
  }

  /// Records the network on tokens.
  public Tensor apply(Tape tape, Indices tokens) {
    if (!(parts.getFirst() instanceof Part.Lookup lookup)) {
      throw new CarouselException.Request(
          "The network takes %d numbers at a step, not tokens.".formatted(inputSize()));
    }
    return follow(lookup.embedding().apply(tape, tokens), parts.subList(1, parts.size()));
  }

  /// Records the network on rows of numbers.
  public Tensor apply(Tensor x) {
    if (takesTokens()) {
      throw new CarouselException.Request("The network takes tokens, not numbers.");
    }
    return follow(x, parts);
  }

  private static Tensor follow(Tensor x, List<Part> rest) {
    Tensor y = x;
    for (Part part : rest) {
      y =
          switch (part) {
            case Part.Lookup lookup -> throw new IllegalStateException(lookup + " is not first");
            case Part.Stack stack -> stack.recurrent().apply(y);
            case Part.Linear linear -> linear.dense().apply(y);
            case Part.Plain plain ->
                switch (plain) {
                  case TANH -> Pointwise.tanh(y);
                  case RELU -> Pointwise.relu(y);
                  case SIGMOID -> Pointwise.sigmoid(y);
                  case LAST -> Sequences.last(y);
                };
          };
    }
    return y;
  }
}
