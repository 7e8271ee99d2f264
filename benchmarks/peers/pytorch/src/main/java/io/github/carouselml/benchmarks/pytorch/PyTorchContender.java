package io.github.carouselml.benchmarks.pytorch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.github.carouselml.benchmarks.Contender;
import io.github.carouselml.benchmarks.Mode;
import io.github.carouselml.benchmarks.Outcome;
import io.github.carouselml.benchmarks.Point;
import io.github.carouselml.benchmarks.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// PyTorch through DJL's native interface: `torch.lstm` on tensors made once, without gradient
/// recording outside training, and `backward` with the given output gradient in training. In
/// streaming the inputs of all steps are tensors beforehand.
///
/// PyTorch adds to gradients; they are zeroed at every training step, as its users do.
public final class PyTorchContender implements Contender {

  private final NDManager everything = Engine.getEngine("PyTorch").newBaseManager(Device.cpu());
  private NDManager own = everything.newSubManager();
  private Point point = new Point(1, 1, 1, 1, 1);
  private Mode mode = Mode.INFERENCE;
  private final List<NDArray> inputs = new ArrayList<>();
  private final List<PtNDArray> weights = new ArrayList<>();
  private NDList parameters = new NDList();
  private NDList zeroState = new NDList();
  private NDList state = new NDList();
  private NDList latest = new NDList();
  private NDList input = new NDList();
  private NDList outputGradient = new NDList();

  @Override
  public String name() {
    return "PyTorch";
  }

  @Override
  public String version() {
    return Engine.getEngine("PyTorch").getVersion();
  }

  @Override
  public void load(Problem problem, Mode mode, int threads) {
    own.close();
    own = everything.newSubManager();
    weights.clear();
    inputs.clear();
    point = problem.point();
    this.mode = mode;
    boolean training = mode == Mode.TRAINING;
    JniUtils.setNumThreads(threads);
    JniUtils.setGradMode(training);
    int batch = point.batch();
    int hidden = point.hiddenSize();
    parameters = new NDList();
    for (int l = 0; l < point.layers(); l++) {
      int size = l == 0 ? point.inputSize() : hidden;
      parameters.add(tensor(problem.w().get(l), 4L * hidden, size));
      parameters.add(tensor(problem.r().get(l), 4L * hidden, hidden));
      parameters.add(tensor(problem.b().get(l), 4L * hidden));
      parameters.add(own.zeros(new Shape(4L * hidden))); // its second bias
    }
    Shape stateShape = new Shape(point.layers(), batch, hidden);
    zeroState = new NDList(own.zeros(stateShape), own.zeros(stateShape));
    state = zeroState;
    latest = new NDList();
    input = new NDList();
    outputGradient = new NDList();
    if (mode == Mode.STREAMING) {
      int size = point.inputSize();
      for (int t = 0; t < point.steps(); t++) {
        float[] row = Arrays.copyOfRange(problem.x(), t * size, (t + 1) * size);
        inputs.add(tensor(row, 1, batch, size));
      }
      return;
    }
    input.add(tensor(problem.x(), point.steps(), batch, point.inputSize()));
    if (training) {
      outputGradient.add(tensor(problem.dy(), point.steps(), batch, hidden));
      weights.add((PtNDArray) input.head());
      for (NDArray parameter : parameters) {
        weights.add((PtNDArray) parameter);
      }
      weights.forEach(weight -> JniUtils.attachGradient(weight, true));
    }
  }

  private NDArray tensor(float[] values, long... shape) {
    return own.create(values, new Shape(shape));
  }

  @Override
  public void forward() {
    latest.close();
    latest = lstm(input.head(), state);
  }

  private NDList lstm(NDArray sequence, NDList from) {
    return JniUtils.lstm(
        (PtNDArray) sequence,
        from,
        parameters,
        true,
        point.layers(),
        0,
        mode == Mode.TRAINING,
        false,
        false);
  }

  @Override
  public void trainStep() {
    weights.forEach(PyTorchContender::zeroGradient);
    forward();
    JniUtils.backward((PtNDArray) latest.head(), (PtNDArray) outputGradient.head(), false, false);
  }

  private static void zeroGradient(PtNDArray weight) {
    JniUtils.zeroGrad(weight);
  }

  @Override
  public void restart() {
    latest.close();
    latest = new NDList();
    state = zeroState;
  }

  @Override
  public void stream(int step, float[] output) {
    NDList next = lstm(inputs.get(step), state);
    next.head().toByteBuffer().asFloatBuffer().get(output);
    latest.close();
    latest = next;
    state = next.subNDList(1);
  }

  @Override
  public Outcome outcome() {
    float[] y = latest.head().toFloatArray();
    if (mode != Mode.TRAINING) {
      return Outcome.ofOutputs(y);
    }
    List<float[]> dw = new ArrayList<>();
    List<float[]> dr = new ArrayList<>();
    List<float[]> db = new ArrayList<>();
    for (int l = 0; l < point.layers(); l++) {
      dw.add(gradient(weights.get(1 + 4 * l)));
      dr.add(gradient(weights.get(2 + 4 * l)));
      db.add(gradient(weights.get(3 + 4 * l)));
    }
    return new Outcome(y, gradient(weights.getFirst()), dw, dr, db);
  }

  private static float[] gradient(PtNDArray of) {
    try (NDArray gradient = of.getGradient()) {
      return gradient.toFloatArray();
    }
  }

  @Override
  public void close() {
    everything.close();
  }
}
