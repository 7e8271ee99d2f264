package io.github.carouselml.benchmarks.dl4j;

import io.github.carouselml.benchmarks.Contender;
import io.github.carouselml.benchmarks.Mode;
import io.github.carouselml.benchmarks.Outcome;
import io.github.carouselml.benchmarks.Point;
import io.github.carouselml.benchmarks.Problem;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/// Deeplearning4j: a network of LSTM layers, its forward pass, its time step, and its gradients for
/// an output gradient given from outside. Arrays lie so that one time step is contiguous, as its
/// layers want them. Threads come from `OMP_NUM_THREADS`.
public final class Dl4jContender implements Contender {

  private static final String VERSION = "1.0.0-M2.1";

  /// Its gate columns are g f o i, in numbers of i f g o.
  private static final int[] GATES = {2, 1, 3, 0};

  private Point point = new Point(1, 1, 1, 1, 1);
  private @Nullable Loaded loaded;

  private static final class Loaded {
    private final MultiLayerNetwork network;
    private final INDArray x;
    private final INDArray dy;
    private final List<INDArray> steps = new ArrayList<>();
    private @Nullable INDArray y;
    private @Nullable Pair<Gradient, INDArray> gradients;

    Loaded(MultiLayerNetwork network, INDArray x, INDArray dy) {
      this.network = network;
      this.x = x;
      this.dy = dy;
    }
  }

  @Override
  public String name() {
    return "DL4J";
  }

  @Override
  public String version() {
    return VERSION;
  }

  @Override
  public void load(Problem problem, Mode mode, int threads) {
    point = problem.point();
    NeuralNetConfiguration.ListBuilder layers = new NeuralNetConfiguration.Builder().list();
    for (int l = 0; l < point.layers(); l++) {
      layers.layer(
          new LSTM.Builder()
              .nIn(inputs(l))
              .nOut(point.hiddenSize())
              .activation(Activation.TANH)
              .gateActivationFunction(Activation.SIGMOID)
              .build());
    }
    MultiLayerNetwork network = new MultiLayerNetwork(layers.build());
    network.init();
    for (int l = 0; l < point.layers(); l++) {
      set(network, l, "W", problem.w().get(l), inputs(l));
      set(network, l, "RW", problem.r().get(l), point.hiddenSize());
      INDArray bias = network.getLayer(l).getParam("b");
      float[] values = problem.b().get(l);
      for (int j = 0; j < values.length; j++) {
        bias.putScalar(
            j, values[GATES[j / point.hiddenSize()] * point.hiddenSize() + j % point.hiddenSize()]);
      }
    }
    Loaded next =
        new Loaded(
            network,
            sequences(problem.x(), point.inputSize()),
            sequences(problem.dy(), point.hiddenSize()));
    if (mode == Mode.STREAMING) {
      for (int t = 0; t < point.steps(); t++) {
        float[] row = new float[point.inputSize()];
        System.arraycopy(problem.x(), t * row.length, row, 0, row.length);
        next.steps.add(Nd4j.createFromArray(new float[][] {row}));
      }
    }
    loaded = next;
  }

  private int inputs(int layer) {
    return layer == 0 ? point.inputSize() : point.hiddenSize();
  }

  /// `[T, B, F]` to the library's `[B, F, T]`.
  private INDArray sequences(float[] values, int features) {
    return Nd4j.createFromArray(values)
        .reshape('c', point.steps(), point.batch(), features)
        .permute(1, 2, 0)
        .dup('f');
  }

  private static float[] rows(INDArray sequences) {
    return sequences.permute(2, 0, 1).dup('c').data().asFloat();
  }

  private void set(MultiLayerNetwork network, int layer, String name, float[] rows, int columns) {
    int hidden = point.hiddenSize();
    INDArray target = network.getLayer(layer).getParam(name);
    for (int gate = 0; gate < 4; gate++) {
      for (int unit = 0; unit < hidden; unit++) {
        for (int k = 0; k < columns; k++) {
          float value = rows[(GATES[gate] * hidden + unit) * columns + k];
          target.putScalar(k, (long) gate * hidden + unit, value);
        }
      }
    }
  }

  private float[] get(INDArray from, int columns) {
    int hidden = point.hiddenSize();
    float[] rows = new float[4 * hidden * columns];
    float[] values = from.dup('c').data().asFloat();
    for (int gate = 0; gate < 4; gate++) {
      for (int unit = 0; unit < hidden; unit++) {
        for (int k = 0; k < columns; k++) {
          rows[(GATES[gate] * hidden + unit) * columns + k] =
              values[k * 4 * hidden + gate * hidden + unit];
        }
      }
    }
    return rows;
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
    now.y = now.network.output(now.x, false);
  }

  @Override
  public void trainStep() {
    Loaded now = loaded();
    now.network.setInput(now.x);
    now.y = now.network.feedForward(true, false).getLast();
    now.gradients = now.network.backpropGradient(now.dy, LayerWorkspaceMgr.noWorkspaces());
  }

  @Override
  public void restart() {
    loaded().network.rnnClearPreviousState();
  }

  @Override
  public void stream(int step, float[] output) {
    Loaded now = loaded();
    INDArray h = now.network.rnnTimeStep(now.steps.get(step));
    for (int u = 0; u < output.length; u++) {
      output[u] = h.data().getFloat(u);
    }
  }

  @Override
  public Outcome outcome() {
    Loaded now = loaded();
    if (now.y == null) {
      throw new IllegalStateException("Nothing has been computed.");
    }
    float[] y = rows(now.y);
    if (now.gradients == null) {
      return Outcome.ofOutputs(y);
    }
    List<float[]> dw = new ArrayList<>();
    List<float[]> dr = new ArrayList<>();
    List<float[]> db = new ArrayList<>();
    Gradient gradients = now.gradients.getFirst();
    for (int l = 0; l < point.layers(); l++) {
      dw.add(get(gradients.getGradientFor(l + "_W"), inputs(l)));
      dr.add(get(gradients.getGradientFor(l + "_RW"), point.hiddenSize()));
      db.add(get(gradients.getGradientFor(l + "_b"), 1));
    }
    return new Outcome(y, rows(now.gradients.getSecond()), dw, dr, db);
  }

  @Override
  public void close() {
    loaded = null;
  }
}
