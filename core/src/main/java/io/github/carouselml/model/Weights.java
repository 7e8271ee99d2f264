package io.github.carouselml.model;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.Nearest;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;

/// Named float tensors in their canonical layout (row-major, unpadded), immutable, in a fixed
/// order: what a model file, a checkpoint and an import have in common. Two are equal when names,
/// order, shapes and bits are (all NaN are equal).
public final class Weights {
  private static final Weights EMPTY = new Weights(new LinkedHashMap<>());

  private final LinkedHashMap<String, Tensor> tensors;

  private Weights(LinkedHashMap<String, Tensor> tensors) {
    this.tensors = tensors;
  }

  /// No tensors.
  public static Weights empty() {
    return EMPTY;
  }

  /// To name tensors one after the other.
  public static Builder builder() {
    return new Builder();
  }

  /// The names, in order.
  public SequencedSet<String> names() {
    return Collections.unmodifiableSequencedSet(tensors.sequencedKeySet());
  }

  /// Whether there is a tensor of this name.
  public boolean contains(String name) {
    return tensors.containsKey(name);
  }

  /// The sizes of a tensor's dimensions; empty for a single number.
  public List<Integer> shape(String name) {
    return tensor(name).shape;
  }

  /// The shapes by name, in order.
  public Map<String, List<Integer>> shapes() {
    var shapes = new LinkedHashMap<String, List<Integer>>();
    tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape));
    return Collections.unmodifiableMap(shapes);
  }

  /// A copy of a tensor's values.
  public float[] values(String name) {
    return tensor(name).values.clone();
  }

  /// A tensor's values without a copy, read-only.
  public FloatBuffer view(String name) {
    return FloatBuffer.wrap(tensor(name).values).asReadOnlyBuffer();
  }

  /// Copies a tensor's values to a place in an array.
  public void copyTo(String name, float[] target, int offset) {
    float[] values = tensor(name).values;
    System.arraycopy(values, 0, target, offset, values.length);
  }

  /// How many numbers there are in all tensors together.
  public long size() {
    return tensors.values().stream().mapToLong(tensor -> tensor.values.length).sum();
  }

  /// Holds these weights to the names and shapes that a spec asks for, no more and no fewer.
  ///
  /// @param where whose weights these are, for the message: a file's name
  /// @throws CarouselException.BadFile names the first tensor that is missing, unknown or of
  ///     another shape
  public void require(Map<String, List<Integer>> expected, String where) {
    expected.forEach((name, shape) -> {
      Tensor tensor = tensors.get(name);
      if (tensor == null) {
        throw new CarouselException.BadFile(
            "%s has no tensor '%s', which its spec asks for. It has %d tensors. %s"
                .formatted(where, name, tensors.size(), Nearest.hint(name, names())));
      }
      if (!tensor.shape.equals(shape)) {
        throw new CarouselException.BadFile(
            "In %s the tensor '%s' has the shape %s, but its spec asks for %s."
                .formatted(where, name, tensor.shape, shape));
      }
    });
    for (String name : names()) {
      if (!expected.containsKey(name)) {
        throw new CarouselException.BadFile(
            "%s has a tensor '%s', which its spec does not know. %s"
                .formatted(where, name, Nearest.hint(name, expected.keySet())));
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    // The order of the names counts, so the entries are compared as lists.
    return other instanceof Weights that
        && List.copyOf(tensors.entrySet()).equals(List.copyOf(that.tensors.entrySet()));
  }

  @Override
  public int hashCode() {
    return tensors.hashCode();
  }

  /// The names with their shapes; never the values.
  @Override
  public String toString() {
    return "Weights" + shapes();
  }

  /// Names these tensors once more, without copying them.
  void addTo(Builder builder, String prefix) {
    tensors.forEach((name, tensor) -> builder.adopt(prefix + name, tensor.shape, tensor.values));
  }

  private Tensor tensor(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new CarouselException.Request(
          "There is no tensor '" + name + "'. " + Nearest.hint(name, names()));
    }
    return tensor;
  }

  /// Collects tensors; their order is kept.
  public static final class Builder {
    private LinkedHashMap<String, Tensor> tensors = new LinkedHashMap<>();

    private Builder() {}

    /// Adds a tensor; the values are copied.
    ///
    /// @param shape the sizes of the dimensions, none for a single number
    /// @param values row-major, as many as the shape says
    public Builder add(String name, List<Integer> shape, float[] values) {
      return adopt(name, shape, values.clone());
    }

    /// As [#add], but the array is kept and must not be changed any more.
    Builder adopt(String name, List<Integer> shape, float[] values) {
      TensorEntry.requireName(name);
      long size = TensorEntry.size(name, shape);
      if (size != values.length) {
        throw new CarouselException.Request(
            "The tensor '%s' of shape %s has %d values, but %d were given."
                .formatted(name, shape, size, values.length));
      }
      if (tensors.putIfAbsent(name, new Tensor(List.copyOf(shape), values)) != null) {
        throw new CarouselException.Request("There are two tensors named '" + name + "'.");
      }
      return this;
    }

    /// The tensors so far; this builder begins anew.
    public Weights build() {
      var built = new Weights(tensors);
      tensors = new LinkedHashMap<>();
      return built;
    }
  }

  private record Tensor(List<Integer> shape, float[] values) {
    @Override
    public boolean equals(Object other) {
      // Arrays.equals on floats compares as Float.equals does: bits, with all NaN equal.
      return other instanceof Tensor(var thatShape, var thatValues)
          && shape.equals(thatShape)
          && Arrays.equals(values, thatValues);
    }

    @Override
    public int hashCode() {
      return 31 * shape.hashCode() + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
      return "Tensor" + shape;
    }
  }
}
