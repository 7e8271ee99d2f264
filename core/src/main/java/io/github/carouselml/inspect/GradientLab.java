package io.github.carouselml.inspect;

import io.github.carouselml.grad.Parameter;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.kernel.Random;
import io.github.carouselml.layer.ArrayLayer;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Clipping;
import io.github.carouselml.spec.Initializer;
import io.github.carouselml.spec.Optimizer;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.train.TrainJob;
import io.github.carouselml.train.Trainer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/// The field's first question by measurement: how much of a gradient arrives how far back, in an
/// RNN, a GRU and LSTMs with different forget biases, from three beginnings, under inputs of three
/// scales, before and after training.
///
/// Input weights begin normal with deviation 1/√inputs, so that with inputs of scale s the input's
/// share of every pre-activation has about deviation s. Biases begin at 0 but for the forget gate's.
/// Training is [LatchTask] at scale 1, once for each network, over as many steps as are traced;
/// traces run over unseen sequences of that task, times the scale.
///
/// @param hiddenSize units of each network
/// @param inputSize features of the input, 2 or more
/// @param steps of each sequence: the largest distance
/// @param sequences that a trace averages over
/// @param updates of training
/// @param batch sequences of an update
/// @param learningRate Adam's; gradients are clipped to norm 1
/// @param seed names all random numbers
public record GradientLab(
    int hiddenSize,
    int inputSize,
    int steps,
    int sequences,
    int updates,
    int batch,
    double learningRate,
    long seed) {
  /// What inputs are multiplied by.
  public static final List<Double> SCALES = List.of(0.0, 0.1, 1.0);

  /// Where forget gates' biases begin.
  public static final List<Double> FORGET_BIASES = List.of(0.0, 1.0, 3.0, 5.0);

  /// Sequences that the loss after training is measured on.
  private static final int UNSEEN = 256;

  private static final long UNSEEN_SEED = 1L << 32;

  public GradientLab {
    if (inputSize < 2) {
      throw new CarouselException.Request(
          "The latch needs an input of 2 features or more (the sign, and that it is one), not "
              + inputSize
              + ".");
    }
    if (steps < 1 || sequences < 1 || updates < 1) {
      throw new CarouselException.Request(
          "The lab needs steps, sequences and updates, 1 or more of each, not %d, %d and %d."
              .formatted(steps, sequences, updates));
    }
  }

  /// The protocol.
  public GradientLab() {
    this(64, 8, 100, 4, 300, 16, 0.003, 1);
  }

  /// The same protocol with other random numbers.
  public GradientLab withSeed(long newSeed) {
    return new GradientLab(
        hiddenSize, inputSize, steps, sequences, updates, batch, learningRate, newSeed);
  }

  /// Which network.
  public enum Kind {
    RNN,
    GRU,
    LSTM
  }

  /// How recurrent weights begin.
  public enum Start {
    ORTHOGONAL,
    GLOROT,
    /// Uniform in ± 1/√H.
    UNIFORM;

    Initializer initializer(int hiddenSize) {
      return switch (this) {
        case ORTHOGONAL -> new Initializer.Orthogonal();
        case GLOROT -> new Initializer.Glorot();
        case UNIFORM -> new Initializer.Uniform(1 / Math.sqrt(hiddenSize));
      };
    }
  }

  /// A network of the protocol.
  ///
  /// @param forgetBias where an LSTM's forget gates begin; empty for the others
  public record Network(Kind kind, Start start, OptionalDouble forgetBias) {
    public CellSpec cell(int hiddenSize) {
      return switch (kind) {
        case RNN -> new CellSpec.Rnn(hiddenSize);
        case GRU -> new CellSpec.Gru(hiddenSize);
        case LSTM -> new CellSpec.Lstm(hiddenSize);
      };
    }
  }

  /// One curve.
  ///
  /// @param scale what inputs were multiplied by
  /// @param trained after training, or at the beginning
  /// @param log10Norms of `‖∂L/∂(h, c)‖` by distance from the end, from 0 to the number of steps; -∞
  ///     where nothing arrives
  /// @param check the same by differences
  @SuppressWarnings("ArrayRecordComponent") // a curve, not a value
  public record Curve(double scale, boolean trained, double[] log10Norms, TraceCheck check) {
    /// Over the whole way.
    public double log10AtEnd() {
      return log10Norms[log10Norms.length - 1];
    }
  }

  /// What was found of a network.
  ///
  /// @param loss on unseen sequences after training; ln 2 for who guesses
  public record Finding(Network network, double loss, List<Curve> curves) {
    /// The curve of a scale.
    public Curve curve(double scale, boolean trained) {
      return curves.stream()
          .filter(curve -> curve.scale == scale && curve.trained == trained)
          .findFirst()
          .orElseThrow();
    }
  }

  /// Every network: RNN, GRU and LSTM by forget bias, of each beginning.
  public static List<Network> networks() {
    List<Network> all = new ArrayList<>();
    for (Start start : Start.values()) {
      all.add(new Network(Kind.RNN, start, OptionalDouble.empty()));
      all.add(new Network(Kind.GRU, start, OptionalDouble.empty()));
      for (double bias : FORGET_BIASES) {
        all.add(new Network(Kind.LSTM, start, OptionalDouble.of(bias)));
      }
    }
    return all;
  }

  /// Measures, trains, and measures again.
  public Finding measure(Backend backend, Network network) {
    Recurrent layer = layer(network);
    LatchTask unseen = new LatchTask(layer, steps, seed + UNSEEN_SEED, UNSEEN);
    Parameters parameters = Layer.initialize(backend, unseen.layers(), seed);
    List<Curve> curves = new ArrayList<>(curves(backend, unseen, parameters, false));
    double loss = train(backend, layer, parameters, unseen);
    curves.addAll(curves(backend, unseen, parameters, true));
    return new Finding(network, loss, List.copyOf(curves));
  }

  /// The curve of a network at its beginning.
  public Curve atTheBeginning(Backend backend, Network network, double scale) {
    LatchTask unseen = new LatchTask(layer(network), steps, seed + UNSEEN_SEED, UNSEEN);
    Parameters parameters = Layer.initialize(backend, unseen.layers(), seed);
    return curve(backend, unseen, parameters, scale, false);
  }

  private Recurrent layer(Network network) {
    return new Recurrent("layer", inputSize, network.cell(hiddenSize))
        .withInitializers(
            new Initializer.Normal(1 / Math.sqrt(inputSize)),
            network.start().initializer(hiddenSize),
            network.forgetBias().orElse(0));
  }

  private double train(Backend backend, Recurrent layer, Parameters parameters, LatchTask unseen) {
    TrainSpec spec =
        new TrainSpec(1, batch)
            .withSeed(seed)
            .withOptimizer(new Optimizer.Adam(learningRate))
            .withClipping(Clipping.byNorm(1));
    LatchTask training = new LatchTask(layer, steps, seed, updates * batch);
    try (Trainer trainer =
        new Trainer(new TrainJob(spec, backend, parameters, training).withValidation(unseen))) {
      return trainer.run().epochs().getLast().validationLoss().orElseThrow();
    } catch (IOException e) {
      throw new IllegalStateException("A run without files has nothing to write.", e);
    }
  }

  private List<Curve> curves(
      Backend backend, LatchTask task, Parameters parameters, boolean trained) {
    return SCALES.stream().map(scale -> curve(backend, task, parameters, scale, trained)).toList();
  }

  private Curve curve(
      Backend backend, LatchTask task, Parameters parameters, double scale, boolean trained) {
    Recurrent layer = task.layer();
    try (ArrayLayer network = new ArrayLayer(layer, backend, seed)) {
      for (Parameter parameter : network.parameters().all()) {
        network.parameters().set(parameter.name(), parameters.value(parameter.name()));
      }
      float[][][] x = new float[sequences][][];
      for (int b = 0; b < sequences; b++) {
        x[b] = task.sequence(b, scale);
      }
      GradientTrace trace = GradientTrace.of(network, x, probes(layer.outputSize()));
      TraceCheck check = TraceCheck.of(trace, layer.cell(0), inputSize, network.parameters(), seed);
      return new Curve(scale, trained, trace.log10Norms(), check);
    }
  }

  /// One random direction of length 1 for each sequence.
  private float[][] probes(int size) {
    Random random = new Random(seed, Random.Purpose.SAMPLE, 1);
    float[][] probes = new float[sequences][size];
    for (int b = 0; b < sequences; b++) {
      double[] probe = new double[size];
      for (int k = 0; k < size; k++) {
        probe[k] = random.normal((long) b * size + k);
      }
      double norm = GradientTrace.length(probe);
      for (int k = 0; k < size; k++) {
        probes[b][k] = (float) (probe[k] / norm);
      }
    }
    return probes;
  }
}
