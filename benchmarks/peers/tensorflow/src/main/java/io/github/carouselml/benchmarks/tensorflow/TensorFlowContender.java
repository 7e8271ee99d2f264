package io.github.carouselml.benchmarks.tensorflow;

import io.github.carouselml.benchmarks.Contender;
import io.github.carouselml.benchmarks.Mode;
import io.github.carouselml.benchmarks.Outcome;
import io.github.carouselml.benchmarks.Point;
import io.github.carouselml.benchmarks.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.TensorFlow;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.nn.BlockLSTM;
import org.tensorflow.op.nn.BlockLSTMGrad;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/// TensorFlow through its Java interface: a graph of `BlockLSTM` operations, the fastest it has on a
/// CPU, with the weights as constants; inputs and output gradients are tensors made once and fed.
public final class TensorFlowContender implements Contender {

  private Point point = new Point(1, 1, 1, 1, 1);
  private float[] x = new float[0];
  private @Nullable Loaded loaded;

  /// One layer's operations.
  private record Layer(
      BlockLSTM<TFloat32> forward, Operand<TFloat32> weights, Operand<TFloat32> bias) {}

  /// What one load made.
  private record Loaded(
      Graph graph,
      Session session,
      List<Output<TFloat32>> fetched,
      List<Placeholder<TFloat32>> fed,
      List<TFloat32> values) {}

  private List<TFloat32> state = List.of();
  private @Nullable Result latest;

  @Override
  public String name() {
    return "TensorFlow";
  }

  @Override
  public String version() {
    return TensorFlow.version();
  }

  @Override
  public void load(Problem problem, Mode mode, int threads) {
    unload();
    point = problem.point();
    x = problem.x();
    int steps = mode == Mode.STREAMING ? 1 : point.steps();
    int batch = point.batch();
    int hidden = point.hiddenSize();
    Graph graph = new Graph();
    Ops tf = Ops.create(graph);
    List<Placeholder<TFloat32>> fed = new ArrayList<>();
    List<TFloat32> values = new ArrayList<>();
    List<Output<TFloat32>> fetched = new ArrayList<>();
    Placeholder<TFloat32> input = feed(tf, fed, steps, batch, point.inputSize());
    values.add(
        tensor(
            Arrays.copyOf(x, steps * batch * point.inputSize()), steps, batch, point.inputSize()));
    Operand<TInt64> length = tf.constant((long) steps);
    Operand<TFloat32> none = tf.zeros(tf.constant(new int[] {hidden}), TFloat32.class);
    List<Layer> layers = new ArrayList<>();
    List<Operand<TFloat32>> inputs = new ArrayList<>();
    List<Operand<TFloat32>> states = new ArrayList<>();
    Operand<TFloat32> below = input;
    for (int l = 0; l < point.layers(); l++) {
      Placeholder<TFloat32> c = feed(tf, fed, batch, hidden);
      Placeholder<TFloat32> h = feed(tf, fed, batch, hidden);
      values.add(tensor(new float[batch * hidden], batch, hidden));
      values.add(tensor(new float[batch * hidden], batch, hidden));
      int size = l == 0 ? point.inputSize() : hidden;
      float[] weights = Matrices.stacked(problem.w().get(l), problem.r().get(l), size, hidden);
      Operand<TFloat32> w =
          tf.constant(Shape.of(size + hidden, 4L * hidden), DataBuffers.of(weights));
      Operand<TFloat32> b = tf.constant(problem.b().get(l));
      BlockLSTM<TFloat32> lstm =
          BlockLSTM.create(tf.scope(), length, below, c, h, w, none, none, none, b);
      inputs.add(below);
      states.add(c);
      states.add(h);
      layers.add(new Layer(lstm, w, b));
      below = lstm.h();
    }
    fetched.add(below.asOutput());
    if (mode == Mode.STREAMING) {
      for (Layer layer : layers) {
        fetched.add(stateOf(tf, layer.forward().cs(), batch, hidden));
        fetched.add(stateOf(tf, layer.forward().h(), batch, hidden));
      }
    } else if (mode == Mode.TRAINING) {
      Placeholder<TFloat32> outputGradient = feed(tf, fed, steps, batch, hidden);
      values.add(tensor(problem.dy(), steps, batch, hidden));
      Operand<TFloat32> dy = outputGradient;
      Operand<TFloat32> noCellGradient =
          tf.zeros(tf.constant(new int[] {steps, batch, hidden}), TFloat32.class);
      List<Output<TFloat32>> parameters = new ArrayList<>();
      for (int l = point.layers() - 1; l >= 0; l--) {
        Layer layer = layers.get(l);
        BlockLSTM<TFloat32> f = layer.forward();
        BlockLSTMGrad<TFloat32> gradient =
            BlockLSTMGrad.create(
                tf.scope(),
                length,
                inputs.get(l),
                states.get(2 * l),
                states.get(2 * l + 1),
                layer.weights(),
                none,
                none,
                none,
                layer.bias(),
                f.i(),
                f.cs(),
                f.f(),
                f.o(),
                f.ci(),
                f.co(),
                f.h(),
                noCellGradient,
                dy,
                false);
        parameters.addAll(0, List.of(gradient.wGrad(), gradient.bGrad()));
        dy = gradient.xGrad();
      }
      fetched.add(dy.asOutput());
      fetched.addAll(parameters);
    }
    ConfigProto config =
        ConfigProto.newBuilder()
            .setIntraOpParallelismThreads(threads)
            .setInterOpParallelismThreads(1)
            .build();
    loaded = new Loaded(graph, new Session(graph, config), fetched, fed, values);
    restart();
  }

  private static Output<TFloat32> stateOf(Ops tf, Output<TFloat32> rows, int batch, int hidden) {
    return tf.reshape(rows, tf.constant(new int[] {batch, hidden})).asOutput();
  }

  private static Placeholder<TFloat32> feed(
      Ops tf, List<Placeholder<TFloat32>> fed, long... sizes) {
    Placeholder<TFloat32> placeholder =
        tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(sizes)));
    fed.add(placeholder);
    return placeholder;
  }

  private static TFloat32 tensor(float[] values, long... sizes) {
    return TFloat32.tensorOf(Shape.of(sizes), DataBuffers.of(values));
  }

  private Loaded loaded() {
    if (loaded == null) {
      throw new IllegalStateException("Nothing has been loaded.");
    }
    return loaded;
  }

  @Override
  public void forward() {
    Loaded now = loaded();
    Session.Runner runner = now.session().runner();
    int states = state.size();
    for (int i = 0; i < now.fed().size(); i++) {
      boolean carried = i > 0 && i <= states;
      runner.feed(now.fed().get(i), carried ? state.get(i - 1) : now.values().get(i));
    }
    now.fetched().forEach(runner::fetch);
    Result result = runner.run();
    if (latest != null) {
      latest.close();
    }
    latest = result;
  }

  @Override
  public void trainStep() {
    forward();
  }

  @Override
  public void restart() {
    state = List.copyOf(loaded().values().subList(1, 1 + 2 * point.layers()));
  }

  @Override
  public void stream(int step, float[] output) {
    int from = step * point.inputSize();
    loaded()
        .values()
        .getFirst()
        .copyFrom(DataBuffers.of(Arrays.copyOfRange(x, from, from + point.inputSize())));
    forward();
    fetched(0).copyTo(DataBuffers.of(output, false, false));
    List<TFloat32> next = new ArrayList<>();
    for (int i = 1; i <= 2 * point.layers(); i++) {
      next.add(fetched(i));
    }
    state = next;
  }

  private TFloat32 fetched(int i) {
    if (latest == null) {
      throw new IllegalStateException("Nothing has been computed.");
    }
    return (TFloat32) latest.get(i);
  }

  private float[] values(int i) {
    float[] values = new float[Math.toIntExact(fetched(i).size())];
    fetched(i).copyTo(DataBuffers.of(values, false, false));
    return values;
  }

  @Override
  public Outcome outcome() {
    if (loaded().fetched().size() == 1) {
      return Outcome.ofOutputs(values(0));
    }
    List<float[]> dw = new ArrayList<>();
    List<float[]> dr = new ArrayList<>();
    List<float[]> db = new ArrayList<>();
    for (int l = 0; l < point.layers(); l++) {
      float[] stacked = values(2 + 2 * l);
      int size = l == 0 ? point.inputSize() : point.hiddenSize();
      dw.add(Matrices.transposedRows(stacked, 0, size, 4 * point.hiddenSize()));
      dr.add(
          Matrices.transposedRows(
              stacked, size, size + point.hiddenSize(), 4 * point.hiddenSize()));
      db.add(values(3 + 2 * l));
    }
    return new Outcome(values(0), values(1), dw, dr, db);
  }

  private void unload() {
    if (latest != null) {
      latest.close();
      latest = null;
    }
    if (loaded != null) {
      loaded.values().forEach(TFloat32::close);
      loaded.session().close();
      loaded.graph().close();
      loaded = null;
    }
  }

  @Override
  public void close() {
    unload();
  }
}
