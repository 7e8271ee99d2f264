package io.github.carouselml.inspect;

import io.github.carouselml.kernel.Random;
import io.github.carouselml.layer.Layer;
import io.github.carouselml.layer.Recurrent;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.spec.Direction;
import io.github.carouselml.tensor.ParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A layer and a batch of made-up sequences. Every number follows from what it is, the id of its
/// sequence and its place, so a sequence is the same alone and in any company.
///
/// @param cell the layer's cell
/// @param direction which way it reads
/// @param shape its sizes
public record BitsCase(NamedCell cell, Direction direction, Shape shape) {

  /// The sizes of a case. Together the two run through every loop and every tail: panels of 1 to 4
  /// vectors, tiles of 1 to 4 rows, inner dimensions cut and whole, work cut by sequences and by
  /// units, steps shared and not.
  public enum Shape {
    /// Few sequences through a large layer: work is cut by units, in more than 8 panels, and narrow
    /// vectors cut the inner dimension.
    FEW(150, 101, 3) {
      @Override
      int length(int sequence) {
        return 5 - 2 * (sequence % 3);
      }
    },
    /// Many sequences, some of them empty, through a small layer: work is cut by sequences.
    MANY(37, 19, 33) {
      @Override
      int length(int sequence) {
        return 3 * sequence % 8;
      }
    };

    final int hiddenSize;
    final int inputSize;
    final int sequences;

    Shape(int hiddenSize, int inputSize, int sequences) {
      this.hiddenSize = hiddenSize;
      this.inputSize = inputSize;
      this.sequences = sequences;
    }

    abstract int length(int sequence);

    /// How `bits.digest` calls it.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final long SEED = 1997;

  /// How `bits.digest` calls it, but for the mode.
  public String words() {
    return cell.name() + " " + direction.name().toLowerCase(Locale.ROOT) + " " + shape.word();
  }

  Recurrent layer() {
    CellSpec spec = cell.of().apply(shape.hiddenSize);
    return new Recurrent("r", shape.inputSize, spec).withDirection(direction);
  }

  /// The ids of the batch.
  List<Integer> ids() {
    List<Integer> ids = new ArrayList<>();
    for (int id = 0; id < shape.sequences; id++) {
      ids.add(id);
    }
    return ids;
  }

  int length(int id) {
    return shape.length(id);
  }

  /// The steps of the longest of these.
  int steps(List<Integer> ids) {
    return ids.stream().mapToInt(this::length).max().orElse(0);
  }

  /// What goes in for a sequence under this name, `[rows * features]`.
  float[] of(String name, int id, int rows, int features) {
    return numbers(name, id, rows * features, 0, 1);
  }

  /// Canonical values of a parameter, about the size that trained ones have: larger ones make a
  /// sequence chaotic.
  float[] parameter(ParameterSpec spec) {
    float scale = (float) (1.2 / Math.sqrt(shape.hiddenSize));
    int size = spec.layout().canonicalSize();
    return switch (spec.role()) {
      case INPUT_WEIGHT, RECURRENT_WEIGHT, TABLE -> numbers(spec.name(), 0, size, 0, scale);
      case BIAS -> numbers(spec.name(), 0, size, 0, 1);
      case GAIN -> numbers(spec.name(), 0, size, 1, 0.5f);
    };
  }

  List<ParameterSpec> parameters() {
    return layer().parameters().stream().map(Layer.Owned::spec).toList();
  }

  private static float[] numbers(String what, int id, int size, float center, float scale) {
    Random random = new Random(SEED, Random.Purpose.SAMPLE, what.hashCode());
    float[] numbers = new float[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = center + scale * (2 * random.uniform(((long) id << 32) + i) - 1);
    }
    return numbers;
  }
}
