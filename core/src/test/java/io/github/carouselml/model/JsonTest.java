package io.github.carouselml.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.carouselml.spec.CarouselException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonTest {
  @Test
  void whatIsWrittenReadsBackEqual() {
    for (long seed = 0; seed < 300; seed++) {
      Json json = anything(new Random(seed), 6);
      assertThat(Json.read(json.compact(), "compact")).as("seed %d", seed).isEqualTo(json);
      assertThat(Json.read(json.pretty(), "pretty")).as("seed %d", seed).isEqualTo(json);
      assertThat(Json.read(json.pretty().getBytes(StandardCharsets.UTF_8), "bytes").compact())
          .as("seed %d: the order of the keys", seed)
          .isEqualTo(json.compact());
    }
  }

  @Test
  void doublesKeepTheirBits() {
    var random = new Random(1);
    var values = new ArrayList<>(List.of(0.0, -0.0, 1.0, 0.1, 1e23, Double.MIN_VALUE));
    values.addAll(List.of(Double.MAX_VALUE, Double.MIN_NORMAL, 9007199254740993.0, 1e-310));
    while (values.size() < 20_000) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        values.add(value);
      }
    }
    for (double value : values) {
      var read = (Json.Num) Json.read(Json.of(value).compact(), "a double");
      assertThat(Double.doubleToRawLongBits(read.asDouble()))
          .as("%s, seed 1", value)
          .isEqualTo(Double.doubleToRawLongBits(value));
    }
  }

  @Test
  void floatsKeepTheirBits() {
    var random = new Random(2);
    for (int i = 0; i < 20_000; i++) {
      float value = Float.intBitsToFloat(i < 100 ? i : random.nextInt());
      if (Float.isFinite(value)) {
        var read = (Json.Num) Json.read(Json.of(value).compact(), "a float");
        assertThat(Float.floatToRawIntBits(read.asFloat()))
            .as("%s, seed 2", value)
            .isEqualTo(Float.floatToRawIntBits(value));
      }
    }
    assertThat(Json.of(-0.0f).compact()).isEqualTo("-0.0");
  }

  @Test
  void aFloatIsRoundedOnceFromItsDigits() {
    // 1 + 2⁻²⁴ + 2⁻⁶⁰: by way of a double it would fall on the tie, and down to 1.
    var number = new Json.Num("1.000000059604644776257");
    assertThat(number.asFloat()).isEqualTo(Math.nextUp(1f));
    assertThat((float) number.asDouble()).isEqualTo(1f);
  }

  @Test
  void wholeNumbersKeepAllTheirDigits() {
    for (long value : new long[] {0, -1, Long.MAX_VALUE, Long.MIN_VALUE, (1L << 53) + 1}) {
      assertThat(((Json.Num) Json.read(Json.of(value).compact(), "a long")).asLong())
          .isEqualTo(value);
    }
    assertThat(new Json.Num("123456789012345678901234567890").compact())
        .isEqualTo("123456789012345678901234567890");
  }

  @Test
  void numbersOutOfRangeAreRefusedByWhatTheyShouldBe() {
    assertRequest(() -> new Json.Num("1e999999999").asDouble(), "beyond the range of a double");
    assertRequest(() -> new Json.Num("1e39").asFloat(), "beyond the range of a float");
    assertRequest(() -> new Json.Num("9223372036854775808").asLong(), "beyond 64 bits");
    assertRequest(() -> new Json.Num("2147483648").asInt(), "beyond 32 bits");
    assertRequest(() -> new Json.Num("64.0").asInt(), "not a whole number");
    assertRequest(() -> new Json.Num("1e1000000000").asLong(), "not a whole number");
    assertRequest(() -> Json.of(Double.NaN), "JSON has no NaN");
    assertRequest(() -> Json.of(Float.NEGATIVE_INFINITY), "JSON has no -Infinity");
  }

  @Test
  void whatCannotBeWrittenCannotBeBuilt() {
    assertRequest(() -> Json.of("a\uD800b"), "half of a surrogate pair (U+D800) at place 1");
    assertRequest(() -> Json.object().with("\uDC00", 1), "half of a surrogate pair");
    assertRequest(() -> new Json.Num("01"), "'01' is not a number");
    assertRequest(() -> new Json.Num(""), "not a number");
    assertRequest(() -> new Json.Num("١"), "not a number"); // ARABIC-INDIC DIGIT ONE
    assertThat(Json.of("a\uD83C\uDFA0b").compact()).isEqualTo("\"a\uD83C\uDFA0b\"");
  }

  @Test
  void prettyAndCompactLookLikeThis() {
    Json json =
        Json.object()
            .with("b", 1)
            .with("a", new Json.Arr(List.of(Json.of(0.5), new Json.Null(), Json.of(true))))
            .with("none", Json.object())
            .with("text", "\"\\\n\u0001\u007f\u2028é");
    assertThat(json.compact())
        .isEqualTo(
            "{\"b\":1,\"a\":[0.5,null,true],\"none\":{},"
                + "\"text\":\"\\\"\\\\\\n\\u0001\\u007f\\u2028é\"}");
    assertThat(json.pretty())
        .isEqualTo(
            """
            {
              "b": 1,
              "a": [
                0.5,
                null,
                true
              ],
              "none": {},
              "text": "\\"\\\\\\n\\u0001\\u007f\\u2028é"
            }\
            """);
  }

  @Test
  void withReplacesInPlaceAndLeavesTheOldOne() {
    Json.Obj before = Json.object().with("a", 1).with("b", 2);
    assertThat(before.with("a", "x").compact()).isEqualTo("{\"a\":\"x\",\"b\":2}");
    assertThat(before.compact()).isEqualTo("{\"a\":1,\"b\":2}");
    assertThat(before.get("b")).contains(Json.of(2));
    assertThat(before.get("c")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        " \t\r\n{ \"a\" : [ 1 , 2 ] } \n",
        "\"\\u00e9\\ud83c\\udfa0\\/\\b\\f\\n\\r\\t\\\"\\\\\"",
        "-0",
        "0.0e-0",
        "1E+2",
        "[]",
        "{}",
        "\"\"",
        "{\"\":{\"\":[]}}",
        "\"\u007f\u2028\"",
        "null"
      })
  void wellFormedTextsAreRead(String text) {
    assertThat(Json.read(text, "text")).isEqualTo(Json.read(Json.read(text, "t").compact(), "t"));
  }

  @Test
  void escapesMeanTheirCharacters() {
    assertThat(Json.read("\"\\u00e9\\uD83C\\udfa0\\/\\b\\f\"", "text"))
        .isEqualTo(Json.of("é\uD83C\uDFA0/\b\f"));
  }

  /// What is wrong, the text, and what the message must say.
  static List<List<String>> malformed() {
    return List.of(
        List.of("nothing", "", "line 1, column 1: there is no JSON here, only an empty text"),
        List.of("white space", " \n ", "only white space"),
        List.of("a byte-order mark", "\uFEFF{}", "byte-order mark"),
        List.of("trailing data", "{} {}", "column 4: the value is complete, but '{' follows"),
        List.of("a trailing letter", "1 x", "column 3: the value is complete, but 'x' follows"),
        List.of("no end of object", "{\"a\":1", "column 7: expected ',' or '}', but found the end"),
        List.of("no end of array", "[1", "expected ',' or ']', but found the end of the text"),
        List.of("wrong end", "[1}", "expected ',' or ']', but found '}'"),
        List.of("only an end", "]", "expected a value, but found ']'"),
        List.of("comma at the end of an object", "{\"a\":1,}", "column 7: a comma before '}'"),
        List.of("comma at the end of an array", "[1,]", "column 3: a comma before ']'"),
        List.of("comma at the start", "[,1]", "expected a value, but found ','"),
        List.of("two commas", "[1,,2]", "expected a value, but found ','"),
        List.of("no comma", "[1 2]", "expected ',' or ']', but found '2'"),
        List.of("no colon", "{\"a\" 1}", "expected ':' after the key 'a', but found '1'"),
        List.of("no value", "{\"a\":}", "expected a value, but found '}'"),
        List.of("a bare key", "{a:1}", "expected a key in double quotes, but found 'a'"),
        List.of("a single-quoted key", "{'a':1}", "expected a key in double quotes"),
        List.of("a number as key", "{1:1}", "expected a key in double quotes, but found '1'"),
        List.of("a duplicate key", "{\"a\":1,\n\"a\":2}", "line 2, column 1: the key 'a' is there"),
        List.of("an escaped duplicate key", "{\"a\":1,\"\\u0061\":2}", "'a' is there twice"),
        List.of("a leading zero", "[01]", "column 2: a number is written like"),
        List.of("a negative leading zero", "-01", "a number is written like"),
        List.of("a plus", "+1", "expected a value, but found '+'"),
        List.of("a bare point", ".5", "expected a value, but found '.'"),
        List.of("nothing after the point", "1.", "a number is written like"),
        List.of("nothing after the point but e", "1.e5", "a number is written like"),
        List.of("no exponent", "1e", "a number is written like"),
        List.of("a sign for exponent", "1e+", "a number is written like"),
        List.of("a minus alone", "-", "a number is written like"),
        List.of("a hexadecimal number", "0x10", "a number is written like"),
        List.of("an underscore", "1_000", "the value is complete, but '_' follows"),
        List.of("two points", "1.2.3", "a number is written like"),
        List.of("a suffix", "1f", "a number is written like"),
        List.of("NaN", "[NaN]", "'NaN' is no JSON value"),
        List.of("Infinity", "Infinity", "'Infinity' is no JSON value"),
        List.of("-Infinity", "-Infinity", "a number is written like"),
        List.of("True", "True", "'True' is no JSON value"),
        List.of("a word with a tail", "nullx", "'nullx' is no JSON value"),
        List.of("a bare word", "hello", "'hello' is no JSON value; strings need double quotes"),
        List.of("single quotes", "'a'", "expected a value, but found '''"),
        List.of("a comment", "/* */ 1", "expected a value, but found '/'"),
        List.of("a line comment", "1 // one", "the value is complete, but '/' follows"),
        List.of(
            "no closing quote", "[\"abc", "column 2: the string that begins here has no closing"),
        List.of("a quote escaped at the end", "\"abc\\\"", "has no closing quote"),
        List.of("a line feed in a string", "\"a\nb\"", "U+000A stands bare in a string"),
        List.of("a zero in a string", "\"a\u0000b\"", "U+0000 stands bare in a string"),
        List.of("an unknown escape", "\"\\x41\"", "a backslash must be followed by"),
        List.of("a backslash at the end", "\"\\", "a backslash must be followed by"),
        List.of("too few hexadecimal digits", "\"\\u12\"", "four hexadecimal digits"),
        List.of("a sign among them", "\"\\u+123\"", "four hexadecimal digits"),
        List.of("wide hexadecimal digits", "\"\\u００４１\"", "four hexadecimal digits"),
        List.of("a lone high surrogate", "\"\\ud800\"", "half of a surrogate pair"),
        List.of("a lone low surrogate", "\"\\udc00x\"", "half of a surrogate pair"),
        List.of("surrogates in the wrong order", "\"\\udc00\\ud800\"", "half of a surrogate pair"),
        List.of("a bare lone surrogate", "\"\uD800\"", "half of a surrogate pair"),
        List.of("a no-break space", "\u00a01", "expected a value, but found"),
        List.of("a form feed as white space", "\f1", "found the character U+000C"),
        List.of(
            "too deep", "[".repeat(101) + "]".repeat(101), "column 101: nested deeper than 100"),
        List.of("far too deep", "[".repeat(1_000_000), "nested deeper than 100"),
        List.of("far too deep in objects", "{\"a\":".repeat(100_000), "nested deeper than 100"),
        List.of(
            "a place far in", "{\r\n \"é\uD83C\uDFA0\": x}", "line 2, column 8: 'x' is no JSON"));
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("malformed")
  void malformedTextsAreRefusedAtTheirPlace(List<String> sample) {
    assertThatExceptionOfType(CarouselException.BadFile.class)
        .as(sample.get(0))
        .isThrownBy(() -> Json.read(sample.get(1), "run.json"))
        .withMessageStartingWith("run.json, line ")
        .withMessageContaining(sample.get(2))
        .withMessageEndingWith(".");
  }

  @Test
  void depthIsCountedNotBrackets() {
    assertThat(Json.read("[" + "[],".repeat(500) + "[]]", "wide")).isInstanceOf(Json.Arr.class);
    String deepest = "[".repeat(100) + "]".repeat(100);
    assertThat(Json.read(deepest, "deepest").compact()).isEqualTo(deepest);
    Json json = Json.read(deepest, "deepest");
    assertRequest(() -> new Json.Arr(List.of(json)).compact(), "nested deeper than 100");
  }

  /// Bytes that are not UTF-8 within a string, as hexadecimal digits.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ff", // no such byte
        "80", // a continuation without a start
        "c3", // a start without its continuation
        "c0af", // overlong
        "e080af", // overlong
        "eda080", // a surrogate
        "f4908080", // beyond U+10FFFF
        "f0928c", // cut off
      })
  void bytesThatAreNotUtf8AreRefused(String hex) {
    byte[] bytes =
        ("{\n\"é\": \"" + "?".repeat(hex.length() / 2) + "\"}").getBytes(StandardCharsets.UTF_8);
    byte[] wrong = HexFormat.of().parseHex(hex);
    System.arraycopy(wrong, 0, bytes, 9, wrong.length);
    assertThatThrownBy(() -> Json.read(bytes, "run.json"))
        .isInstanceOf(CarouselException.BadFile.class)
        .hasMessageMatching("run.json, line 2, column 7: the byte 0x[0-9A-F]{2} is not UTF-8\\.");
    assertThatThrownBy(() -> Json.read(Arrays.copyOf(bytes, 9 + wrong.length), "run.json"))
        .isInstanceOf(CarouselException.BadFile.class);
  }

  @Test
  void aDamagedTextIsReadOrRefusedButNeverAnythingElse() {
    byte[] whole = anything(new Random(5), 7).pretty().getBytes(StandardCharsets.UTF_8);
    int refused = 0;
    for (long seed = 0; seed < 3_000; seed++) {
      var random = new Random(seed);
      byte[] damaged =
          Arrays.copyOf(whole, seed % 3 == 0 ? random.nextInt(whole.length) : whole.length);
      for (int i = 0; i < random.nextInt(4) && damaged.length > 0; i++) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        Json read = Json.read(damaged, "damaged");
        assertThat(Json.read(read.compact(), "again")).as("seed %d", seed).isEqualTo(read);
      } catch (CarouselException.BadFile e) {
        refused++;
        assertThat(e.getMessage()).as("seed %d", seed).startsWith("damaged, line ");
      }
    }
    assertThat(refused).isBetween(500, 3_000);
  }

  private static void assertRequest(Runnable action, String message) {
    assertThatThrownBy(action::run)
        .isInstanceOf(CarouselException.Request.class)
        .hasMessageContaining(message);
  }

  /// A value with strings of all planes, escapes and numbers of all kinds.
  static Json anything(Random random, int depth) {
    return switch (random.nextInt(depth > 0 ? 9 : 6)) {
      case 0 -> Json.of(text(random));
      case 1 -> Json.of(random.nextLong() >> random.nextInt(64));
      case 2 -> Json.of(random.nextGaussian());
      case 3 -> Json.of(random.nextFloat());
      case 4 -> Json.of(random.nextBoolean());
      case 5 -> new Json.Null();
      case 6 -> {
        var items = new ArrayList<Json>();
        for (int i = random.nextInt(5); i > 0; i--) {
          items.add(anything(random, depth - 1));
        }
        yield new Json.Arr(items);
      }
      default -> {
        var members = new LinkedHashMap<String, Json>();
        for (int i = random.nextInt(6); i > 0; i--) {
          members.put(text(random), anything(random, depth - 1));
        }
        yield new Json.Obj(members);
      }
    };
  }

  private static String text(Random random) {
    int[] bounds = {0x20, 0x80, 0x800, 0xD800, 0x3000, 0x110000};
    var text = new StringBuilder();
    for (int i = random.nextInt(8); i > 0; i--) {
      int code = random.nextInt(bounds[random.nextInt(bounds.length)]);
      if (code < 0xD800 || code > 0xDFFF) {
        text.appendCodePoint(code);
      }
    }
    return text.toString();
  }
}
