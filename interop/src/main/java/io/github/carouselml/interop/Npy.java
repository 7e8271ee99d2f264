package io.github.carouselml.interop;

import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One array of a `.npy` file, row-major: float32 numbers, or int32 and int64 tokens.
///
/// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
///
/// @param where the file's name, for messages
/// @param whole whether they are whole numbers
/// @param values exact
record Npy(String where, List<Integer> shape, boolean whole, double[] values) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /// More is no probe.
  private static final long MOST = 1L << 30;

  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \\(([\\d, ]*)\\),"
              + " ?\\}\\s*");

  static Npy read(Path path) throws IOException {
    String where = path.toString();
    long size;
    try {
      size = Files.size(path);
    } catch (NoSuchFileException e) {
      throw new IOException("There is no file " + path.toAbsolutePath() + ".", e);
    }
    if (size > MOST) {
      throw bad(where, "it has %d bytes; at most %d are read.", size, MOST);
    }
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    for (byte expected : MAGIC) {
      if (!bytes.hasRemaining() || bytes.get() != expected) {
        throw bad(where, "it does not begin as a .npy file does. numpy.save writes one array.");
      }
    }
    String text = header(bytes, where);
    Matcher header = HEADER.matcher(text);
    if (!header.matches()) {
      throw bad(where, "its header is not understood: %s", text.strip());
    }
    List<Integer> shape = shape(header.group(3), where);
    if (header.group(2).equals("True") && shape.size() > 1) {
      throw bad(
          where,
          "it is in Fortran order, column by column. Save numpy.ascontiguousarray(array) instead.");
    }
    return numbers(bytes, header.group(1), shape, where);
  }

  private static String header(ByteBuffer bytes, String where) {
    if (bytes.remaining() < 4) {
      throw bad(where, "it ends within its header. Was it cut off?");
    }
    int major = bytes.get();
    bytes.get(); // the minor version changes nothing
    if (major < 1 || major > 3 || (major > 1 && bytes.remaining() < 4)) {
      throw bad(where, "its version is %d; 1, 2 and 3 are read.", major);
    }
    long length = major == 1 ? bytes.getShort() & 0xFFFF : bytes.getInt() & 0xFFFFFFFFL;
    if (length > bytes.remaining()) {
      throw bad(where, "it ends within its header. Was it cut off?");
    }
    byte[] text = new byte[(int) length];
    bytes.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private static List<Integer> shape(String text, String where) {
    List<Integer> shape = new ArrayList<>();
    long size = 1;
    for (String dimension : text.split(",", -1)) {
      if (!dimension.isBlank()) {
        String digits = dimension.strip();
        long d = digits.length() > 10 ? Long.MAX_VALUE : Long.parseLong(digits);
        size = d > MOST ? Long.MAX_VALUE : size * d;
        if (size > MOST) {
          throw bad(where, "its shape (%s) is larger than the file.", text.strip());
        }
        shape.add((int) d);
      }
    }
    return List.copyOf(shape);
  }

  private static Npy numbers(ByteBuffer bytes, String type, List<Integer> shape, String where) {
    int width =
        switch (type) {
          case "<f4", "<i4" -> 4;
          case "<i8" -> 8;
          default ->
              throw bad(
                  where,
                  "its numbers have the type '%s'. Inputs and outputs are float32, tokens int64 or"
                      + " int32: array.astype(numpy.float32).",
                  type);
        };
    int size = shape.stream().reduce(1, Math::multiplyExact);
    if (bytes.remaining() != (long) size * width) {
      throw bad(
          where,
          "an array of shape %s takes %d bytes after the header, but there are %d. Was it cut off?",
          shape,
          (long) size * width,
          bytes.remaining());
    }
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] =
          switch (type) {
            case "<f4" -> bytes.getFloat();
            case "<i4" -> bytes.getInt();
            default -> bytes.getLong();
          };
    }
    return new Npy(where, shape, !type.equals("<f4"), values);
  }

  private static CarouselException bad(String where, String what, Object... arguments) {
    return new CarouselException.BadFile(
        "%s cannot be read: %s".formatted(where, what.formatted(arguments)));
  }
}
