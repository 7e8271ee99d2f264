package io.github.carouselml.layer;

import io.github.carouselml.model.TensorEntry;
import io.github.carouselml.model.TensorFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// A file of golden values under `golden/`: named arrays in double and what is said about them.
/// `core/src/test/golden/README.md` says who made them.
public record Golden(String name, Map<String, String> metadata, Map<String, Tensor> tensors) {

  /// Values of one array, row-major.
  public record Tensor(int[] shape, double[] values) {

    /// The last axis at these indices of the axes before it.
    public double[] row(int... indices) {
      int row = 0;
      for (int axis = 0; axis < indices.length; axis++) {
        row = row * shape[axis] + indices[axis];
      }
      int size = shape[shape.length - 1];
      return Arrays.copyOfRange(values, row * size, (row + 1) * size);
    }

    /// The values under one index of the first axis.
    public double[] slice(int index) {
      int size = values.length / shape[0];
      return Arrays.copyOfRange(values, index * size, (index + 1) * size);
    }
  }

  /// Reads `golden/NAME.safetensors`.
  public static Golden read(String name) {
    URL url = Golden.class.getResource("/golden/" + name + ".safetensors");
    try (TensorFile file = TensorFile.open(Path.of(Objects.requireNonNull(url, name).toURI()))) {
      Map<String, Tensor> tensors = new HashMap<>();
      for (TensorEntry entry : file.tensors().values()) {
        int[] shape = entry.shape().stream().mapToInt(Integer::intValue).toArray();
        tensors.put(entry.name(), new Tensor(shape, values(file, entry)));
      }
      return new Golden(name, file.metadata(), tensors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static double[] values(TensorFile file, TensorEntry entry) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(entry.size() * entry.type().bytes());
    file.bytes(entry.name(), 0, bytes.order(ByteOrder.LITTLE_ENDIAN));
    bytes.flip();
    double[] values = new double[entry.size()];
    for (int k = 0; k < values.length; k++) {
      values[k] =
          switch (entry.type()) {
            case F64 -> bytes.getDouble();
            case F32 -> bytes.getFloat();
            case I32 -> bytes.getInt();
            default -> throw new IllegalStateException(name(file, entry));
          };
    }
    return values;
  }

  private static String name(TensorFile file, TensorEntry entry) {
    return entry.name() + " in " + file.path() + " is of the type " + entry.type();
  }

  public Tensor tensor(String tensor) {
    return Objects.requireNonNull(tensors.get(tensor), () -> name + " has no " + tensor);
  }

  public boolean has(String tensor) {
    return tensors.containsKey(tensor);
  }

  public String text(String key) {
    return Objects.requireNonNull(metadata.get(key), () -> name + " does not say " + key);
  }

  public int number(String key) {
    return Integer.parseInt(text(key));
  }

  public int[] numbers(String key) {
    return Stream.of(text(key).split(",")).mapToInt(Integer::parseInt).toArray();
  }
}
