package io.github.carouselml.app.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.app.console.Console;
import io.github.carouselml.app.forecast.Engine;
import io.github.carouselml.app.report.GradientReport;
import io.github.carouselml.inspect.GradientLab;
import io.github.carouselml.model.Json;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

final class GradientExperimentTest {
  private static final GradientLab SMALL = new GradientLab(4, 2, 12, 1, 1, 2, 0.01, 3);
  private static final int CURVES = 18 * 6;

  private static final GradientReport REPORT = run(2);

  private static GradientReport run(int threads) {
    var words = List.of("carousel", "lab", "gradients", "--out", "a b");
    var console =
        new Console(
            new PrintWriter(new StringWriter()),
            new PrintWriter(new StringWriter()),
            false,
            "plain");
    return new GradientExperiment(SMALL, new Engine("cpu", "plain", threads, false), words, "test")
        .run(console);
  }

  @Test
  void it_leaves_a_page_and_the_numbers_twice(@TempDir Path folder) throws Exception {
    GradientExperiment.write(REPORT, folder);

    String html = Files.readString(GradientExperiment.page(folder));
    Document page =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(html)));
    assertThat(html).doesNotContain("http", "url(", "@import", "<script", "NaN", "Infinity");
    assertThat(html).contains("carousel lab gradients --out 'a b'");
    // two phases of three scales, each for wide and narrow screens
    assertThat(html.split("role=\"img\"", -1)).hasSize(1 + 2 * 3 * 2);
    assertThat(page.getElementsByTagName("table").getLength()).isEqualTo(4);

    List<String> csv = Files.readAllLines(GradientExperiment.csv(folder));
    assertThat(csv).hasSize(1 + CURVES * 13);
    assertThat(csv.getFirst())
        .isEqualTo("cell,forget_bias,recurrent_weights,input_scale,phase,distance,log10_norm");
    assertThat(csv).contains("lstm,3.0,glorot,0.1,trained,0,0.000000");

    Json.Obj json =
        (Json.Obj) Json.read(Files.readAllBytes(GradientExperiment.json(folder)), "the figures");
    assertThat(((Json.Arr) json.get("curves").orElseThrow()).items()).hasSize(CURVES);
  }

  @Test
  void differences_confirm_every_curve() {
    assertThat(REPORT.curves()).isEqualTo(CURVES);
    assertThat(REPORT.worst(check -> check.along())).isBetween(0.0, 1e-4);
    assertThat(REPORT.worst(check -> check.across())).isBetween(0.0, 1e-4);
    assertThat(REPORT.worst(check -> check.whole())).isBetween(0.0, 1e-3);
  }

  @Test
  void the_table_for_the_terminal_has_every_network_at_every_scale() {
    assertThat(GradientExperiment.text(REPORT).lines()).hasSize(1 + 3 * 6);
  }

  @Test
  void no_number_depends_on_the_threads() {
    assertThat(GradientExperiment.curves(run(1))).isEqualTo(GradientExperiment.curves(REPORT));
  }
}
