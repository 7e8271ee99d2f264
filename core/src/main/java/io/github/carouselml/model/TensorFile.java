package io.github.carouselml.model;

import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// An open safetensors file: eight bytes of header length, a JSON header that names tensors and
/// carries metadata, then the tensors' bytes, all little-endian. The header is checked in full
/// before a tensor is read, so nothing is allocated that the file does not hold; tensors are read
/// one at a time. For one thread.
///
/// Format: https://github.com/huggingface/safetensors
public final class TensorFile implements AutoCloseable {
  /// The key of the header under which the metadata stands.
  static final String METADATA = "__metadata__";

  private static final int CHUNK = 1 << 18;

  private final Path path;
  private final FileChannel channel;
  private final TensorHeader header;
  private @Nullable ByteBuffer chunk;

  private TensorFile(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.channel = channel;
    this.header = TensorHeader.read(channel, path.toString());
  }

  /// Opens a file and reads and checks its header.
  ///
  /// @throws IOException where there is no such file, or it cannot be read
  /// @throws CarouselException.BadFile for a file that is not whole and well-formed
  public static TensorFile open(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new IOException("Could not read " + path + ": it is a folder.");
    }
    FileChannel channel;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      throw new IOException("There is no file " + path.toAbsolutePath() + ".", e);
    } catch (IOException e) {
      throw new IOException("Could not read " + path + ": " + IoReason.of(path, e) + ".", e);
    }
    try {
      return new TensorFile(path, channel);
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }

  /// Writes a file, atomically ([AtomicFile]): the long tensors first, then the float ones, each in
  /// its own order.
  ///
  /// @throws IOException in a sentence; the old file is unchanged
  public static void write(
      Path path, Map<String, String> metadata, Weights floats, Map<String, long[]> longs)
      throws IOException {
    byte[] header = TensorHeader.write(metadata, floats, longs);
    AtomicFile.write(
        path,
        channel -> {
          AtomicFile.writeFully(channel, ByteBuffer.wrap(header));
          ByteBuffer chunk = chunk();
          for (long[] values : longs.values()) {
            for (int done = 0; done < values.length; ) {
              int count = Math.min(values.length - done, CHUNK / Long.BYTES);
              chunk.clear().asLongBuffer().put(values, done, count);
              AtomicFile.writeFully(channel, chunk.limit(count * Long.BYTES));
              done += count;
            }
          }
          for (String name : floats.names()) {
            for (var values = floats.view(name); values.hasRemaining(); ) {
              int count = Math.min(values.remaining(), CHUNK / Float.BYTES);
              chunk.clear().asFloatBuffer().put(values.slice(values.position(), count));
              AtomicFile.writeFully(channel, chunk.limit(count * Float.BYTES));
              values.position(values.position() + count);
            }
          }
        });
  }

  /// Where this file lies.
  public Path path() {
    return path;
  }

  /// The strings that the file carries beside its tensors.
  public SequencedMap<String, String> metadata() {
    return header.metadata();
  }

  /// The tensors by name, in the header's order.
  public SequencedMap<String, TensorEntry> tensors() {
    return header.tensors();
  }

  /// Reads a tensor of floats.
  ///
  /// @throws CarouselException.BadFile where there is none of this name, or its type is not `F32`
  public float[] floats(String name) throws IOException {
    TensorEntry entry = entry(name, TensorType.F32);
    float[] values = new float[entry.size()];
    long at = header.dataAt() + entry.begin();
    for (int done = 0; done < values.length; ) {
      int count = Math.min(values.length - done, CHUNK / Float.BYTES);
      fill(at + (long) done * Float.BYTES, count * Float.BYTES)
          .asFloatBuffer()
          .get(values, done, count);
      done += count;
    }
    return values;
  }

  /// Reads a tensor of 64-bit whole numbers.
  ///
  /// @throws CarouselException.BadFile where there is none of this name, or its type is not `I64`
  public long[] longs(String name) throws IOException {
    TensorEntry entry = entry(name, TensorType.I64);
    long[] values = new long[entry.size()];
    long at = header.dataAt() + entry.begin();
    for (int done = 0; done < values.length; ) {
      int count = Math.min(values.length - done, CHUNK / Long.BYTES);
      fill(at + (long) done * Long.BYTES, count * Long.BYTES)
          .asLongBuffer()
          .get(values, done, count);
      done += count;
    }
    return values;
  }

  /// Reads the bytes of a tensor of any type from a place within it on, as many as there is room
  /// for.
  public void bytes(String name, long offset, ByteBuffer target) throws IOException {
    TensorEntry entry = header.entry(name);
    if (offset < 0 || offset + target.remaining() > entry.end() - entry.begin()) {
      throw new CarouselException.Request(
          "The tensor '%s' has %d bytes, but bytes %d to %d were asked for."
              .formatted(name, entry.end() - entry.begin(), offset, offset + target.remaining()));
    }
    TensorHeader.readFully(
        channel, target, header.dataAt() + entry.begin() + offset, header.where());
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private TensorEntry entry(String name, TensorType wanted) {
    TensorEntry entry = header.entry(name);
    if (entry.type() != wanted) {
      throw new CarouselException.BadFile(
          "In %s the tensor '%s' has the type %s, but %s was expected. Convert it first."
              .formatted(path, name, entry.type(), wanted));
    }
    return entry;
  }

  private ByteBuffer fill(long at, int bytes) throws IOException {
    ByteBuffer room = chunk;
    if (room == null) {
      room = chunk();
      chunk = room;
    }
    TensorHeader.readFully(channel, room.clear().limit(bytes), at, header.where());
    return room.flip();
  }

  private static ByteBuffer chunk() {
    return ByteBuffer.allocateDirect(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
  }
}
