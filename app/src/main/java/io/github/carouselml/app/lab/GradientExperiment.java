package io.github.carouselml.app.lab;

import io.github.carouselml.app.console.Console;
import io.github.carouselml.app.forecast.Engine;
import io.github.carouselml.app.forecast.Words;
import io.github.carouselml.app.report.GradientPage;
import io.github.carouselml.app.report.GradientReport;
import io.github.carouselml.app.report.Powers;
import io.github.carouselml.inspect.GradientLab;
import io.github.carouselml.inspect.GradientLab.Curve;
import io.github.carouselml.inspect.GradientLab.Finding;
import io.github.carouselml.inspect.GradientLab.Network;
import io.github.carouselml.inspect.GradientLab.Start;
import io.github.carouselml.inspect.TraceCheck;
import io.github.carouselml.model.AtomicFile;
import io.github.carouselml.model.Codec;
import io.github.carouselml.model.Json;
import io.github.carouselml.model.ModelFile;
import io.github.carouselml.tensor.Backend;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// `carousel lab gradients`: measures every network of [GradientLab], each on a thread of its own,
/// and writes a page, all curves as CSV, and the figures as JSON.
///
/// @param engine what computes: as many networks at once as it has threads, which no number shows
/// @param command the words that were typed
/// @param version of the program
public record GradientExperiment(
    GradientLab lab, Engine engine, List<String> command, String version) {

  /// The page of the results in a folder.
  public static Path page(Path folder) {
    return folder.resolve("gradients.html");
  }

  public static Path csv(Path folder) {
    return folder.resolve("gradients.csv");
  }

  public static Path json(Path folder) {
    return folder.resolve("gradients.json");
  }

  /// Measures, and says how far it is.
  public GradientReport run(Console console) {
    List<Network> networks = GradientLab.networks();
    List<Finding> findings = new ArrayList<>();
    try (Backend backend = engine.withThreads(1).open(console);
        ExecutorService team = Executors.newFixedThreadPool(engine.threads())) {
      List<Future<Finding>> all = new ArrayList<>();
      networks.forEach(network -> all.add(team.submit(() -> lab.measure(backend, network))));
      try {
        for (Future<Finding> future : all) {
          findings.add(future.get());
          console.say("%2d of %d networks".formatted(findings.size(), networks.size()));
        }
      } finally {
        team.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("The lab was interrupted.", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException known
          ? known
          : new IllegalStateException(e.getCause());
    }
    return new GradientReport(
        lab, findings, Words.setting(version, engine), Words.command(command));
  }

  /// Writes the three files into a folder that exists.
  public static void write(GradientReport report, Path folder) throws IOException {
    GradientPage.write(page(folder), report);
    AtomicFile.write(csv(folder), curves(report));
    AtomicFile.write(json(folder), figures(report).pretty() + "\n");
  }

  /// One row for each network, scale, phase and distance.
  static String curves(GradientReport report) {
    StringBuilder out =
        new StringBuilder(
            "cell,forget_bias,recurrent_weights,input_scale,phase,distance,log10_norm\n");
    for (Finding finding : report.findings()) {
      for (Curve curve : finding.curves()) {
        for (int distance = 0; distance < curve.log10Norms().length; distance++) {
          out.append(
              String.format(
                  Locale.ROOT,
                  "%s,%s,%s,%s,%s,%d,%.6f\n",
                  finding.network().kind(),
                  finding.network().forgetBias().isPresent()
                      ? finding.network().forgetBias().getAsDouble()
                      : "",
                  finding.network().start(),
                  curve.scale(),
                  phase(curve),
                  distance,
                  curve.log10Norms()[distance]));
        }
      }
    }
    return out.toString().toLowerCase(Locale.ROOT);
  }

  private static String phase(Curve curve) {
    return curve.trained() ? "trained" : "initial";
  }

  /// The protocol, and of every curve its end and its check.
  public static Json.Obj figures(GradientReport report) {
    List<Json> rows = new ArrayList<>();
    for (Finding finding : report.findings()) {
      for (Curve curve : finding.curves()) {
        Json.Obj row = network(finding.network());
        TraceCheck check = curve.check();
        rows.add(
            row.with("input_scale", curve.scale())
                .with("phase", phase(curve))
                .with("log10_norm", number(curve.log10AtEnd()))
                .with("loss", finding.loss())
                .with("check_step_norm", check.along())
                .with("check_step_gradient", check.across())
                .with("check_whole_norm", check.whole())
                .with("check_whole_distances", check.distances()));
      }
    }
    return Json.object()
        .with("question", "log10 of the norm of dL/d(h, c) over the whole distance")
        .with("command", report.command())
        .with("contract", ModelFile.BITS)
        .with("protocol", Codec.of(GradientLab.class, MethodHandles.lookup()).write(report.lab()))
        .with("log10_lstm_above_rnn", report.log10Lead())
        .with("curves", new Json.Arr(rows));
  }

  private static Json.Obj network(Network network) {
    Json.Obj row = Json.object().with("cell", network.kind().name().toLowerCase(Locale.ROOT));
    if (network.forgetBias().isPresent()) {
      row = row.with("forget_bias", network.forgetBias().getAsDouble());
    }
    return row.with("recurrent_weights", network.start().name().toLowerCase(Locale.ROOT));
  }

  /// JSON has no infinity: null stands for a gradient of 0.
  private static Json number(double value) {
    return Double.isFinite(value) ? Json.of(value) : new Json.Null();
  }

  /// The norms over the whole way for a terminal: a row for each network and scale.
  public static String text(GradientReport report) {
    StringBuilder out = new StringBuilder();
    line(out, "scale", "network", Arrays.stream(Start.values()).map(GradientPage::title).toList());
    for (double scale : GradientLab.SCALES.reversed()) {
      for (Finding finding : report.of(Start.ORTHOGONAL)) {
        Network network = finding.network();
        List<String> cells = new ArrayList<>();
        for (Start start : Start.values()) {
          Finding like = report.of(network.kind(), start, network.forgetBias().orElse(0));
          cells.add(
              Powers.of(like.curve(scale, false).log10AtEnd())
                  + " → "
                  + Powers.of(like.curve(scale, true).log10AtEnd()));
        }
        line(out, Double.toString(scale), GradientPage.title(network), cells);
      }
    }
    return out.toString();
  }

  private static void line(StringBuilder out, String scale, String network, List<String> cells) {
    out.append("  %-6s %-13s".formatted(scale, network));
    cells.forEach(cell -> out.append(" %19s".formatted(cell)));
    out.append('\n');
  }
}
