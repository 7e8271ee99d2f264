package io.github.carouselml.benchmarks.onednn;

import io.github.carouselml.benchmarks.Contender;
import io.github.carouselml.benchmarks.Mode;
import io.github.carouselml.benchmarks.Outcome;
import io.github.carouselml.benchmarks.Point;
import io.github.carouselml.benchmarks.Problem;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.stream;

/// oneDNN through its C++ interface: one LSTM primitive a layer, created once.
///
/// The weights live in the layout that the forward primitive prefers. In training, what a user has to
/// do at every step because the weights change is timed: putting them into the backward primitive's
/// layout, zeroing the weight gradients (the library adds to them), and putting those back into the
/// forward layout. Threads come from `OMP_NUM_THREADS`. On a CPU `execute` returns when the work is
/// done, so nothing is waited for.
public final class OneDnnContender implements Contender {

  private final engine cpu = new engine(engine.kind.cpu, 0);
  private final stream queue = new stream(cpu);
  private final List<OneDnnLayer> layers = new ArrayList<>();
  private float[] x = new float[0];
  private Point point = new Point(1, 1, 1, 1, 1);
  private Mode mode = Mode.INFERENCE;

  @Override
  public String name() {
    return "oneDNN";
  }

  @Override
  public String version() {
    dnnl_version_t version = dnnl.dnnl_version();
    return version.major() + "." + version.minor() + "." + version.patch();
  }

  @Override
  public void load(Problem problem, Mode mode, int threads) {
    layers.clear();
    System.gc(); // native memory goes with its Java objects
    point = problem.point();
    this.mode = mode;
    x = problem.x();
    int steps = mode == Mode.STREAMING ? 1 : point.steps();
    for (int l = 0; l < point.layers(); l++) {
      OneDnnLayer below = l == 0 ? null : layers.get(l - 1);
      int inputs = l == 0 ? point.inputSize() : point.hiddenSize();
      OneDnnLayer layer = new OneDnnLayer(cpu, queue, mode, steps, point, inputs, below);
      layer.setWeights(problem.w().get(l), problem.r().get(l), problem.b().get(l));
      layers.add(layer);
    }
    if (mode != Mode.STREAMING) {
      OneDnnLayer.put(layers.getFirst().x(), x);
    }
    if (mode == Mode.TRAINING) {
      OneDnnLayer.put(layers.getLast().dy(), problem.dy());
    }
  }

  @Override
  public void forward() {
    for (OneDnnLayer layer : layers) {
      layer.forward();
    }
  }

  @Override
  public void trainStep() {
    for (OneDnnLayer layer : layers) {
      layer.forward();
    }
    for (OneDnnLayer layer : layers.reversed()) {
      layer.backward();
    }
  }

  @Override
  public void restart() {
    layers.forEach(OneDnnLayer::restart);
  }

  @Override
  public void stream(int step, float[] output) {
    layers.getFirst().putInput(x, step * point.inputSize());
    forward();
    layers.getLast().getOutput(output);
  }

  @Override
  public Outcome outcome() {
    int rows = point.steps() * point.batch();
    float[] y = OneDnnLayer.get(layers.getLast().y(), rows * point.hiddenSize());
    if (mode != Mode.TRAINING) {
      return Outcome.ofOutputs(y);
    }
    return new Outcome(
        y,
        OneDnnLayer.get(layers.getFirst().dx(), rows * point.inputSize()),
        layers.stream().map(OneDnnLayer::dw).toList(),
        layers.stream().map(OneDnnLayer::dr).toList(),
        layers.stream().map(OneDnnLayer::db).toList());
  }

  @Override
  public void close() {
    layers.clear();
    queue.close();
    cpu.close();
  }
}
