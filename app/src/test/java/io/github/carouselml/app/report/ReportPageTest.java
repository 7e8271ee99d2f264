package io.github.carouselml.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.tasks.series.Frequency;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

final class ReportPageTest {
  private static Document parsed(String html) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(html)));
  }

  private static List<Element> all(Document page, String tag) {
    NodeList nodes = page.getElementsByTagName(tag);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      elements.add((Element) nodes.item(i));
    }
    return elements;
  }

  @Test
  void the_page_is_well_formed_and_has_its_parts() throws Exception {
    Document page = parsed(ReportPage.html(SampleReport.of(0.995)));
    assertThat(all(page, "h2").stream().map(Element::getTextContent))
        .containsExactly(
            "Forecasts and what came",
            "Error by distance",
            "Beside the baselines",
            "Intervals",
            "Training",
            "The model",
            "How to get the same again");
    assertThat(all(page, "h1")).hasSize(1);
    assertThat(page.getDocumentElement().getAttribute("lang")).isEqualTo("en");
  }

  @Test
  void it_asks_for_nothing_outside_itself() throws Exception {
    String html = ReportPage.html(SampleReport.of(1.03));
    Document page = parsed(html);
    assertThat(html).doesNotContain("http", "url(", "@import", "//");
    for (String tag : List.of("script", "link", "img", "iframe", "object", "embed", "use")) {
      assertThat(all(page, tag)).as(tag).isEmpty();
    }
  }

  @Test
  void pictures_can_be_read_without_sight_and_have_two_sizes() throws Exception {
    List<Element> plots =
        all(parsed(ReportPage.html(SampleReport.of(1))), "svg").stream()
            .filter(svg -> svg.getAttribute("role").equals("img"))
            .toList();
    assertThat(plots).hasSize(6);
    for (Element plot : plots) {
      assertThat(plot.getAttribute("aria-label")).hasSizeGreaterThan(40);
      assertThat(plot.getElementsByTagName("title").getLength()).isPositive();
      assertThat(plot.getElementsByTagName("desc").getLength()).isEqualTo(1);
    }
    assertThat(plots.stream().map(p -> p.getAttribute("class")))
        .containsExactly(
            "plot wide", "plot narrow", "plot wide", "plot narrow", "plot wide", "plot narrow");
  }

  /// A baseline that is good at first and far off later leaves the picture as a line, not as a dot.
  @Test
  void a_line_that_leaves_the_picture_is_cut_at_its_edge() {
    Markup out = new Markup();
    Plot plot = new Plot(out, Canvas.WIDE, "t", "d", 1, 4, Ticks.around(0, 10, 5), 14);
    double[] errors = {Double.NaN, 5, 15, 15, 5};
    plot.clippedPath("other", 1, 5, i -> errors[i], 10);
    plot.end();
    String edge = Figures.px(plot.y(10));
    assertThat(out.toString())
        .contains(
            "M%s %s".formatted(Figures.px(plot.x(1)), Figures.px(plot.y(5)))
                + "L%s %s".formatted(Figures.px(plot.x(1.5)), edge)
                + "M%s %s".formatted(Figures.px(plot.x(3.5)), edge)
                + "L%s %s\"".formatted(Figures.px(plot.x(4)), Figures.px(plot.y(5))));
  }

  @Test
  void every_place_in_a_picture_is_a_number_inside_it() throws Exception {
    for (Element path : all(parsed(ReportPage.html(SampleReport.of(0.9))), "path")) {
      for (String number : path.getAttribute("d").split("[MLHZ ]+")) {
        if (!number.isEmpty()) {
          assertThat(Double.parseDouble(number)).isBetween(-1.0, 900.0);
        }
      }
    }
  }

  @Test
  void tables_name_their_rows_and_columns() throws Exception {
    Document page = parsed(ReportPage.html(SampleReport.of(1)));
    for (Element table : all(page, "table")) {
      assertThat(table.getElementsByTagName("caption").getLength()).isEqualTo(1);
      int columns =
          ((Element) table.getElementsByTagName("thead").item(0))
              .getElementsByTagName("th")
              .getLength();
      NodeList rows =
          ((Element) table.getElementsByTagName("tbody").item(0)).getElementsByTagName("tr");
      for (int r = 0; r < rows.getLength(); r++) {
        Element row = (Element) rows.item(r);
        assertThat(row.getElementsByTagName("th").getLength()).isEqualTo(1);
        assertThat(row.getElementsByTagName("td").getLength()).isEqualTo(columns - 1);
      }
    }
    for (Element head : all(page, "th")) {
      assertThat(head.getAttribute("scope")).isIn("row", "col");
    }
  }

  @Test
  void it_says_so_when_the_network_does_not_beat_holt_winters() {
    assertThat(ReportPage.html(SampleReport.of(0.97)))
        .contains("The LSTM does not beat Holt-Winters", "On this evidence, use Holt-Winters");
    assertThat(ReportPage.html(SampleReport.of(1.03))).doesNotContain("does not beat");
  }

  @Test
  void the_table_on_the_terminal_has_the_numbers_of_the_page() throws Exception {
    Report report = SampleReport.of(0.995);
    MetricsTable table = MetricsTable.of(report.contest().orElseThrow());
    Document page = parsed(ReportPage.html(report));
    assertThat(table.rows()).hasSize(5);
    for (List<String> row : table.rows()) {
      assertThat(
              all(page, "tr").stream()
                  .map(tr -> tr.getTextContent().replace("\n", " ").strip().replaceAll(" +", " ")))
          .contains(String.join(" ", row));
      assertThat(table.text()).contains(row);
    }
    assertThat(table.text().lines()).allSatisfy(line -> assertThat(line).doesNotEndWith(" "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"<script>alert('x')</script>", "a & b \"c\"", "Zürich 東京 🎠", "\u0001"})
  void names_of_series_are_only_text(String name) throws Exception {
    Series series = Series.of(name, Frequency.parse("monthly"), "2020-01", values(60));
    Series other = Series.of("other", Frequency.parse("monthly"), "2020-01", values(72));
    String html = ReportPage.html(SampleReport.of(SeriesSet.of(List.of(series, other)), 1));
    assertThat(all(parsed(html), "script")).isEmpty();
    assertThat(all(parsed(html), "figcaption").getFirst().getTextContent().strip())
        .isEqualTo(name.replace('\u0001', '\uFFFD').strip());
  }

  @Test
  void of_many_series_three_are_shown() throws Exception {
    List<Series> many = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      many.add(Series.of("s" + i, Frequency.parse("monthly"), "2020-01", values(60 + i)));
    }
    String html = ReportPage.html(SampleReport.of(SeriesSet.of(many), 1));
    assertThat(html).contains("3 of 9 series");
    assertThat(all(parsed(html), "figcaption")).hasSize(3);
  }

  private static double[] values(int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = 100 + i + 20 * ((i * 7) % 12) + (i * 31 + count) % 5;
    }
    return values;
  }
}
