package io.github.carouselml.benchmarks.onnxruntime;

import io.github.carouselml.benchmarks.Point;
import io.github.carouselml.benchmarks.Problem;

/// The bytes of an ONNX model of stacked LSTM layers with the problem's weights as constants, so that
/// the runtime packs them once. Field numbers are those of `onnx.proto3`; gates come in ONNX's order
/// i o f c, directions in a dimension of their own.
///
/// Inputs `x [T, B, I]` and for each layer `h0`, `c0 [1, B, H]`; outputs `y [T, 1, B, H]` and for each
/// layer `h1`, `c1 [1, B, H]`, named with the layer's number.
final class OnnxModel {

  private static final int FLOAT = 1;
  private static final int[] GATES_IN_ONNX_ORDER = {0, 3, 1, 2};

  private OnnxModel() {}

  static byte[] of(Problem problem, int steps) {
    Point point = problem.point();
    long batch = point.batch();
    long hidden = point.hiddenSize();
    Protobuf graph = new Protobuf().string(2, "lstm");
    graph.message(11, value("x", steps, batch, point.inputSize()));
    String input = "x";
    for (int l = 0; l < point.layers(); l++) {
      boolean last = l == point.layers() - 1;
      String output = last ? "y" : "y" + l;
      int inputs = l == 0 ? point.inputSize() : point.hiddenSize();
      graph.message(11, value("h0" + l, 1, batch, hidden));
      graph.message(11, value("c0" + l, 1, batch, hidden));
      graph.message(5, constant("w" + l, gates(problem.w().get(l)), 1, 4 * hidden, inputs));
      graph.message(5, constant("r" + l, gates(problem.r().get(l)), 1, 4 * hidden, hidden));
      float[] bias = new float[Math.toIntExact(8 * hidden)]; // that of the inputs, then that of h
      System.arraycopy(gates(problem.b().get(l)), 0, bias, 0, bias.length / 2);
      graph.message(5, constant("b" + l, bias, 1, 8 * hidden));
      graph.message(1, lstm(input, l, output, hidden));
      if (!last) {
        input = "x" + (l + 1);
        graph.message(1, squeeze(output, input));
      }
      graph.message(12, value("h1" + l, 1, batch, hidden));
      graph.message(12, value("c1" + l, 1, batch, hidden));
    }
    graph.message(12, value("y", steps, 1, batch, hidden));
    graph.message(
        5,
        new Protobuf()
            .number(1, 1)
            .number(2, 7) // int64
            .string(8, "direction")
            .bytes(9, new byte[] {1, 0, 0, 0, 0, 0, 0, 0}));
    return new Protobuf()
        .number(1, 8)
        .string(2, "carousel-benchmarks")
        .message(7, graph)
        .message(8, new Protobuf().string(1, "").number(2, 17))
        .toBytes();
  }

  private static Protobuf lstm(String input, int layer, String output, long hidden) {
    Protobuf size = new Protobuf().string(1, "hidden_size").number(3, hidden).number(20, 2);
    return new Protobuf()
        .string(1, input)
        .string(1, "w" + layer)
        .string(1, "r" + layer)
        .string(1, "b" + layer)
        .string(1, "") // all sequences have all steps
        .string(1, "h0" + layer)
        .string(1, "c0" + layer)
        .string(2, output)
        .string(2, "h1" + layer)
        .string(2, "c1" + layer)
        .string(3, "lstm" + layer)
        .string(4, "LSTM")
        .message(5, size);
  }

  /// [T, 1, B, H] to [T, B, H].
  private static Protobuf squeeze(String from, String to) {
    return new Protobuf()
        .string(1, from)
        .string(1, "direction")
        .string(2, to)
        .string(3, "squeeze-" + to)
        .string(4, "Squeeze");
  }

  private static Protobuf value(String name, long... sizes) {
    Protobuf shape = new Protobuf();
    for (long size : sizes) {
      shape.message(1, new Protobuf().number(1, size));
    }
    Protobuf tensor = new Protobuf().number(1, FLOAT).message(2, shape);
    return new Protobuf().string(1, name).message(2, new Protobuf().message(1, tensor));
  }

  private static Protobuf constant(String name, float[] values, long... sizes) {
    Protobuf tensor = new Protobuf();
    for (long size : sizes) {
      tensor.number(1, size);
    }
    return tensor.number(2, FLOAT).string(8, name).floats(9, values);
  }

  private static float[] gates(float[] rows) {
    int block = rows.length / 4;
    float[] reordered = new float[rows.length];
    for (int gate = 0; gate < 4; gate++) {
      System.arraycopy(rows, GATES_IN_ONNX_ORDER[gate] * block, reordered, gate * block, block);
    }
    return reordered;
  }
}
