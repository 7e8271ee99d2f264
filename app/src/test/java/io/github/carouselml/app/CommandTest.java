package io.github.carouselml.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.model.Json;
import io.github.carouselml.tasks.series.AirPassengers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the commands do when nothing is wrong.
final class CommandTest {
  @TempDir static Path shared;
  private static Path air;
  private static Path run;
  private static Command trained;

  @TempDir Path folder;

  @BeforeAll
  static void a_small_model() throws IOException {
    air = Files.writeString(shared.resolve("air.csv"), AirPassengers.csv());
    run = shared.resolve("run");
    trained = Command.train(air, run, "--test-start", "1959-01");
    assertThat(trained.code()).as(trained.err()).isZero();
  }

  private static Json.Obj object(String text) {
    return (Json.Obj) Json.read(text, "the result");
  }

  private static byte[] model(Path run) throws IOException {
    return Files.readAllBytes(run.resolve("model.safetensors"));
  }

  @Test
  void a_run_fills_its_folder() throws IOException {
    assertThat(run.toFile().list())
        .containsExactlyInAnyOrder(
            "model.safetensors",
            "config.yaml",
            "metrics.json",
            "log.jsonl",
            "report.html",
            "checkpoint.safetensors",
            "forecast.csv");
    assertThat(trained.out())
        .contains("Holt-Winters", "seasonal naive × growth", "report.html", run.toString());
    assertThat(trained.err())
        .contains("1 series of 144 steps, monthly, 1949-01 to 1960-12", "epoch 2 of 2", "KiB");
    assertThat(Files.readString(run.resolve("report.html")))
        .contains("--test-start 1959-01", "19", "does not beat Holt-Winters");
    Json.Obj metrics = object(Files.readString(run.resolve("metrics.json")));
    assertThat(metrics.get("judged_on")).contains(Json.of("test"));
    assertThat(metrics.get("finished")).contains(Json.of(true));
    assertThat(((Json.Arr) metrics.get("methods").orElseThrow()).items()).hasSize(5);
  }

  @Test
  void what_is_after_the_start_of_the_test_does_not_touch_the_model() throws IOException {
    List<String> lines = AirPassengers.csv().lines().toList();
    Path cut = folder.resolve("cut.csv");
    Files.writeString(cut, String.join("\n", lines.subList(0, 121)) + "\n");
    assertThat(Command.train(cut, folder.resolve("cut")).code()).isZero();
    assertThat(model(folder.resolve("cut"))).isEqualTo(model(run));
  }

  @Test
  void the_configuration_repeats_the_run() throws IOException {
    Path again = folder.resolve("again");
    Command result =
        Command.run("train", "forecast", "--config", run.resolve("config.yaml"), "--out", again);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(model(again)).isEqualTo(model(run));
    assertThat(Files.readString(again.resolve("forecast.csv")))
        .isEqualTo(Files.readString(run.resolve("forecast.csv")));
    Path other = folder.resolve("other");
    Command.run(
        "train", "forecast", "--config", run.resolve("config.yaml"), "--out", other, "--seed", 2);
    assertThat(model(other)).isNotEqualTo(model(run));
  }

  @Test
  void threads_and_kernels_do_not_change_a_bit() throws IOException {
    Path other = folder.resolve("other");
    Command result =
        Command.run(
            "train",
            "forecast",
            "--config",
            run.resolve("config.yaml"),
            "--out",
            other,
            "--threads",
            2,
            "--kernels",
            "plain");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(model(other)).isEqualTo(model(run));
  }

  @Test
  void a_run_goes_on_as_if_it_had_never_stopped() throws IOException {
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    assertThat(Command.train(air, whole, "--patience", 0).code()).isZero();
    // Two epochs are the same as one and, after a resume, one more.
    Path one = folder.resolve("config.yaml");
    Files.writeString(
        one, Files.readString(whole.resolve("config.yaml")).replace("epochs: 2", "epochs: 1"));
    assertThat(Command.run("train", "forecast", "--config", one, "--out", parts).code()).isZero();
    assertThat(model(parts)).isNotEqualTo(model(whole));
    Command resumed = Command.run("train", "forecast", "--out", parts, "--resume", "--epochs", 2);
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("going on at step");
    assertThat(model(parts)).isEqualTo(model(whole));
  }

  @Test
  void a_run_is_replaced_only_when_asked() throws IOException {
    Path own = folder.resolve("own");
    assertThat(Command.train(air, own).code()).isZero();
    assertThat(Command.train(air, own).code()).isEqualTo(2);
    Command replaced = Command.train(air, own, "--overwrite", "--cell", "gru");
    assertThat(replaced.code()).as(replaced.err()).isZero();
    assertThat(replaced.out()).contains("GRU");
  }

  @ParameterizedTest
  @ValueSource(strings = {"lstm", "gru", "rnn"})
  void every_cell_can_be_trained(String cell) {
    Command result =
        Command.train(
            air,
            folder.resolve(cell),
            "--cell",
            cell,
            "--num-layers",
            2,
            "--dropout",
            0.1,
            "--json");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(object(result.lastLine()).get("judged_on")).contains(Json.of("validation"));
  }

  @Test
  void a_forecast_is_printed_or_written() throws IOException {
    Command printed = Command.run("predict", run, "--data", air);
    assertThat(printed.code()).isZero();
    assertThat(printed.err()).isEmpty();
    assertThat(printed.out())
        .startsWith("unique_id,ds,y_hat,y_hat-lo-80,y_hat-hi-80,y_hat-lo-90,y_hat-hi-90\n")
        .isEqualTo(Files.readString(run.resolve("forecast.csv")));
    Path out = folder.resolve("forecast.csv");
    Command written = Command.run("predict", run, "--data", air, "--out", out);
    assertThat(written.out()).isEmpty();
    assertThat(Files.readString(out)).isEqualTo(printed.out());
    Command json =
        Command.run("predict", run.resolve("model.safetensors"), "--data", air, "--json");
    assertThat(object(json.lastLine()).get("forecasts")).isPresent();
  }

  @Test
  void a_model_is_judged_on_other_origins() {
    Command last = Command.run("evaluate", run, "--data", air, "--json");
    assertThat(object(last.lastLine()).get("backtest").orElseThrow().compact())
        .contains("\"forecasts\":1");
    Command backtest =
        Command.run(
            "evaluate", run, "--data", air, "--backtest", "--start", "1960-01", "--step", 2);
    assertThat(backtest.out()).contains("LSTM", "naive", "MAPE % at step 3");
    assertThat(backtest.code()).isZero();
  }

  @Test
  void the_doctor_says_which_kernels_are_in_use() {
    Command text = Command.run("doctor");
    assertThat(text.out()).contains("kernels", "processors", "GFLOP/s", "advice");
    Command plain = Command.run("doctor", "--kernels", "plain", "--json");
    assertThat(object(plain.lastLine()).get("kernels")).contains(Json.of("plain"));
    assertThat(object(plain.lastLine()).get("lanes")).contains(Json.of(1));
  }

  @Test
  void quickstart_fills_its_folder_and_replaces_only_that() throws IOException {
    Path out = folder.resolve("quick");
    Command first = Command.run("quickstart", "--out", out, "--epochs", 1, "--json");
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(object(first.lastLine()).get("made_by")).contains(Json.of("carousel quickstart"));
    Files.writeString(out.resolve("notes.txt"), "mine");
    Command second = Command.run("quickstart", "--out", out, "--epochs", 1, "--seed", 2);
    assertThat(second.code()).as(second.err()).isZero();
    assertThat(second.out())
        .contains("To try next", "carousel predict", "Holt-Winters", out.toString());
    assertThat(out.resolve("notes.txt")).hasContent("mine");
    assertThat(out.resolve("report.html")).exists();
    Command predicted = Command.run("predict", out, "--data", out.resolve("airpassengers.csv"));
    assertThat(predicted.out().lines()).hasSize(7);
  }

  @Test
  void constant_series_are_trained_with_a_remark() throws IOException {
    StringBuilder rows = new StringBuilder("unique_id,ds,y\n");
    for (int t = 0; t < 40; t++) {
      rows.append("still,%d-%02d,5\n".formatted(2018 + t / 12, 1 + t % 12));
    }
    for (int t = 0; t < 40; t++) {
      rows.append("moving,%d-%02d,%d\n".formatted(2018 + t / 12, 1 + t % 12, t * t % 11));
    }
    Path data = Files.writeString(folder.resolve("still.csv"), rows);
    Command result = Command.train(data, folder.resolve("run"));
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.err()).contains("1 of 2 series are constant");
    assertThat(folder.resolve("run/report.html")).content().contains("are constant");
  }

  @Test
  void a_mark_and_names_in_any_script_work() throws IOException {
    StringBuilder rows = new StringBuilder("\uFEFFgeschäft,月,größe\r\n");
    for (int t = 0; t < 40; t++) {
      rows.append("Zürich 東京 🎠,%d-%02d,%d\r\n".formatted(2018 + t / 12, 1 + t % 12, t * t % 11));
    }
    Path data = Files.writeString(folder.resolve("data.csv"), rows);
    Path out = folder.resolve("run");
    Command result =
        Command.train(
            data, out, "--id-col", "geschäft", "--time-col", "月", "--target-col", "größe");
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(out.resolve("forecast.csv")).content().contains("Zürich 東京 🎠,2021-05");
    assertThat(out.resolve("report.html")).content().contains("Zürich 東京 🎠", "größe");
    // The columns are those of the run.
    assertThat(Command.run("predict", out, "--data", data).out()).contains("Zürich 東京 🎠");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "quickstart", "train", "train forecast", "predict", "evaluate", "doctor"})
  void every_command_explains_itself(String command) {
    Command help = Command.run((Object[]) (command + " --help").strip().split(" "));
    assertThat(help.code()).isZero();
    assertThat(help.out()).contains("Usage: carousel", "Example");
    assertThat(help.out().lines()).allMatch(line -> line.length() <= 100);
  }

  @Test
  void it_says_which_version_it_is() {
    Command version = Command.run("--version");
    assertThat(version.code()).isZero();
    assertThat(version.out()).contains("carousel ", "Java 25");
    assertThat(Command.run().out()).contains("Usage: carousel", "quickstart");
  }
}
