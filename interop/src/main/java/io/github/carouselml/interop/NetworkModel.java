package io.github.carouselml.interop;

import io.github.carouselml.grad.Indices;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.RowSpace;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.grad.Tensor;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.model.Codec;
import io.github.carouselml.model.Json;
import io.github.carouselml.model.ModelFile;
import io.github.carouselml.model.Weights;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.BackendOptions;
import io.github.carouselml.tensor.Backends;
import io.github.carouselml.tensor.Rows;
import io.github.carouselml.train.ParameterWeights;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;

/// A network with its weights, immutable. Any number of threads may predict with one at once, each
/// with the bits of a call that is alone.
/// ```
/// var model = NetworkModel.load(Path.of("model.safetensors"));
/// float[][][] y = model.predict(x);           // x [B][T][inputSize], y [B][T][outputSize]
/// ```
public final class NetworkModel {
  /// What the file's task is called.
  static final String TASK = "network";

  private static final Codec<NetworkSpec> SPEC =
      Codec.of(NetworkSpec.class, MethodHandles.lookup());

  private final NetworkSpec spec;
  private final Backend backend;
  private final Parameters parameters;
  private final Json provenance;

  private NetworkModel(NetworkSpec spec, Backend backend, Parameters parameters, Json provenance) {
    this.spec = spec;
    this.backend = backend;
    this.parameters = parameters;
    this.provenance = provenance;
  }

  /// A network with these weights, on the threads that will call it.
  ///
  /// @param where whose weights these are, for messages
  public static NetworkModel of(NetworkSpec spec, Weights weights, Json provenance, String where) {
    return of(
        spec,
        weights,
        provenance,
        where,
        Backends.open("cpu", new BackendOptions().withThreads(1)));
  }

  /// The same on a backend that stays the caller's to close.
  public static NetworkModel of(
      NetworkSpec spec, Weights weights, Json provenance, String where, Backend backend) {
    Parameters parameters = Layer.forPrediction(backend, spec.layers());
    ParameterWeights.write(weights, parameters, where);
    return new NetworkModel(spec, backend, parameters, provenance);
  }

  /// The network in a file, on the threads that will call it.
  ///
  /// @throws IOException where there is none, or it cannot be read
  /// @throws CarouselException.BadFile where it is damaged or a model of another task
  public static NetworkModel load(Path path) throws IOException {
    ModelFile file = ModelFile.read(path);
    if (!(file.task() instanceof Json.Obj task)
        || !(task.get("task").orElse(null) instanceof Json.Str(String name))) {
      throw new CarouselException.BadFile("%s does not say which task it is for.".formatted(path));
    }
    if (!name.equals(TASK)) {
      throw new CarouselException.BadFile(
          ("%s is a model of the task '%s', but a model of the task '%s' is needed: one that was"
                  + " imported, or that was made of a NetworkSpec.")
              .formatted(path, name, TASK));
    }
    NetworkSpec spec = SPEC.read(file.spec(), path.toString());
    return of(spec, file.weights(), file.provenance(), path.toString());
  }

  /// Writes the model, atomically.
  public void save(Path path) throws IOException {
    Json task = Json.object().with("task", TASK);
    new ModelFile(weights(), SPEC.write(spec), task, provenance).write(path);
  }

  /// What it is.
  public NetworkSpec spec() {
    return spec;
  }

  /// Its weights, under Carousel's names.
  public Weights weights() {
    return ParameterWeights.read(parameters);
  }

  /// How it came about.
  public Json provenance() {
    return provenance;
  }

  /// Outputs for `x [B][T][inputSize]`, each sequence as long as its array:
  /// `[B][T][outputSize]`, or `[B][1][outputSize]` where the network gives one output for each sequence.
  public float[][][] predict(float[][][] x) {
    Rows rows = rows(Arrays.stream(x).mapToInt(sequence -> sequence.length).toArray());
    Tape tape = new Tape(backend, parameters, Tape.Mode.PREDICT, 0);
    int features = spec.inputSize();
    Tensor in = tape.input("x", new RowSpace.Steps(rows), features);
    float[] all = new float[rows.count() * features];
    for (int b = 0; b < x.length; b++) {
      for (int t = 0; t < x[b].length; t++) {
        if (x[b][t].length != features) {
          throw new CarouselException.Request(
              "Step %d of sequence %d has %d numbers, but the network takes %d."
                  .formatted(t, b, x[b][t].length, features));
        }
        System.arraycopy(x[b][t], 0, all, rows.row(t, b) * features, features);
      }
    }
    return run(tape, rows, spec.apply(in), program -> program.upload(in, all));
  }

  /// The same for a network that takes tokens, `[B][T]`.
  public float[][][] predict(int[][] tokens) {
    Rows rows = rows(Arrays.stream(tokens).mapToInt(sequence -> sequence.length).toArray());
    Tape tape = new Tape(backend, parameters, Tape.Mode.PREDICT, 0);
    Indices in = tape.indices("tokens", new RowSpace.Steps(rows));
    for (int b = 0; b < tokens.length; b++) {
      for (int t = 0; t < tokens[b].length; t++) {
        in.values()[rows.row(t, b)] = tokens[b][t];
      }
    }
    return run(tape, rows, spec.apply(tape, in), _ -> {});
  }

  private static Rows rows(int[] lengths) {
    Rows rows = new Rows(Arrays.stream(lengths).max().orElse(0), lengths.length);
    rows.set(lengths, lengths.length);
    return rows;
  }

  private float[][][] run(Tape tape, Rows rows, Tensor out, Consumer<Program> upload) {
    Tensor y = tape.keep(out);
    int features = y.features();
    float[] all = new float[y.rows() * features];
    try (Program program = tape.program()) {
      upload.accept(program);
      program.evaluate(0);
      program.download(y, all);
    }
    float[][][] outputs = new float[rows.sequences()][][];
    for (int b = 0; b < outputs.length; b++) {
      int steps = spec.givesSteps() ? rows.length(rows.rank(b)) : 1;
      outputs[b] = new float[steps][features];
      for (int t = 0; t < steps; t++) {
        int row = spec.givesSteps() ? rows.row(t, b) : rows.rank(b);
        System.arraycopy(all, row * features, outputs[b][t], 0, features);
      }
    }
    return outputs;
  }
}
