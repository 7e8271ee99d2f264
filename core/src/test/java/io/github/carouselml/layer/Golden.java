package io.github.carouselml.layer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A file of golden values under `golden/`: named arrays in double and what is said about them. It
/// reads what `core/src/test/golden/safetensors_write.py` wrote and nothing else.
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

  private static final Pattern STRING = Pattern.compile("\"([^\"]+)\":\"([^\"]*)\"");
  private static final Pattern TENSOR =
      Pattern.compile(
          "\"([^\"]+)\":\\{\"data_offsets\":\\[(\\d+),\\d+\\],"
              + "\"dtype\":\"(F64|F32|I32)\",\"shape\":\\[([\\d, ]*)\\]\\}");

  public static Golden read(String name) {
    try (InputStream in =
        Objects.requireNonNull(
            Golden.class.getResourceAsStream("/golden/" + name + ".safetensors"), name)) {
      ByteBuffer file = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
      int size = Math.toIntExact(file.getLong());
      String header = new String(file.array(), 8, size, UTF_8);
      Map<String, String> metadata = new HashMap<>();
      int about = header.indexOf("__metadata__");
      String metadataText = header.substring(about, header.indexOf('}', about));
      for (Matcher m = STRING.matcher(metadataText); m.find(); ) {
        metadata.put(m.group(1), m.group(2));
      }
      Map<String, Tensor> tensors = new HashMap<>();
      for (Matcher m = TENSOR.matcher(header); m.find(); ) {
        int[] shape = Stream.of(m.group(4).split(",")).mapToInt(Integer::parseInt).toArray();
        file.position(8 + size + Integer.parseInt(m.group(2)));
        double[] values = new double[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int k = 0; k < values.length; k++) {
          values[k] =
              switch (m.group(3)) {
                case "F64" -> file.getDouble();
                case "F32" -> file.getFloat();
                default -> file.getInt();
              };
        }
        tensors.put(m.group(1), new Tensor(shape, values));
      }
      return new Golden(name, metadata, tensors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Tensor tensor(String name) {
    return Objects.requireNonNull(tensors.get(name), () -> this.name + " has no " + name);
  }

  public boolean has(String name) {
    return tensors.containsKey(name);
  }

  public String text(String key) {
    return Objects.requireNonNull(metadata.get(key), () -> this.name + " does not say " + key);
  }

  public int number(String key) {
    return Integer.parseInt(text(key));
  }

  public int[] numbers(String key) {
    return Stream.of(text(key).split(",")).mapToInt(Integer::parseInt).toArray();
  }
}
