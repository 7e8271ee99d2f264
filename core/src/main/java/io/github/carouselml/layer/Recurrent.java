package io.github.carouselml.layer;

import io.github.carouselml.grad.CellStep;
import io.github.carouselml.grad.Columns;
import io.github.carouselml.grad.DropoutOp;
import io.github.carouselml.grad.Parameter;
import io.github.carouselml.grad.Pointwise;
import io.github.carouselml.grad.RecurrentOp;
import io.github.carouselml.grad.RecurrentOp.State;
import io.github.carouselml.grad.Sequences;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.spec.Between;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Direction;
import io.github.carouselml.spec.Initializer;
import io.github.carouselml.spec.Merge;
import io.github.carouselml.spec.RecurrentNoise;
import io.github.carouselml.tensor.CellParameters;
import io.github.carouselml.tensor.ParameterSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A stack of recurrent layers: `[N, inputSize] -> [N, outputSize]`, one row for each real step.
///
/// @param name begins the names of its parameters: `name.0.forward.input_weight`
/// @param inputSize the features of its input
/// @param cells one for each layer, the lowest first
/// @param direction which way every layer reads
/// @param merge what becomes of two directions' outputs
/// @param dropout the rate at which outputs are dropped between layers, in training
/// @param inputInitializer how input weights begin
/// @param recurrentInitializer how recurrent weights begin
/// @param forgetBias where the bias of an LSTM's forget gate begins; all others begin at 0
/// @param longestLag with 2 or more, biases of the gates that remember begin spread over time scales up
///     to this many steps in place of `forgetBias`; 0 for none
/// @param between residual connections and layer norm between layers
/// @param noise what is left out at random within layers, in training
public record Recurrent(
    String name,
    int inputSize,
    List<CellSpec> cells,
    Direction direction,
    Merge merge,
    double dropout,
    Initializer inputInitializer,
    Initializer recurrentInitializer,
    double forgetBias,
    int longestLag,
    Between between,
    RecurrentNoise noise)
    implements Layer {

  public Recurrent {
    cells = List.copyOf(cells);
    LayerSizes.positive("Recurrent '" + name + "'", "an input size", inputSize);
    if (cells.isEmpty()) {
      throw new CarouselException.Request("Recurrent '" + name + "' needs 1 layer or more, not 0.");
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new CarouselException.Request(
          "A dropout rate lies from 0 to below 1, so it cannot be " + dropout + ".");
    }
    if (dropout > 0 && cells.size() == 1) {
      throw new CarouselException.Request(
          "dropout " + dropout + " has no effect with 1 layer: it is applied between layers");
    }
    if (merge == Merge.SUM && direction != Direction.BOTH) {
      throw new CarouselException.Request(
          "merge SUM has no effect on recurrent '"
              + name
              + "', which reads one way: there is one output");
    }
    checkBeginning(name, cells, inputInitializer, recurrentInitializer, forgetBias, longestLag);
    if (longestLag != 0) {
      cells.forEach(cell -> new Initializer.Chrono(longestLag, remembering(cell)));
    }
    if (!between.isNothing() && cells.size() == 1) {
      throw new CarouselException.Request(
          between + " has no effect with 1 layer: it stands between layers");
    }
    if (dropout > 0 && noise.input() > 0) {
      throw new CarouselException.Request(
          "dropout "
              + dropout
              + " and input dropout "
              + noise.input()
              + " would both drop what goes from layer to layer: choose one");
    }
    cells.forEach(noise::check);
    cells.forEach(OwnCell::check);
    for (int l = 1; between.residual() && l < cells.size(); l++) {
      int below = cells.get(l - 1).outputSize();
      int here = cells.get(l).outputSize();
      if (below != here) {
        throw new CarouselException.Request(
            "A residual connection around layer "
                + l
                + " of recurrent '"
                + name
                + "' adds outputs of size "
                + below
                + " to outputs of size "
                + here
                + ". Give both layers one size.");
      }
    }
  }

  /// Refuses first values that would reach nothing. What a stack begins with when nobody asks is
  /// never refused, nor is PyTorch's pair.
  private static void checkBeginning(
      String name,
      List<CellSpec> cells,
      Initializer input,
      Initializer recurrent,
      double forgetBias,
      int longestLag) {
    if (!Double.isFinite(forgetBias)) {
      throw new CarouselException.Request(
          "The forget bias of recurrent '%s' must be a finite number, not %s."
              .formatted(name, forgetBias));
    }
    String bias = "forget bias " + forgetBias;
    boolean biased = forgetBias != 0 && forgetBias != 1;
    if (biased && cells.stream().noneMatch(Recurrent::forgets)) {
      throw noEffect(bias, name, "none of its cells has a forget gate of its own");
    }
    if (biased && longestLag != 0) {
      throw noEffect(bias, name, "time lags up to " + longestLag + " steps stand in its place");
    }
    if (biased && input instanceof Initializer.Torch) {
      throw noEffect(bias, name, "PyTorch's initializer, which was asked for, draws all biases");
    }
    if (!(input instanceof Initializer.Glorot)
        && cells.stream().allMatch(CellSpec.Own.class::isInstance)) {
      throw noEffect(
          "input initializer " + input,
          name,
          "its cells are your own, and their parts say how they begin");
    }
    boolean drawn =
        !(recurrent instanceof Initializer.Orthogonal || recurrent instanceof Initializer.Torch);
    if (drawn && cells.stream().noneMatch(CellSpec::hasRecurrentWeight)) {
      throw noEffect(
          "recurrent initializer " + recurrent, name, "none of its cells has a recurrent weight");
    }
  }

  private static CarouselException noEffect(String what, String name, String because) {
    return new CarouselException.Request(
        what + " has no effect on recurrent '" + name + "': " + because);
  }

  private static boolean forgets(CellSpec cell) {
    return cell instanceof CellSpec.Lstm lstm && !lstm.coupledInputForget();
  }

  /// By gate: 1 for one that keeps the state, -1 for one that writes it.
  private static List<Integer> remembering(CellSpec cell) {
    return switch (cell) {
      case CellSpec.Lstm lstm ->
          lstm.coupledInputForget() ? List.of(-1, 0, 0) : List.of(-1, 1, 0, 0);
      case CellSpec.Gru _ -> List.of(0, 1, 0);
      case CellSpec.MinLstm _ -> List.of(-1, 1, 0);
      case CellSpec.MinGru _ -> List.of(-1, 0);
      case CellSpec.Own own ->
          throw own.cannot("a time lag cannot reach its biases: let its layers begin with them.");
      case CellSpec.Rnn _ ->
          throw new CarouselException.Request(
              "A time lag has no effect on a simple RNN: it has no gate that remembers.");
    };
  }

  /// Without anything between layers but dropout, and without noise within them.
  public Recurrent(
      String name,
      int inputSize,
      List<CellSpec> cells,
      Direction direction,
      Merge merge,
      double dropout,
      Initializer inputInitializer,
      Initializer recurrentInitializer,
      double forgetBias,
      int longestLag) {
    this(
        name,
        inputSize,
        cells,
        direction,
        merge,
        dropout,
        inputInitializer,
        recurrentInitializer,
        forgetBias,
        longestLag,
        new Between(),
        new RecurrentNoise());
  }

  /// A stack without time lags, without anything between layers but dropout, and without noise.
  public Recurrent(
      String name,
      int inputSize,
      List<CellSpec> cells,
      Direction direction,
      Merge merge,
      double dropout,
      Initializer inputInitializer,
      Initializer recurrentInitializer,
      double forgetBias) {
    this(
        name,
        inputSize,
        cells,
        direction,
        merge,
        dropout,
        inputInitializer,
        recurrentInitializer,
        forgetBias,
        0,
        new Between(),
        new RecurrentNoise());
  }

  /// One layer or a stack that reads forward, with Glorot's input weights, orthogonal recurrent
  /// weights and a forget bias of 1.
  public Recurrent(String name, int inputSize, CellSpec... cells) {
    this(
        name,
        inputSize,
        List.of(cells),
        Direction.FORWARD,
        Merge.CONCAT,
        0,
        new Initializer.Glorot(),
        new Initializer.Orthogonal(),
        1);
  }

  /// The same stack reading another way, two directions side by side.
  public Recurrent withDirection(Direction newDirection) {
    return withDirection(newDirection, merge);
  }

  /// The same stack reading another way.
  public Recurrent withDirection(Direction newDirection, Merge newMerge) {
    return new Recurrent(
        name,
        inputSize,
        cells,
        newDirection,
        newMerge,
        dropout,
        inputInitializer,
        recurrentInitializer,
        forgetBias,
        longestLag,
        between,
        noise);
  }

  /// The same stack with dropout between its layers.
  public Recurrent withDropout(double rate) {
    return new Recurrent(
        name,
        inputSize,
        cells,
        direction,
        merge,
        rate,
        inputInitializer,
        recurrentInitializer,
        forgetBias,
        longestLag,
        between,
        noise);
  }

  /// The same stack beginning otherwise. PyTorch's initializer reaches the biases too.
  public Recurrent withInitializers(Initializer input, Initializer recurrent, double forget) {
    return new Recurrent(
        name,
        inputSize,
        cells,
        direction,
        merge,
        dropout,
        input,
        recurrent,
        forget,
        longestLag,
        between,
        noise);
  }

  /// The same stack with its units' memories spread over 1 to so many steps at the beginning.
  public Recurrent withLongestLag(int steps) {
    return new Recurrent(
        name,
        inputSize,
        cells,
        direction,
        merge,
        dropout,
        inputInitializer,
        recurrentInitializer,
        forgetBias,
        steps,
        between,
        noise);
  }

  /// The same stack with residual connections or layer norm between its layers.
  public Recurrent withBetween(Between newBetween) {
    return new Recurrent(
        name,
        inputSize,
        cells,
        direction,
        merge,
        dropout,
        inputInitializer,
        recurrentInitializer,
        forgetBias,
        longestLag,
        newBetween,
        noise);
  }

  /// The same stack with other noise within its layers.
  public Recurrent withNoise(RecurrentNoise newNoise) {
    return new Recurrent(
        name,
        inputSize,
        cells,
        direction,
        merge,
        dropout,
        inputInitializer,
        recurrentInitializer,
        forgetBias,
        longestLag,
        between,
        newNoise);
  }

  /// The features of its output.
  public int outputSize() {
    return outputSize(cells.size() - 1);
  }

  private int outputSize(int layer) {
    int one = cells.get(layer).outputSize();
    return direction == Direction.BOTH && merge == Merge.CONCAT ? Math.multiplyExact(2, one) : one;
  }

  int inputSize(int layer) {
    return layer == 0 ? inputSize : outputSize(layer - 1);
  }

  /// The directions of one layer.
  private List<Boolean> reversed() {
    return switch (direction) {
      case FORWARD -> List.of(false);
      case BACKWARD -> List.of(true);
      case BOTH -> List.of(false, true);
    };
  }

  /// The number of states it has: layers times directions.
  public int states() {
    return cells.size() * reversed().size();
  }

  /// The cell of a state.
  public CellSpec cell(int state) {
    return cells.get(state / reversed().size());
  }

  /// The parameters of one layer in one direction, in the order of its plan.
  List<ParameterSpec> specs(int layer, boolean reverse) {
    if (cells.get(layer) instanceof CellSpec.Own) {
      return owned(layer, reverse).stream().map(Owned::spec).toList();
    }
    String prefix = place(layer, reverse) + ".";
    return CellParameters.of(cells.get(layer), inputSize(layer)).stream()
        .map(spec -> spec.withName(prefix + spec.name()))
        .toList();
  }

  private String place(int layer, boolean reverse) {
    return name + "." + layer + (reverse ? ".backward" : ".forward");
  }

  /// What a cell of the user's own is made of in one layer and direction.
  OwnCell.Parts parts(OwnCell cell, int layer, boolean reverse) {
    return cell.parts(place(layer, reverse), inputSize(layer));
  }

  /// The parameters of one layer in one direction, and how they begin.
  private List<Owned> owned(int layer, boolean reverse) {
    CellSpec cell = cells.get(layer);
    if (cell instanceof OwnCell own) {
      return parts(own, layer, reverse).layers().stream()
          .flatMap(part -> part.parameters().stream())
          .toList();
    }
    return specs(layer, reverse).stream()
        .map(spec -> new Owned(spec, initializer(cell, spec)))
        .toList();
  }

  @Override
  public List<Owned> parameters() {
    List<Owned> all = new ArrayList<>();
    for (int layer = 0; layer < cells.size(); layer++) {
      if (layer > 0 && between.layerNorm()) {
        all.addAll(norm(layer).parameters());
      }
      for (boolean reverse : reversed()) {
        all.addAll(owned(layer, reverse));
      }
    }
    return all;
  }

  /// What normalises the input of a layer above the first.
  LayerNorm norm(int layer) {
    return new LayerNorm(name + "." + layer + ".norm", inputSize(layer));
  }

  private Initializer initializer(CellSpec cell, ParameterSpec spec) {
    Initializer bound = new Initializer.Uniform(1 / Math.sqrt(cell.hiddenSize()));
    return switch (spec.role()) {
      case INPUT_WEIGHT -> inputInitializer instanceof Initializer.Torch ? bound : inputInitializer;
      case RECURRENT_WEIGHT ->
          recurrentInitializer instanceof Initializer.Torch ? bound : recurrentInitializer;
      case BIAS -> {
        boolean gates = spec.name().endsWith("." + CellParameters.BIAS);
        if (gates && longestLag > 0) {
          yield new Initializer.Chrono(longestLag, remembering(cell));
        }
        if (inputInitializer instanceof Initializer.Torch) {
          yield bound;
        }
        yield gates && forgets(cell)
            ? new Initializer.Gates(List.of(0.0, forgetBias, 0.0, 0.0))
            : new Initializer.Constant(0);
      }
      // peepholes begin closed, gains begin at 1
      case GAIN ->
          new Initializer.Constant(spec.name().endsWith("." + CellParameters.PEEPHOLE) ? 0 : 1);
      case TABLE -> throw new IllegalStateException("A cell has no table.");
    };
  }

  /// Its outputs at every step, and the state after each sequence's own end, layer by layer,
  /// forward before backward.
  public record Result(Tensor outputs, List<State> last) {}

  /// Records the stack from states of zeros.
  public Tensor apply(Tensor x) {
    return apply(x, null, false).outputs();
  }

  /// Records the stack from given first states, in the order of [Result#last], or zeros for null.
  /// The last states are computed only when they are asked for.
  public Result apply(Tensor x, @Nullable List<State> first, boolean last) {
    LayerSizes.fits("Recurrent '" + name + "'", "an input", x, inputSize);
    if (first != null && first.size() != states()) {
      throw new CarouselException.Request(
          "Recurrent '"
              + name
              + "' has "
              + states()
              + " states (layers times directions), but "
              + first.size()
              + " were given.");
    }
    List<State> ends = new ArrayList<>();
    Tensor h = x;
    int state = 0;
    for (int layer = 0; layer < cells.size(); layer++) {
      Tensor in = layer == 0 ? h : between(layer, h);
      in = DropoutOp.of(in, (float) noise.input(), true);
      List<Tensor> outputs = new ArrayList<>();
      for (boolean reverse : reversed()) {
        State start = first == null ? null : first.get(state);
        outputs.add(one(layer, reverse, in, start, last ? ends : null));
        state++;
      }
      Tensor out = merge(outputs);
      h = layer > 0 && between.residual() ? Pointwise.add(h, out) : out;
    }
    return new Result(h, ends);
  }

  /// dropout(norm(h)), on its way to a layer
  private Tensor between(int layer, Tensor h) {
    Tensor normalised = between.layerNorm() ? norm(layer).apply(h) : h;
    return DropoutOp.of(normalised, (float) dropout, false);
  }

  private Tensor one(
      int layer, boolean reverse, Tensor x, @Nullable State start, @Nullable List<State> ends) {
    List<Parameter> parameters =
        specs(layer, reverse).stream().map(x.tape().parameters()::get).toList();
    Tensor in = reverse ? Sequences.reverse(x) : x;
    String place = place(layer, reverse);
    boolean last = ends != null;
    RecurrentOp.Result result =
        switch (cells.get(layer)) {
          case OwnCell own -> {
            CellStep step = parts(own, layer, reverse).step();
            yield RecurrentOp.of(place, own, step, parameters, in, start, last);
          }
          case CellSpec cell -> RecurrentOp.of(place, cell, parameters, in, start, last, noise);
        };
    if (ends != null && result.last() != null) {
      ends.add(result.last());
    }
    return reverse ? Sequences.reverse(result.y()) : result.y();
  }

  private Tensor merge(List<Tensor> outputs) {
    if (outputs.size() == 1) {
      return outputs.getFirst();
    }
    return switch (merge) {
      case CONCAT -> Columns.concat(outputs);
      case SUM -> Pointwise.add(outputs.get(0), outputs.get(1));
    };
  }
}
