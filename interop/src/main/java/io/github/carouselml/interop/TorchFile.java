package io.github.carouselml.interop;

import io.github.carouselml.model.TensorEntry;
import io.github.carouselml.model.TensorFile;
import io.github.carouselml.model.TensorType;
import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// A safetensors file of weights, its numbers as floats whatever their type is there.
final class TorchFile implements AutoCloseable {
  private static final int CHUNK = 1 << 16;

  private final Path path;
  private final TensorFile file;
  private final Set<TensorType> converted = new TreeSet<>();

  private TorchFile(Path path, TensorFile file) {
    this.path = path;
    this.file = file;
  }

  static TorchFile open(Path path) throws IOException {
    if (Files.isRegularFile(path)) {
      refusePickle(path);
    }
    return new TorchFile(path, TensorFile.open(path));
  }

  /// `torch.save` writes a zip archive that holds a pickle, and wrote a bare pickle before 1.6. The
  /// length of a safetensors header may look like either, but then its ninth byte is '{'.
  private static void refusePickle(Path path) throws IOException {
    byte[] start;
    try (InputStream in = Files.newInputStream(path)) {
      start = Arrays.copyOf(in.readNBytes(9), 9);
    }
    boolean zip = start[0] == 'P' && start[1] == 'K' && start[8] != '{';
    boolean pickle = start[0] == (byte) 0x80 && start[1] >= 2 && start[1] <= 5 && start[8] != '{';
    if (zip || pickle) {
      throw new CarouselException.BadFile(
          ("%s is what torch.save writes, a pickle: reading it would run code. Save the weights in"
                  + " Python: from safetensors.torch import save_file; save_file(model.state_dict(),"
                  + " 'model.safetensors').")
              .formatted(path));
    }
  }

  Path path() {
    return path;
  }

  Set<String> names() {
    return file.tensors().keySet();
  }

  boolean has(String name) {
    return file.tensors().containsKey(name);
  }

  List<Integer> shape(String name) {
    return entry(name).shape();
  }

  private TensorEntry entry(String name) {
    TensorEntry entry = file.tensors().get(name);
    if (entry == null) {
      throw new CarouselException.BadFile(
          "%s has no tensor '%s'. It has %s.".formatted(path, name, some(names())));
    }
    return entry;
  }

  /// The types that were not `F32` and of which numbers were read.
  Set<TensorType> converted() {
    return converted;
  }

  /// A tensor's numbers, finite ones.
  float[] floats(String name) throws IOException {
    TensorEntry entry = entry(name);
    float[] values =
        switch (entry.type()) {
          case F32 -> file.floats(name);
          case F16, BF16, F64 -> converted(entry);
          case TensorType other ->
              throw new CarouselException.BadFile(
                  "In %s the tensor '%s' has the type %s. Weights are F32, F64, F16 or BF16."
                      .formatted(path, name, other));
        };
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new CarouselException.BadFile(
            "In %s number %d of the tensor '%s' is %s as a float. Did training diverge?"
                .formatted(path, i, name, values[i]));
      }
    }
    return values;
  }

  private float[] converted(TensorEntry entry) throws IOException {
    converted.add(entry.type());
    int width = entry.type().bytes();
    float[] values = new float[entry.size()];
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    for (int done = 0; done < values.length; ) {
      int count = Math.min(values.length - done, CHUNK / width);
      file.bytes(entry.name(), (long) done * width, chunk.clear().limit(count * width));
      chunk.flip();
      for (int i = 0; i < count; i++) {
        values[done + i] =
            switch (entry.type()) {
              case F16 -> Float.float16ToFloat(chunk.getShort());
              case BF16 -> Float.intBitsToFloat(chunk.getShort() << 16);
              default -> (float) chunk.getDouble();
            };
      }
      done += count;
    }
    return values;
  }

  /// A few names for a sentence.
  static String some(Set<String> names) {
    List<String> first = names.stream().limit(12).toList();
    return names.isEmpty()
        ? "none"
        : String.join(", ", first) + (names.size() > first.size() ? ", …" : "");
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
