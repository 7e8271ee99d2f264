package io.github.carouselml.model;

import io.github.carouselml.spec.CarouselException;
import java.util.Iterator;
import java.util.Map;

/// Writes JSON with every object's members in their own order, on one line or indented.
final class JsonWriter {
  private final StringBuilder out = new StringBuilder();
  private final boolean pretty;
  private int depth;

  JsonWriter(boolean pretty) {
    this.pretty = pretty;
  }

  String write(Json value) {
    value(value);
    return out.toString();
  }

  private void value(Json value) {
    switch (value) {
      case Json.Obj(Map<String, Json> members) -> {
        open('{');
        for (Iterator<Map.Entry<String, Json>> i = members.entrySet().iterator(); i.hasNext(); ) {
          Map.Entry<String, Json> member = i.next();
          newLine();
          string(member.getKey());
          out.append(pretty ? ": " : ":");
          value(member.getValue());
          out.append(i.hasNext() ? "," : "");
        }
        close('}', members.isEmpty());
      }
      case Json.Arr(var items) -> {
        open('[');
        for (Iterator<Json> i = items.iterator(); i.hasNext(); ) {
          newLine();
          value(i.next());
          out.append(i.hasNext() ? "," : "");
        }
        close(']', items.isEmpty());
      }
      case Json.Str(String text) -> string(text);
      case Json.Num(String literal) -> out.append(literal);
      case Json.Bool(boolean truth) -> out.append(truth);
      case Json.Null() -> out.append("null");
    }
  }

  private void open(char bracket) {
    if (++depth > Json.MAX_DEPTH) {
      throw new CarouselException.Request(
          "JSON nested deeper than " + Json.MAX_DEPTH + " levels could not be read back.");
    }
    out.append(bracket);
  }

  private void close(char bracket, boolean empty) {
    depth--;
    if (!empty) {
      newLine();
    }
    out.append(bracket);
  }

  private void newLine() {
    if (pretty) {
      out.append('\n').repeat("  ", depth);
    }
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        // Line and paragraph separators would end a line in JavaScript, and JSON goes into reports.
        case '\u2028' -> out.append("\\u2028");
        case '\u2029' -> out.append("\\u2029");
        default -> {
          if (c < ' ' || c == 0x7f) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
