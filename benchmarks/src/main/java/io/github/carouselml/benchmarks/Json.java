package io.github.carouselml.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// As much JSON as result files need: maps, lists, strings, finite numbers and booleans.
final class Json {

  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  /// On one line where `indent` is negative.
  static String write(Object value, int indent) {
    StringBuilder out = new StringBuilder();
    write(out, value, indent);
    return out.toString();
  }

  private static void write(StringBuilder out, @Nullable Object value, int indent) {
    switch (value) {
      case Map<?, ?> map -> {
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          out.append(separator);
          newLine(out, indent, 1);
          string(out, String.valueOf(entry.getKey()));
          out.append(": ");
          write(out, entry.getValue(), indent < 0 ? indent : indent + 1);
          separator = indent < 0 ? ", " : ",";
        }
        newLine(out, indent, 0);
        out.append('}');
      }
      case List<?> list -> {
        out.append('[');
        String separator = "";
        for (Object element : list) {
          out.append(separator);
          boolean nested = element instanceof Map && indent >= 0;
          if (nested) {
            newLine(out, indent, 1);
          }
          write(out, element, nested ? indent + 1 : -1);
          separator = nested ? "," : ", ";
        }
        out.append(']');
      }
      case Double number -> {
        if (!Double.isFinite(number)) {
          throw new IllegalArgumentException("JSON has no number " + number + ".");
        }
        out.append(Math.rint(number * 1e9) / 1e9);
      }
      case Number number -> out.append(number);
      case Boolean bool -> out.append(bool);
      case String string -> string(out, string);
      case null, default ->
          throw new IllegalArgumentException("A result file cannot hold " + value + ".");
    }
  }

  private static void newLine(StringBuilder out, int indent, int deeper) {
    if (indent >= 0) {
      out.append('\n').append("  ".repeat(indent + deeper));
    }
  }

  private static void string(StringBuilder out, String string) {
    out.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        default -> {
          if (c < ' ') {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  static Object parse(String text) {
    Json json = new Json(text);
    Object value = json.value();
    json.skipSpace();
    if (json.at < text.length()) {
      throw json.unexpected();
    }
    return value;
  }

  private Object value() {
    skipSpace();
    char c = at < text.length() ? text.charAt(at) : '\0';
    return switch (c) {
      case '{' -> map();
      case '[' -> list();
      case '"' -> string();
      case 't' -> literal("true", true);
      case 'f' -> literal("false", false);
      default -> number();
    };
  }

  private Map<String, Object> map() {
    Map<String, Object> map = new LinkedHashMap<>();
    at++;
    if (take('}')) {
      return map;
    }
    do {
      skipSpace();
      String key = string();
      expect(':');
      map.put(key, value());
    } while (take(','));
    expect('}');
    return map;
  }

  private List<Object> list() {
    List<Object> list = new ArrayList<>();
    at++;
    if (take(']')) {
      return list;
    }
    do {
      list.add(value());
    } while (take(','));
    expect(']');
    return list;
  }

  private String string() {
    expect('"');
    StringBuilder out = new StringBuilder();
    while (at < text.length() && text.charAt(at) != '"') {
      char c = text.charAt(at++);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      char escaped = at < text.length() ? text.charAt(at++) : '\0';
      switch (escaped) {
        case 'n' -> out.append('\n');
        case 'u' -> {
          out.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
          at += 4;
        }
        default -> out.append(escaped);
      }
    }
    expect('"');
    return out.toString();
  }

  private Object literal(String word, Object meaning) {
    if (!text.startsWith(word, at)) {
      throw unexpected();
    }
    at += word.length();
    return meaning;
  }

  private Double number() {
    int start = at;
    while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    if (start == at) {
      throw unexpected();
    }
    return Double.valueOf(text.substring(start, at));
  }

  private void skipSpace() {
    while (at < text.length() && " \n\r\t".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private boolean take(char c) {
    skipSpace();
    boolean found = at < text.length() && text.charAt(at) == c;
    if (found) {
      at++;
    }
    return found;
  }

  private void expect(char c) {
    if (!take(c)) {
      throw unexpected();
    }
  }

  private IllegalArgumentException unexpected() {
    return new IllegalArgumentException("The JSON text is not valid at character " + at + ".");
  }
}
