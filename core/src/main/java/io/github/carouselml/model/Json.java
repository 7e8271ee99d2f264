package io.github.carouselml.model;

import io.github.carouselml.spec.CarouselException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// A JSON value (RFC 8259), immutable. What can be built can be written, and what is written reads
/// back equal: numbers keep their digits, strings are whole Unicode, members keep their order
/// (equality does not ask for it).
///
/// ```java
/// Json run = Json.object().with("epoch", 12).with("loss", 0.25).with("name", "café");
/// run.compact();                                   // {"epoch":12,"loss":0.25,"name":"café"}
/// Json.read(run.pretty(), "the run").equals(run);  // true
/// ```
public sealed interface Json {
  /// The deepest nesting of objects and arrays that is read or written.
  int MAX_DEPTH = 100;

  /// An object; its keys are unique and keep the order in which they came.
  record Obj(Map<String, Json> members) implements Json {
    public Obj {
      members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
      members.forEach((key, value) -> {
        requireWholeUnicode(key);
        Objects.requireNonNull(value, key);
      });
    }

    /// The value under this key.
    public Optional<Json> get(String key) {
      return Optional.ofNullable(members.get(key));
    }

    /// A copy with this member added at the end, or replaced in its place.
    public Obj with(String key, Json value) {
      var more = new LinkedHashMap<>(members);
      more.put(key, value);
      return new Obj(more);
    }

    /// A copy with a string.
    public Obj with(String key, String value) {
      return with(key, Json.of(value));
    }

    /// A copy with a whole number.
    public Obj with(String key, long value) {
      return with(key, Json.of(value));
    }

    /// A copy with a finite number.
    public Obj with(String key, double value) {
      return with(key, Json.of(value));
    }

    /// A copy with a truth value.
    public Obj with(String key, boolean value) {
      return with(key, Json.of(value));
    }
  }

  /// An array.
  record Arr(List<Json> items) implements Json {
    public Arr {
      items = List.copyOf(items);
    }
  }

  /// A string, without lone surrogates.
  record Str(String value) implements Json {
    public Str {
      requireWholeUnicode(value);
    }
  }

  /// A number, kept as it is written: `1.0` and `1` differ, and no digit is lost.
  record Num(String literal) implements Json {
    public Num {
      if (JsonReader.endOfNumber(literal, 0) != literal.length()) {
        throw new CarouselException.Request("'" + literal + "' is not a number as JSON writes it.");
      }
    }

    /// Whether this is written without a point and an exponent.
    public boolean isWhole() {
      return literal.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'));
    }

    /// The nearest double.
    ///
    /// @throws CarouselException.Request beyond the range of a double
    public double asDouble() {
      double value = Double.parseDouble(literal);
      if (Double.isInfinite(value)) {
        throw new CarouselException.Request(literal + " is beyond the range of a double.");
      }
      return value;
    }

    /// The nearest float, rounded once from the digits.
    ///
    /// @throws CarouselException.Request beyond the range of a float
    public float asFloat() {
      float value = Float.parseFloat(literal);
      if (Float.isInfinite(value)) {
        throw new CarouselException.Request(literal + " is beyond the range of a float.");
      }
      return value;
    }

    /// The whole number.
    ///
    /// @throws CarouselException.Request with a point or an exponent, or beyond 64 bits
    public long asLong() {
      if (!isWhole()) {
        throw new CarouselException.Request(
            literal + " is not a whole number; those are written without a point or an exponent.");
      }
      try {
        return Long.parseLong(literal);
      } catch (NumberFormatException e) {
        throw new CarouselException.Request(literal + " is beyond 64 bits.", e);
      }
    }

    /// The whole number.
    ///
    /// @throws CarouselException.Request with a point or an exponent, or beyond 32 bits
    public int asInt() {
      long value = asLong();
      if (value != (int) value) {
        throw new CarouselException.Request(literal + " is beyond 32 bits.");
      }
      return (int) value;
    }
  }

  /// `true` or `false`.
  record Bool(boolean value) implements Json {}

  /// `null`.
  record Null() implements Json {}

  /// An object without members, to begin with.
  static Obj object() {
    return new Obj(Map.of());
  }

  /// A string.
  static Str of(String value) {
    return new Str(value);
  }

  /// A whole number.
  static Num of(long value) {
    return new Num(Long.toString(value));
  }

  /// The shortest number that reads back to the same bits.
  ///
  /// @throws CarouselException.Request for NaN and the infinities, which JSON does not have
  static Num of(double value) {
    requireFinite(Double.isFinite(value), value);
    return new Num(Double.toString(value));
  }

  /// The shortest number that reads back to the same bits as a float.
  ///
  /// @throws CarouselException.Request for NaN and the infinities, which JSON does not have
  static Num of(float value) {
    requireFinite(Float.isFinite(value), value);
    return new Num(Float.toString(value));
  }

  /// A truth value.
  static Bool of(boolean value) {
    return new Bool(value);
  }

  /// Reads one value and nothing after it.
  ///
  /// @param where what the text is, for messages: a file's name, "the spec in x.safetensors"
  /// @throws CarouselException.BadFile with line and column (in characters, from 1)
  static Json read(String text, String where) {
    return new JsonReader(text, where).read();
  }

  /// Reads one value and nothing after it from UTF-8.
  ///
  /// @throws CarouselException.BadFile with line and column, also for bytes that are not UTF-8
  static Json read(byte[] utf8, String where) {
    return read(JsonReader.decode(utf8, where), where);
  }

  /// This value on one line, without spaces.
  default String compact() {
    return new JsonWriter(false).write(this);
  }

  /// This value over lines, indented by two spaces; no line feed at the end.
  default String pretty() {
    return new JsonWriter(true).write(this);
  }

  /// What kind of value this is, for messages: "an object", "a string".
  default String kind() {
    return switch (this) {
      case Obj _ -> "an object";
      case Arr _ -> "an array";
      case Str _ -> "a string";
      case Num _ -> "a number";
      case Bool(boolean value) -> value ? "true" : "false";
      case Null _ -> "null";
    };
  }

  private static void requireFinite(boolean finite, double value) {
    if (!finite) {
      throw new CarouselException.Request("JSON has no " + value + ": only finite numbers fit.");
    }
  }

  private static void requireWholeUnicode(String text) {
    int lone = JsonReader.loneSurrogate(text);
    if (lone >= 0) {
      throw new CarouselException.Request(
          "The text has half of a surrogate pair (U+%04X) at place %d: it is no Unicode text."
              .formatted((int) text.charAt(lone), lone));
    }
  }
}
