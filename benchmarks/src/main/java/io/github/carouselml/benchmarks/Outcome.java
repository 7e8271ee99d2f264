package io.github.carouselml.benchmarks;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// What a contender computed: outputs `y [T, B, H]` and, after a training step, `dx [T, B, I]` and
/// for each layer `dw [4H, I]`, `dr [4H, H]`, `db [4H]`, in the order of [Problem].
@SuppressWarnings("ArrayRecordComponent") // never compared but by compare
public record Outcome(float[] y, float[] dx, List<float[]> dw, List<float[]> dr, List<float[]> db) {

  /// Outputs may differ by this much: some libraries approximate the sigmoid to about 1e-6, and the
  /// differences pass through 128 steps.
  private static final double OUTPUT_TOLERANCE = 2e-5;

  /// Gradients may differ by this much of the largest of their kind.
  private static final double GRADIENT_TOLERANCE = 1e-4;

  public static Outcome ofOutputs(float[] y) {
    return new Outcome(y, new float[0], List.of(), List.of(), List.of());
  }

  /// The largest difference from the reference, outputs absolutely and gradients relative to the
  /// largest of their kind, or a sentence that says what does not agree.
  Comparison compare(Outcome reference, Mode mode) {
    List<String> names = new ArrayList<>(List.of("outputs"));
    List<float[]> ours = new ArrayList<>(List.of(y));
    List<float[]> theirs = new ArrayList<>(List.of(reference.y));
    if (mode == Mode.TRAINING) {
      add(names, ours, theirs, "input gradients", List.of(dx), List.of(reference.dx));
      add(names, ours, theirs, "gradients of W, layer ", dw, reference.dw);
      add(names, ours, theirs, "gradients of R, layer ", dr, reference.dr);
      add(names, ours, theirs, "gradients of b, layer ", db, reference.db);
    }
    double largest = 0;
    for (int i = 0; i < names.size(); i++) {
      float[] got = ours.get(i);
      float[] expected = theirs.get(i);
      if (got.length != expected.length) {
        return new Comparison(
            Double.NaN,
            "The %s have %d elements but %d were expected."
                .formatted(names.get(i), got.length, expected.length));
      }
      double scale = i == 0 ? 1 : largestMagnitude(expected);
      double tolerance = i == 0 ? OUTPUT_TOLERANCE : GRADIENT_TOLERANCE;
      for (int k = 0; k < got.length; k++) {
        double error = Math.abs((double) got[k] - expected[k]) / scale;
        if (!(error <= tolerance)) {
          return new Comparison(
              error,
              "The %s differ from the reference: element %d is %s but %s was expected."
                  .formatted(names.get(i), k, got[k], expected[k]));
        }
        largest = Math.max(largest, error);
      }
    }
    return new Comparison(largest, "");
  }

  /// @param complaint empty when everything agrees
  record Comparison(double largestError, String complaint) {}

  private static void add(
      List<String> names,
      List<float[]> ours,
      List<float[]> theirs,
      String name,
      List<float[]> got,
      List<float[]> expected) {
    for (int layer = 0; layer < expected.size(); layer++) {
      names.add(name.endsWith(" ") ? name + layer : name);
      ours.add(layer < got.size() ? got.get(layer) : new float[0]);
      theirs.add(expected.get(layer));
    }
  }

  private static double largestMagnitude(float[] values) {
    double largest = Float.MIN_NORMAL;
    for (float value : values) {
      largest = Math.max(largest, Math.abs((double) value));
    }
    return largest;
  }

  void write(DataOutputStream out) throws IOException {
    write(out, List.of(y));
    write(out, List.of(dx));
    write(out, dw);
    write(out, dr);
    write(out, db);
  }

  static Outcome read(DataInputStream in) throws IOException {
    return new Outcome(
        readList(in).getFirst(), readList(in).getFirst(), readList(in), readList(in), readList(in));
  }

  private static void write(DataOutputStream out, List<float[]> arrays) throws IOException {
    out.writeInt(arrays.size());
    for (float[] array : arrays) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(4, array.length));
      bytes.asFloatBuffer().put(array);
      out.writeInt(array.length);
      out.write(bytes.array());
    }
  }

  private static List<float[]> readList(DataInputStream in) throws IOException {
    int count = in.readInt();
    List<float[]> arrays = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] array = new float[in.readInt()];
      byte[] bytes = new byte[Math.multiplyExact(4, array.length)];
      in.readFully(bytes);
      ByteBuffer.wrap(bytes).asFloatBuffer().get(array);
      arrays.add(array);
    }
    return arrays;
  }
}
