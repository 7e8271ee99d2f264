package io.github.carouselml.app.report;

import java.util.ArrayDeque;
import java.util.Deque;

/// Text with elements, always well-formed: what is opened is closed, and every character that means
/// something to a parser is escaped.
final class Markup {
  private final StringBuilder out = new StringBuilder(1 << 16);
  private final Deque<String> open = new ArrayDeque<>();

  /// Opens an element.
  ///
  /// @param attributes names and values in turn; one with an empty value is left out
  Markup open(String tag, String... attributes) {
    begin(tag, attributes);
    out.append('>');
    open.push(tag);
    return this;
  }

  /// Closes the element that was opened last.
  Markup close() {
    out.append("</").append(open.pop()).append(">\n");
    return this;
  }

  /// An element without content.
  Markup empty(String tag, String... attributes) {
    begin(tag, attributes);
    out.append("/>\n");
    return this;
  }

  /// An element with text alone.
  Markup leaf(String tag, String text, String... attributes) {
    return open(tag, attributes).text(text).close();
  }

  /// Characters; a number and its percent sign stay on one line.
  Markup text(String text) {
    escape(text.replace(" %", "\u00a0%"));
    return this;
  }

  /// The house's own style sheet, which holds nothing to escape.
  Markup style(String css) {
    out.append("<style>\n").append(css).append("</style>\n");
    return this;
  }

  private void begin(String tag, String... attributes) {
    out.append('<').append(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      if (!attributes[i + 1].isEmpty()) {
        out.append(' ').append(attributes[i]).append("=\"");
        escape(attributes[i + 1]);
        out.append('"');
      }
    }
  }

  private void escape(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        // Control characters have no place in a page, not even escaped.
        default -> out.append((c < ' ' && c != '\n' && c != '\t') || c >= 0xFFFE ? '\uFFFD' : c);
      }
    }
  }

  /// The whole page.
  @Override
  public String toString() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("The element " + open.peek() + " is open.");
    }
    return "<!DOCTYPE html>\n" + out;
  }
}
