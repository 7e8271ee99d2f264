package io.github.carouselml.model;

import io.github.carouselml.spec.CarouselException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads RFC 8259 by descent and nothing beyond it: no comments, no trailing commas, no NaN, no
/// second value, no duplicate key. The place is found again only for a message.
final class JsonReader {
  private final String text;
  private final String where;
  private int at;
  private int depth;

  JsonReader(String text, String where) {
    this.text = text;
    this.where = where;
  }

  Json read() {
    if (text.startsWith("\uFEFF")) {
      throw bad(0, "a byte-order mark is not JSON; save the file as UTF-8 without it");
    }
    skipSpace();
    if (at == text.length()) {
      throw bad(at, "there is no JSON here, only " + (at == 0 ? "an empty text" : "white space"));
    }
    Json value = value();
    skipSpace();
    if (at < text.length()) {
      throw bad(at, "the value is complete, but " + found() + " follows");
    }
    return value;
  }

  private Json value() {
    if (at == text.length()) {
      throw bad(at, "expected a value, but found " + found());
    }
    return switch (text.charAt(at)) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> new Json.Str(string());
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
      default -> word();
    };
  }

  private Json object() {
    Map<String, Json> members = new LinkedHashMap<>();
    if (open('}')) {
      return new Json.Obj(members);
    }
    while (true) {
      skipSpace();
      int keyAt = at;
      if (at == text.length() || text.charAt(at) != '"') {
        throw bad(at, "expected a key in double quotes, but found " + found());
      }
      String key = string();
      skipSpace();
      if (at == text.length() || text.charAt(at) != ':') {
        throw bad(at, "expected ':' after the key '" + key + "', but found " + found());
      }
      at++;
      skipSpace();
      if (members.put(key, value()) != null) {
        throw bad(keyAt, "the key '" + key + "' is there twice in one object");
      }
      if (close('}')) {
        return new Json.Obj(members);
      }
    }
  }

  private Json array() {
    List<Json> items = new ArrayList<>();
    if (open(']')) {
      return new Json.Arr(items);
    }
    while (true) {
      skipSpace();
      items.add(value());
      if (close(']')) {
        return new Json.Arr(items);
      }
    }
  }

  /// Steps into an object or array; true when it is empty and already left.
  private boolean open(char end) {
    if (++depth > Json.MAX_DEPTH) {
      throw bad(at, "nested deeper than " + Json.MAX_DEPTH + " levels");
    }
    at++;
    skipSpace();
    if (at < text.length() && text.charAt(at) == end) {
      at++;
      depth--;
      return true;
    }
    return false;
  }

  /// After a member: steps over a comma, or out over the end and says true.
  private boolean close(char end) {
    skipSpace();
    if (at < text.length() && text.charAt(at) == end) {
      at++;
      depth--;
      return true;
    }
    if (at == text.length() || text.charAt(at) != ',') {
      throw bad(at, "expected ',' or '" + end + "', but found " + found());
    }
    int comma = at++;
    skipSpace();
    if (at < text.length() && text.charAt(at) == end) {
      throw bad(comma, "a comma before '" + end + "' has nothing after it");
    }
    return false;
  }

  private String string() {
    int open = at++;
    StringBuilder unescaped = null;
    int plain = at;
    while (true) {
      if (at == text.length()) {
        throw bad(open, "the string that begins here has no closing quote");
      }
      char c = text.charAt(at);
      if (c < ' ') {
        throw bad(at, found() + " stands bare in a string; write it as an escape");
      } else if (c == '"') {
        String last = text.substring(plain, at++);
        String all = unescaped == null ? last : unescaped.append(last).toString();
        if (loneSurrogate(all) >= 0) {
          throw bad(open, "the string that begins here has half of a surrogate pair");
        }
        return all;
      } else if (c == '\\') {
        unescaped = unescaped == null ? new StringBuilder() : unescaped;
        unescaped.append(text, plain, at).append(escape());
        plain = at;
      } else {
        at++;
      }
    }
  }

  private char escape() {
    int slash = at;
    at += 2;
    char letter = at <= text.length() ? text.charAt(at - 1) : ' ';
    return switch (letter) {
      case '"', '\\', '/' -> letter;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> hex(slash);
      default -> throw bad(slash, "a backslash must be followed by one of \" \\ / b f n r t u");
    };
  }

  private char hex(int slash) {
    int code = 0;
    for (int end = at + 4; at < end; at++) {
      // Character.digit would also take the digits of other scripts.
      char c = at < text.length() ? text.charAt(at) : ' ';
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw bad(slash, "\\u must be followed by four hexadecimal digits");
      }
      code = code * 16 + digit;
    }
    return (char) code;
  }

  private Json number() {
    int end = endOfNumber(text, at);
    if (end < 0) {
      throw bad(at, "a number is written like -12, 0.5 or 1e-3, without leading zeros or '+'");
    }
    Json number = new Json.Num(text.substring(at, end));
    at = end;
    return number;
  }

  private Json word() {
    int end = at;
    while (end < text.length() && Character.isLetterOrDigit(text.charAt(end)) && end - at < 20) {
      end++;
    }
    String word = text.substring(at, end);
    Json value =
        switch (word) {
          case "true" -> new Json.Bool(true);
          case "false" -> new Json.Bool(false);
          case "null" -> new Json.Null();
          case "" -> throw bad(at, "expected a value, but found " + found());
          default -> throw bad(at, "'" + word + "' is no JSON value; strings need double quotes");
        };
    at = end;
    return value;
  }

  /// The place after the number that begins here, or -1 where none does. What follows must not go
  /// on like a number.
  static int endOfNumber(String text, int start) {
    int at = start;
    if (at < text.length() && text.charAt(at) == '-') {
      at++;
    }
    int digits = digits(text, at);
    if (digits == at || (text.charAt(at) == '0' && digits > at + 1)) {
      return -1;
    }
    at = digits;
    if (at < text.length() && text.charAt(at) == '.') {
      digits = digits(text, ++at);
      if (digits == at) {
        return -1;
      }
      at = digits;
    }
    if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
      at++;
      if (at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
        at++;
      }
      digits = digits(text, at);
      if (digits == at) {
        return -1;
      }
      at = digits;
    }
    boolean goesOn =
        at < text.length()
            && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '.');
    return goesOn ? -1 : at;
  }

  private static int digits(String text, int at) {
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at;
  }

  /// The place of the first half of a surrogate pair that lacks the other half, or -1.
  static int loneSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        boolean pair =
            i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
        if (!pair) {
          return i;
        }
        i++;
      }
    }
    return -1;
  }

  /// The text of these bytes, which must be UTF-8 to the last one.
  static String decode(byte[] utf8, String where) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(utf8);
    CharBuffer out = CharBuffer.allocate(utf8.length);
    CoderResult result = decoder.decode(in, out, true);
    String text = out.flip().toString();
    if (result.isError()) {
      String problem = "the byte 0x%02X is not UTF-8".formatted(utf8[in.position()]);
      throw new JsonReader(text, where).bad(text.length(), problem);
    }
    return text;
  }

  private void skipSpace() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
        return;
      }
      at++;
    }
  }

  private String found() {
    if (at >= text.length()) {
      return "the end of the text";
    }
    int code = text.codePointAt(at);
    boolean visible = !Character.isISOControl(code) && !Character.isSurrogate((char) code);
    return visible ? "'" + Character.toString(code) + "'" : "the character U+%04X".formatted(code);
  }

  private CarouselException.BadFile bad(int place, String problem) {
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < place; i++) {
      boolean lineFeed = text.charAt(i) == '\n';
      boolean bareReturn =
          text.charAt(i) == '\r' && (i + 1 == text.length() || text.charAt(i + 1) != '\n');
      if (lineFeed || bareReturn) {
        line++;
        lineStart = i + 1;
      }
    }
    int column = text.codePointCount(lineStart, place) + 1;
    return new CarouselException.BadFile(
        where + ", line " + line + ", column " + column + ": " + problem + ".");
  }
}
