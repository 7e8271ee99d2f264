package io.github.carouselml.app.report;

import io.github.carouselml.tasks.data.Utf8Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.BiConsumer;

/// What every page of the house is made of: one file of HTML that needs nothing else. Pictures are
/// inline SVG, the style is in its head, and it opens from a disk, on a phone, in the dark and on
/// paper.
final class Page {
  private final Markup out = new Markup();

  Markup out() {
    return out;
  }

  /// Begins a page that has these words above its title, and leaves its header open.
  void begin(String kind, String title, String summary) {
    out.open("html", "lang", "en").open("head");
    out.empty("meta", "charset", "utf-8");
    out.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    out.empty("meta", "name", "color-scheme", "content", "light dark");
    out.leaf("title", title + " · " + kind);
    out.style(css()).close();
    out.open("body").open("main").open("header");
    out.leaf("p", kind, "class", "kind");
    out.leaf("h1", title);
    out.leaf("p", summary, "class", "summary");
  }

  /// Ends the page and gives it.
  String end() {
    out.close();
    out.open("footer");
    out.leaf("p", "Made by Carousel. This page loads nothing and runs nothing.");
    out.close();
    return out.close().close().toString();
  }

  /// Opens a section under a title.
  void section(String id, String title) {
    out.open("section", "aria-labelledby", id).leaf("h2", title, "id", id);
  }

  /// A small line below a picture or a table.
  void note(String sentence) {
    out.leaf("p", sentence, "class", "note");
  }

  /// A figure that is seen first, with what it is and what stands beside it, if anything; in a list of
  /// the class `tiles`.
  void tile(String figure, String name, String beside) {
    out.open("div");
    out.leaf("dt", name);
    out.leaf("dd", figure);
    if (!beside.isEmpty()) {
      out.leaf("dd", beside, "class", "beside");
    }
    out.close();
  }

  /// A picture for every [Canvas].
  void figure(BiConsumer<Markup, Canvas> draw, String caption) {
    out.open("figure");
    if (!caption.isEmpty()) {
      out.leaf("figcaption", caption);
    }
    for (Canvas canvas : Canvas.values()) {
      draw.accept(out, canvas);
    }
    out.close();
  }

  /// Classes and words in turn; an entry without words is left out.
  void legend(String... entries) {
    out.open("ul", "class", "legend");
    for (int i = 0; i < entries.length; i += 2) {
      if (!entries[i + 1].isEmpty()) {
        out.open("li").open("svg", "viewBox", "0 0 26 12", "aria-hidden", "true");
        if (entries[i].equals("outer")) {
          out.empty("rect", "class", "outer", "width", "26", "height", "12");
          out.empty("rect", "class", "inner", "y", "3", "width", "26", "height", "6");
        } else {
          out.empty("path", "class", entries[i], "d", "M1 6H25");
        }
        out.close().text(entries[i + 1]).close();
      }
    }
    out.close();
  }

  /// A table; `best` names the row that is bold in each column after the first.
  void grid(
      String caption,
      List<String> header,
      List<List<String>> rows,
      List<OptionalInt> best,
      boolean networkFirst) {
    out.open("div", "class", "scroll", "role", "region", "aria-label", caption, "tabindex", "0");
    out.open("table").leaf("caption", caption).open("thead").open("tr");
    header.forEach(name -> out.leaf("th", name, "scope", "col"));
    out.close().close().open("tbody");
    for (int r = 0; r < rows.size(); r++) {
      out.open("tr", "class", networkFirst && r == 0 ? "network" : "");
      out.leaf("th", rows.get(r).getFirst(), "scope", "row");
      for (int c = 1; c < rows.get(r).size(); c++) {
        boolean first =
            !best.isEmpty() && best.get(c - 1).isPresent() && best.get(c - 1).getAsInt() == r;
        out.open("td");
        if (first) {
          out.leaf("strong", rows.get(r).get(c));
        } else {
          out.text(rows.get(r).get(c));
        }
        out.close();
      }
      out.close();
    }
    out.close().close().close();
  }

  /// A section of facts, if there are any.
  void facts(String title, String id, List<Fact> facts) {
    if (facts.isEmpty()) {
      return;
    }
    section(id, title);
    list(facts);
    out.close();
  }

  /// Facts as a list.
  void list(List<Fact> facts) {
    out.open("dl", "class", "facts");
    for (Fact fact : facts) {
      out.open("div").leaf("dt", fact.name()).leaf("dd", fact.value()).close();
    }
    out.close();
  }

  /// The last section: the line that repeats the run, and what else it takes.
  void provenance(String command, List<Fact> facts) {
    section("provenance", "How to get the same again");
    if (!command.isEmpty()) {
      out.open("pre").leaf("code", command).close();
    }
    list(facts);
    out.close();
  }

  private static String css() {
    try (InputStream in = Page.class.getResourceAsStream("report.css")) {
      if (in == null) {
        throw new IllegalStateException("report.css is missing from the jar");
      }
      return Utf8Text.decode(in.readAllBytes(), "report.css");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
