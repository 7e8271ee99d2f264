package io.github.carouselml.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.carouselml.spec.CarouselException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class TensorFileTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void name() {
    file = SavingProcess.named(folder, "täst.safetensors", "test.safetensors");
  }

  @Test
  void everyBitOfEveryTensorComesBack() throws IOException {
    // Sizes around the 65,536 floats and 32,768 longs of which a chunk consists.
    int[] sizes = {0, 1, 7, 65_535, 65_536, 65_537, 200_001};
    var random = new Random(1);
    var floats = Weights.builder();
    var longs = new LinkedHashMap<String, long[]>();
    for (int size : sizes) {
      float[] values = new float[size];
      for (int i = 0; i < size; i++) {
        values[i] = Float.intBitsToFloat(random.nextInt());
      }
      floats.add("float " + size, List.of(1, size), values);
      longs.put("long " + size, random.longs(size / 2).toArray());
    }
    floats.add("é\"\\ \uD83C\uDFA0", List.of(), new float[] {-0.0f});
    Weights weights = floats.build();
    Map<String, String> metadata = Map.of("note", "línea\n2");

    TensorFile.write(file, metadata, weights, longs);
    try (TensorFile read = TensorFile.open(file)) {
      assertThat(read.path()).isEqualTo(file);
      assertThat(read.metadata()).isEqualTo(metadata);
      assertThat(read.tensors().sequencedKeySet())
          .containsSubsequence(longs.sequencedKeySet())
          .containsSubsequence(weights.names());
      for (String name : weights.names()) {
        assertThat(read.tensors().get(name).shape()).as(name).isEqualTo(weights.shape(name));
        assertThat(bits(read.floats(name))).as(name).isEqualTo(bits(weights.values(name)));
      }
      for (String name : longs.keySet()) {
        assertThat(read.longs(name)).as(name).isEqualTo(longs.get(name));
      }
    }
  }

  @Test
  void theFileLooksLikeThis() throws IOException {
    var longs = new LinkedHashMap<String, long[]>();
    longs.put("n", new long[] {-2});
    Weights weights = Weights.builder().add("w", List.of(1, 2), new float[] {1, -0.0f}).build();
    TensorFile.write(file, Map.of("k", "v"), weights, longs);
    String header =
        "{\"__metadata__\":{\"k\":\"v\"},"
            + "\"n\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]},"
            + "\"w\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[8,16]}}";
    ByteBuffer data = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    data.putLong(-2).putFloat(1).putFloat(-0.0f);
    String padded = header + " ".repeat(Math.floorMod(-header.length(), 8));
    assertThat(file).hasBinaryContent(bytes(padded, data.array()));
    assertThat((8 + padded.length()) % 8).isZero();
  }

  @Test
  void aFileWithoutTensorsIsAFile() throws IOException {
    TensorFile.write(file, Map.of(), Weights.empty(), Map.of());
    try (TensorFile read = TensorFile.open(file)) {
      assertThat(read.tensors()).isEmpty();
      assertThat(read.metadata()).isEmpty();
    }
  }

  @Test
  void rawBytesOfAnyTypeAreRead() throws IOException {
    Files.write(
        file,
        bytes(
            "{'b':{'dtype':'BF16','shape':[2],'data_offsets':[0,4]},"
                + "'u':{'dtype':'U8','shape':[3],'data_offsets':[4,7]}}",
            new byte[] {1, 2, 3, 4, 5, 6, 7}));
    try (TensorFile read = TensorFile.open(file)) {
      assertThat(read.tensors().get("b").type()).isEqualTo(TensorType.BF16);
      ByteBuffer two = ByteBuffer.allocate(2);
      read.bytes("u", 1, two);
      assertThat(two.array()).containsExactly(6, 7);
      assertThatThrownBy(() -> read.bytes("u", 2, two.clear()))
          .isInstanceOf(CarouselException.Request.class)
          .hasMessage("The tensor 'u' has 3 bytes, but bytes 2 to 4 were asked for.");
      assertThatThrownBy(() -> read.floats("b"))
          .isInstanceOf(CarouselException.BadFile.class)
          .hasMessage(
              "In %s the tensor 'b' has the type BF16, but F32 was expected. Convert it first.",
              file);
      assertThatThrownBy(() -> read.longs("b")).hasMessageContaining("but I64 was expected");
      assertThatThrownBy(() -> read.floats("bb"))
          .isInstanceOf(CarouselException.BadFile.class)
          .hasMessage("Could not read %s: it has no tensor 'bb'. Did you mean 'b'?", file);
    }
  }

  @Test
  void tensorsMayLieInAnotherOrderThanTheirNames() throws IOException {
    byte[] data =
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(1).putFloat(2).array();
    Files.write(
        file,
        bytes(
            "{'a':{'shape':[],'data_offsets':[4,8],'dtype':'F32'},"
                + "'none':{'dtype':'F32','shape':[0],'data_offsets':[4,4]},"
                + "'b':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}   ",
            data));
    try (TensorFile read = TensorFile.open(file)) {
      assertThat(read.tensors().keySet()).containsExactly("a", "none", "b");
      assertThat(read.floats("a")).containsExactly(2);
      assertThat(read.floats("b")).containsExactly(1);
    }
  }

  /// What is wrong, the file, and what the message must say.
  static List<Arguments> damaged() {
    byte[] four = new byte[4];
    String ok = "'shape':[1],'data_offsets':[0,4]";
    return List.of(
        damage(
            "an empty file", new byte[0], "it has 0 bytes, but a safetensors file begins with 8"),
        damage("half a length", new byte[7], "it has 7 bytes"),
        damage(
            "a length beyond the file", length(1000, 10), "said to have 1000 bytes, but only 10"),
        damage("a length of nearly 2⁶⁴", length(-1, 10), "18446744073709551615 bytes, but only 10"),
        damage("a length of 2⁶³", length(Long.MIN_VALUE, 10), "9223372036854775808 bytes"),
        damage("a huge length", length(1L << 40, 10), "1099511627776 bytes, but only 10 follow"),
        damage(
            "a huge header", length(17 << 20, 17 << 20), "has 17825792 bytes; more than 16777216"),
        damage("no header", length(0, 0), "its header does not begin with '{'"),
        damage("an array as header", bytes("[]", four), "does not begin with '{'"),
        damage("a space before it", bytes(" {}", four), "does not begin with '{'"),
        damage(
            "a text file",
            "unique_id,ds,y\na,1,2\n".getBytes(StandardCharsets.UTF_8),
            "no safetensors"),
        damage("no JSON", bytes("{'a'", four), "line 1, column 5: expected ':'"),
        damage("JSON cut off", bytes("{'a':{'dtype':'F32'", four), "The header of "),
        damage("not UTF-8", notUtf8(), "the byte 0xFF is not UTF-8"),
        damage("deep JSON", bytes("{'a':".repeat(200_000), four), "nested deeper than 100"),
        damage(
            "a duplicate name",
            bytes("{'a':{'dtype':'F32'," + ok + "},'a':{'dtype':'F32'," + ok + "}}", four),
            "the key 'a' is there twice"),
        damage(
            "a tensor that is no object",
            bytes("{'a':3}", four),
            "the tensor 'a' must be an object"),
        damage(
            "a tensor without a shape",
            bytes("{'a':{'dtype':'F32','data_offsets':[0,4]}}", four),
            "must be an object of dtype, shape and data_offsets"),
        damage(
            "a tensor with more",
            bytes("{'a':{'dtype':'F32','strides':[1]," + ok + "}}", four),
            "must be an object of dtype, shape and data_offsets"),
        damage(
            "an unknown dtype",
            bytes("{'a':{'dtype':'F33'," + ok + "}}", four),
            "the tensor 'a' has the unknown dtype 'F33'"),
        damage(
            "a dtype that is no string",
            bytes("{'a':{'dtype':32," + ok + "}}", four),
            "has the unknown dtype ''"),
        damage("a shape below 0", tensor("F32", "[-1]", "[0,4]", 4), "with a size below 0"),
        damage("a shape far below 0", tensor("F32", "[-4294967295]", "[0,4]", 4), "beyond 32 bits"),
        damage("a shape of parts", tensor("F32", "[1.0]", "[0,4]", 4), "1.0 is not a whole number"),
        damage("a shape of words", tensor("F32", "['1']", "[0,4]", 4), "shape must be an array of"),
        damage(
            "a shape that is a number", tensor("F32", "1", "[0,4]", 4), "shape must be an array"),
        damage(
            "a huge shape", tensor("F32", "[9999999999999999999]", "[0,4]", 4), "beyond 64 bits"),
        damage(
            "a shape that overflows to 1",
            tensor("F32", "[65536,65536,65536,65536,1]", "[0,4]", 4),
            "has more than 2147483647 elements"),
        damage(
            "a shape that claims 8 GB",
            tensor("F32", "[2147483647]", "[0,8589934588]", 4),
            "its tensors need 8589934588 bytes after the header, but there are 4. It was cut off."),
        damage(
            "a shape that does not match its bytes",
            tensor("F32", "[2]", "[0,4]", 4),
            "of shape [2] and type F32 takes 8 bytes, but its range has 4"),
        damage(
            "a wider dtype",
            tensor("I64", "[1]", "[0,4]", 4),
            "takes 8 bytes, but its range has 4"),
        damage("one offset", tensor("F32", "[1]", "[0]", 4), "data_offsets must be two numbers"),
        damage("three offsets", tensor("F32", "[1]", "[0,4,8]", 4), "data_offsets must be two"),
        damage("no offsets", tensor("F32", "[1]", "null", 4), "data_offsets must be an array"),
        damage("an offset below 0", tensor("F32", "[1]", "[-4,0]", 4), "from byte -4 to byte 0"),
        damage("offsets reversed", tensor("F32", "[1]", "[4,0]", 4), "from byte 4 to byte 0"),
        damage(
            "offsets that overflow",
            tensor("F32", "[1]", "[9223372036854775807,-9223372036854775805]", 4),
            "which is no range"),
        damage(
            "offsets beyond the end",
            tensor("F32", "[2]", "[0,8]", 4),
            "need 8 bytes after the header"),
        damage(
            "offsets far beyond",
            tensor("F32", "[1]", "[4611686018427387900,4611686018427387904]", 4),
            "belong to none"),
        damage(
            "a gap at the start",
            tensor("F32", "[1]", "[4,8]", 8),
            "begins at byte 4, but the one before it ends at 0"),
        damage(
            "bytes after the end",
            tensor("F32", "[1]", "[0,4]", 9),
            "5 bytes follow after the last tensor"),
        damage(
            "a gap between",
            bytes(two("[0,4]", "[8,12]"), new byte[12]),
            "the tensor 'b' begins at byte 8, but the one before it ends at 4"),
        damage(
            "an overlap",
            bytes(two("[0,4]", "[2,6]"), new byte[6]),
            "the tensor 'b' begins at byte 2, inside the one before it, which ends at 4"),
        damage(
            "the same bytes twice", bytes(two("[0,4]", "[0,4]"), four), "begins at byte 0, inside"),
        damage(
            "an empty name", bytes("{'':{'dtype':'F32'," + ok + "}}", four), "cannot be the name"),
        damage(
            "metadata that is no object",
            bytes("{'__metadata__':[]}", new byte[0]),
            "its __metadata__ is an array, but must be an object"),
        damage(
            "metadata that is no string",
            bytes("{'__metadata__':{'a':1}}", new byte[0]),
            "its metadata 'a' is a number, but must be a string"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("damaged")
  void aDamagedFileIsRefusedInASentence(String name, byte[] bytes, String message)
      throws IOException {
    Files.write(file, bytes);
    assertThatThrownBy(() -> TensorFile.open(file).close())
        .isInstanceOf(CarouselException.BadFile.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(message)
        .message()
        .matches("(?s).*[.?]");
  }

  @Test
  void aFileCutOffAnywhereIsRefused() throws IOException {
    byte[] whole = whole();
    for (int length = 0; length < whole.length; length++) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> TensorFile.open(file).close())
          .as("cut off at byte %d", length)
          .isInstanceOf(CarouselException.BadFile.class);
    }
  }

  @Test
  void anyDamageIsReadOrRefusedButNeverAnythingElse() throws IOException {
    byte[] whole = whole();
    int headerEnd = new String(whole, StandardCharsets.ISO_8859_1).lastIndexOf('}') + 1;
    int refused = 0;
    for (long seed = 0; seed < 2_000; seed++) {
      var random = new Random(seed);
      byte[] damaged = whole.clone();
      damaged[random.nextInt(headerEnd)] =
          (byte) (random.nextBoolean() ? '0' + random.nextInt(10) : random.nextInt());
      Files.write(file, damaged);
      try (TensorFile read = TensorFile.open(file)) {
        for (TensorEntry entry : read.tensors().values()) {
          if (entry.type() == TensorType.F32) {
            assertThat(read.floats(entry.name())).hasSize(entry.size());
          }
        }
      } catch (CarouselException.BadFile e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(500, 2_000);
  }

  @Test
  void aFileThatShrinksWhileItIsReadIsRefused() throws IOException {
    TensorFile.write(
        file, Map.of(), Weights.builder().add("w", List.of(9), new float[9]).build(), Map.of());
    try (TensorFile read = TensorFile.open(file)) {
      byte[] whole = Files.readAllBytes(file);
      Files.write(file, Arrays.copyOf(whole, whole.length - 4));
      assertThatThrownBy(() -> read.floats("w"))
          .isInstanceOf(CarouselException.BadFile.class)
          .hasMessageContaining("while it is read. Is it being written?");
    }
  }

  @Test
  void whatIsNoFileIsSaid() {
    assertThatThrownBy(() -> TensorFile.open(file))
        .isInstanceOf(IOException.class)
        .hasMessage("There is no file %s.", file);
    assertThatThrownBy(() -> TensorFile.open(folder))
        .isInstanceOf(IOException.class)
        .hasMessage("Could not read %s: it is a folder.", folder);
  }

  @Test
  void whatCouldNotBeReadBackIsNotWritten() {
    Weights weights = Weights.builder().add("a", List.of(), new float[1]).build();
    assertThatThrownBy(() -> TensorFile.write(file, Map.of(), weights, Map.of("a", new long[1])))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessage("There are two tensors named 'a'.");
    String long17 = "x".repeat(17 << 20);
    assertThatThrownBy(() -> TensorFile.write(file, Map.of("k", long17), weights, Map.of()))
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining("but at most 16777216 are allowed. Is the vocabulary too large?");
    assertThat(file).doesNotExist();
  }

  /// Reads a file by the format's own description, without this code: see `read_safetensors.py`.
  @Test
  void pythonReadsTheSame() throws Exception {
    assumeTrue(
        Path.of("/usr/bin/python3").toFile().canExecute(), "Python is there to read the file");
    var longs = new LinkedHashMap<String, long[]>();
    longs.put("n", new long[] {Long.MIN_VALUE, 3});
    Weights weights =
        Weights.builder()
            .add("wé", List.of(2, 2), new float[] {1, -0.0f, 0.1f, Float.MIN_VALUE})
            .add("s", List.of(), new float[] {Float.NEGATIVE_INFINITY})
            .build();
    TensorFile.write(file, Map.of("k", "vé\n"), weights, longs);
    Path script = Path.of(TensorFileTest.class.getResource("read_safetensors.py").toURI());
    assertThat(
            SavingProcess.run(
                List.of("/usr/bin/python3", "-X", "utf8", script.toString(), file.toString())))
        .containsExactly(
            "k = 'vé\\n'",
            "n I64 [2] 0000000000000080 0300000000000000",
            "wé F32 [2, 2] 0000803f 00000080 cdcccc3d 01000000",
            "s F32 [] 000080ff");
  }

  private byte[] whole() throws IOException {
    var longs = new LinkedHashMap<String, long[]>();
    longs.put("n", new long[] {1});
    Weights weights =
        Weights.builder()
            .add("a", List.of(2, 3), new float[6])
            .add("b", List.of(5), new float[5])
            .build();
    TensorFile.write(file, Map.of("k", "v"), weights, longs);
    return Files.readAllBytes(file);
  }

  private static Arguments damage(String name, byte[] file, String message) {
    return Arguments.of(name, file, message);
  }

  private static byte[] length(long header, int rest) {
    byte[] bytes = new byte[8 + rest];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(header);
    return bytes;
  }

  private static byte[] notUtf8() {
    byte[] bytes = bytes("{'?':{}}", new byte[0]);
    bytes[8 + 2] = (byte) 0xff;
    return bytes;
  }

  private static byte[] tensor(String dtype, String shape, String offsets, int dataBytes) {
    return bytes(
        "{'a':{'dtype':'%s','shape':%s,'data_offsets':%s}}".formatted(dtype, shape, offsets),
        new byte[dataBytes]);
  }

  private static String two(String first, String second) {
    String one = "{'dtype':'F32','shape':[1],'data_offsets':%s}";
    return "{'a':" + one.formatted(first) + ",'b':" + one.formatted(second) + "}";
  }

  /// A file of this header (with single quotes for double) and these bytes after it.
  private static byte[] bytes(String header, byte[] data) {
    byte[] utf8 = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + utf8.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(utf8.length)
        .put(utf8)
        .put(data)
        .array();
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(values[i]);
    }
    return bits;
  }
}
