package io.github.carouselml.tasks.data;

import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Files of text, read whole and strictly as UTF-8: a byte that is none is refused with its line,
/// never replaced.
public final class Utf8Text {
  private static final int LARGEST = Integer.MAX_VALUE - 64;

  private Utf8Text() {}

  /// The text of `path` without a byte-order mark.
  ///
  /// @throws CarouselException.Data when the file is missing, a folder, empty, or not UTF-8
  public static String read(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      throw new CarouselException.Data("%s is a folder; a file was expected.".formatted(path));
    }
    byte[] bytes;
    try {
      if (Files.size(path) > LARGEST) {
        throw new CarouselException.Data(
            "%s has %,d bytes; a file of text may have at most %,d. Split it."
                .formatted(path, Files.size(path), LARGEST));
      }
      bytes = Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      throw new CarouselException.Data("There is no file %s.".formatted(path), e);
    }
    return decode(bytes, path.toString());
  }

  /// The text of `bytes` without a byte-order mark; `name` stands for them in messages.
  public static String decode(byte[] bytes, String name) {
    boolean marked =
        bytes.length >= 3
            && bytes[0] == (byte) 0xEF
            && bytes[1] == (byte) 0xBB
            && bytes[2] == (byte) 0xBF;
    int start = marked ? 3 : 0;
    if (bytes.length == start) {
      throw new CarouselException.Data("%s is empty.".formatted(name));
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, start, bytes.length - start);
    CharBuffer out = CharBuffer.allocate(bytes.length - start);
    CoderResult result =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT)
            .decode(in, out, true);
    if (result.isError()) {
      throw notUtf8(bytes, in.position(), name);
    }
    return out.flip().toString();
  }

  private static CarouselException.Data notUtf8(byte[] bytes, int at, String name) {
    int line = 1;
    for (int i = 0; i < at; i++) {
      if (bytes[i] == '\n') {
        line++;
      }
    }
    int first = bytes[0] & 0xFF;
    boolean utf16 = bytes.length > 1 && (first == 0xFF || first == 0xFE) && at == 0;
    return new CarouselException.Data(
        "%s, line %d: the byte 0x%02X is not UTF-8. %s"
            .formatted(
                name,
                line,
                bytes[at],
                utf16
                    ? "The file looks like UTF-16; save it as UTF-8."
                    : "Was the file saved as Latin-1 or Windows-1252? Save it as UTF-8."));
  }
}
