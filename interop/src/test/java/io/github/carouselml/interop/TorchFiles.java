package io.github.carouselml.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Files for tests: those that PyTorch made, and others as wrong as a test wants them.
final class TorchFiles {
  private TorchFiles() {}

  /// A golden file; `interop/src/test/golden/README.md` says who made them.
  static Path golden(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(TorchFiles.class.getResource("/golden/" + name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A tensor of zeros, or of these bytes.
  record Tensor(String name, String type, List<Integer> shape, byte[] bytes) {
    static Tensor zeros(String name, Integer... shape) {
      int size = 4;
      for (int d : shape) {
        size *= d;
      }
      return new Tensor(name, "F32", List.of(shape), new byte[size]);
    }

    static Tensor of(String name, String type, List<Integer> shape, ByteBuffer numbers) {
      return new Tensor(name, type, shape, numbers.array());
    }
  }

  static ByteBuffer room(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /// A safetensors file.
  static Path write(Path path, Tensor... tensors) {
    List<String> entries = new ArrayList<>();
    int at = 0;
    for (Tensor t : tensors) {
      entries.add(
          "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
              .formatted(t.name, t.type, t.shape, at, at + t.bytes.length));
      at += t.bytes.length;
    }
    byte[] header = ("{" + String.join(",", entries) + "}").getBytes(StandardCharsets.UTF_8);
    ByteBuffer all = room(8 + header.length + at);
    all.putLong(header.length).put(header);
    for (Tensor t : tensors) {
      all.put(t.bytes);
    }
    return write(path, all.array());
  }

  /// A `.npy` file with this header's dictionary.
  static Path npy(Path path, String dictionary, ByteBuffer numbers) {
    byte[] header = dictionary.getBytes(StandardCharsets.UTF_8);
    ByteBuffer all = room(10 + header.length + numbers.capacity());
    all.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    all.putShort((short) header.length).put(header).put(numbers.array());
    return write(path, all.array());
  }

  static Path write(Path path, byte[] bytes) {
    try {
      return Files.write(path, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
