package io.github.carouselml.benchmarks.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.carouselml.benchmarks.Contender;
import io.github.carouselml.benchmarks.Mode;
import io.github.carouselml.benchmarks.Outcome;
import io.github.carouselml.benchmarks.Point;
import io.github.carouselml.benchmarks.Problem;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// ONNX Runtime: the model's weights are constants, inputs and outputs are tensors over memory
/// allocated once, and its pool spins.
public final class OnnxRuntimeContender implements Contender {

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private Point point = new Point(1, 1, 1, 1, 1);
  private float[] x = new float[0];
  private Loaded loaded = new Loaded();

  /// What one load made; in streaming the two states change places at every step.
  private static final class Loaded {
    private final List<Map<String, OnnxTensor>> inputs = List.of(new HashMap<>(), new HashMap<>());
    private final List<Map<String, OnnxTensor>> outputs = List.of(new HashMap<>(), new HashMap<>());
    private final Map<String, FloatBuffer> values = new HashMap<>();
    private final Map<String, OnnxTensor> tensors = new HashMap<>();
    private @Nullable OrtSession session;
    private int turn;
  }

  @Override
  public String name() {
    return "ONNX Runtime";
  }

  @Override
  public String version() {
    return environment.getVersion();
  }

  @Override
  public String refusal(Point point, Mode mode) {
    return mode == Mode.TRAINING ? "ONNX Runtime does not train here." : "";
  }

  @Override
  public void load(Problem problem, Mode mode, int threads) throws OrtException {
    unload();
    point = problem.point();
    x = problem.x();
    Loaded next = new Loaded();
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(threads);
    options.setInterOpNumThreads(1);
    options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
    options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
    options.addConfigEntry("session.intra_op.allow_spinning", "1");
    int steps = mode == Mode.STREAMING ? 1 : point.steps();
    next.session = environment.createSession(OnnxModel.of(problem, steps), options);
    int batch = point.batch();
    int hidden = point.hiddenSize();
    OnnxTensor input = tensor(next, "x", steps, batch, point.inputSize());
    OnnxTensor output = tensor(next, "y", steps, 1, batch, hidden);
    for (int i = 0; i < 2; i++) {
      next.inputs.get(i).put("x", input);
      next.outputs.get(i).put("y", output);
    }
    for (int l = 0; l < point.layers(); l++) {
      for (String state : new String[] {"h", "c"}) {
        OnnxTensor[] pair = {
          tensor(next, state + "0" + l, 1, batch, hidden),
          tensor(next, state + "1" + l, 1, batch, hidden)
        };
        for (int i = 0; i < 2; i++) {
          int from = mode == Mode.STREAMING ? i : 0;
          next.inputs.get(i).put(state + "0" + l, pair[from]);
          next.outputs.get(i).put(state + "1" + l, pair[1 - from]);
        }
      }
    }
    loaded = next;
    if (mode != Mode.STREAMING) {
      buffer("x").put(0, x);
    }
  }

  @Override
  public void forward() throws OrtException {
    OrtSession session = loaded.session;
    if (session == null) {
      throw new IllegalStateException("Nothing has been loaded.");
    }
    session.run(loaded.inputs.get(loaded.turn), loaded.outputs.get(loaded.turn)).close();
    loaded.turn = 1 - loaded.turn;
  }

  @Override
  public void trainStep() {
    throw new UnsupportedOperationException("ONNX Runtime does not train here.");
  }

  @Override
  public void restart() {
    loaded.values.forEach((name, values) -> {
      for (int i = 0; !name.equals("x") && i < values.capacity(); i++) {
        values.put(i, 0);
      }
    });
    loaded.turn = 0;
  }

  @Override
  public void stream(int step, float[] output) throws OrtException {
    buffer("x").put(0, x, step * point.inputSize(), point.inputSize());
    forward();
    buffer("y").get(0, output);
  }

  @Override
  public Outcome outcome() {
    FloatBuffer values = buffer("y");
    float[] y = new float[values.capacity()];
    values.get(0, y);
    return Outcome.ofOutputs(y);
  }

  @Override
  public void close() {
    unload();
  }

  private void unload() {
    loaded.tensors.values().forEach(OnnxTensor::close);
    try {
      if (loaded.session != null) {
        loaded.session.close();
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
    loaded = new Loaded();
  }

  private FloatBuffer buffer(String name) {
    FloatBuffer values = loaded.values.get(name);
    if (values == null) {
      throw new IllegalStateException("Nothing has been loaded: there is no tensor " + name + ".");
    }
    return values;
  }

  private OnnxTensor tensor(Loaded into, String name, long... sizes) throws OrtException {
    long elements = 1;
    for (long size : sizes) {
      elements = Math.multiplyExact(elements, size);
    }
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(Math.toIntExact(Float.BYTES * elements))
            .order(ByteOrder.nativeOrder());
    OnnxTensor tensor = OnnxTensor.createTensor(environment, bytes.asFloatBuffer(), sizes);
    into.values.put(name, bytes.asFloatBuffer());
    into.tensors.put(name, tensor);
    return tensor;
  }
}
