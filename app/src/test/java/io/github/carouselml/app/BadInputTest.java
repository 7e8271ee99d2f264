package io.github.carouselml.app;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.carouselml.model.Json;
import io.github.carouselml.model.ModelFile;
import io.github.carouselml.model.Weights;
import io.github.carouselml.tasks.series.AirPassengers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever is wrong with a request gets exit code 2 and a sentence, and nothing is written or lost.
final class BadInputTest {
  @TempDir static Path shared;
  private static Path air;
  private static Path model;

  @TempDir Path folder;

  @BeforeAll
  static void a_small_model() throws IOException {
    air = Files.writeString(shared.resolve("air.csv"), AirPassengers.csv());
    model = shared.resolve("run");
    assertThat(Command.train(air, model).code()).isZero();
  }

  static Stream<Arguments> data() {
    String good = "unique_id,ds,y\na,2020-01,1\na,2020-02,2\na,2020-03,4\n";
    return Stream.of(
        arguments("empty", bytes(""), "is empty"),
        arguments("only a mark", new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF}, "is empty"),
        arguments("only a header", bytes("unique_id,ds,y\n"), "no row"),
        arguments("no header", bytes("2020-01,1\n2020-02,2\n"), "has no header"),
        arguments(
            "missing column",
            bytes("unique_id,ds,sales\na,2020-01,1\n"),
            "no column 'y'; it has 'unique_id', 'ds' and 'sales'"),
        arguments(
            "other separator", bytes("unique_id;ds;y\na;2020-01;1\n"), "separated by something"),
        arguments("text", bytes(good + "a,2020-04,many\n"), "line 5, column 'y': 'many' is not"),
        arguments("no stamp", bytes(good + "a,April,4\n"), "line 5, column 'ds': 'April' is no"),
        arguments("duplicate", bytes(good + "a,2020-02,2\n"), "line 5, column 'ds': 2020-02"),
        arguments(
            "unsorted",
            bytes("unique_id,ds,y\na,2020-03,3\na,2020-01,1\na,2020-02,2\n"),
            "line 3, column 'ds': 2020-01 comes after 2020-03 of line 2"),
        arguments("gap", bytes(good + "a,2020-06,2\n"), "2 steps are missing"),
        arguments("not a number", bytes(good + "a,2020-04,NaN\n"), "'NaN' is no value"),
        arguments("empty value", bytes(good + "a,2020-04,\n"), "the value is empty"),
        arguments("infinite", bytes(good + "a,2020-04,-inf\n"), "'-inf' is infinite"),
        arguments("huge", bytes(good + "a,2020-04,1e999\n"), "too large a number"),
        arguments("short", bytes(good), "3"),
        arguments("constant", bytes(constant()), "is constant, always 5.0"),
        arguments("ragged", bytes(good + "a,2020-04\n"), "2 fields were found"),
        arguments("Latin-1", (good + "ä,2020-04,1\n").getBytes(ISO_8859_1), "0xE4 is not UTF-8"),
        arguments("UTF-16", good.getBytes(UTF_16), "looks like UTF-16"),
        arguments("binary", new byte[] {0, 1, 2, (byte) 0xFF, 4}, "not UTF-8"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("data")
  void data_that_cannot_be_used(String what, byte[] content, String said) throws IOException {
    Path file = Files.write(folder.resolve("data.csv"), content);
    Path out = folder.resolve("run");
    refused(Command.train(file, out), said);
    assertThat(out).doesNotExist();
    if (!what.equals("short") && !what.equals("constant")) {
      refused(Command.run("predict", model, "--data", file), said);
    }
    assertThat(file).hasBinaryContent(content);
  }

  static Stream<Arguments> requests() {
    return Stream.of(
        arguments("--horizon 0", "horizon must be at least 1, but got 0"),
        arguments("--hidden-size 0", "hidden size must be"),
        arguments("--context 0", "context must be at least 1"),
        arguments("--context 200", "144 steps"),
        arguments("--num-layers 0", "layers must be at least 1"),
        arguments("--dropout 0.5", "no effect with 1 layer"),
        arguments("--dropout 1 --num-layers 2", "dropout rate lies from 0 to below 1"),
        arguments("--levels 90,80", "rise from 1 to 99"),
        arguments("--levels high", "--levels"),
        arguments("--epochs 0", "epochs must be"),
        arguments("--epochs many", "'many'"),
        arguments("--batch-size 0", "batch size must be"),
        arguments("--lr -1", "learning rate must be"),
        arguments("--clip-norm 0", "clipped to must be"),
        arguments("--patience -1", "patience"),
        arguments("--seed one", "'one'"),
        arguments("--threads 0", "threads must be 1 or more"),
        arguments("--backend gpu", "no backend named 'gpu'"),
        arguments("--kernels fast", "no kernels named 'fast'"),
        arguments("--kernels sim", "Did you mean 'simd'?"),
        arguments("--cell lstn", "Did you mean 'lstm'?"),
        arguments("--freq fortnightly", "'fortnightly' is no frequency"),
        arguments("--freq step", "does not fit"),
        arguments("--season 0", "season has at least 1 step"),
        arguments("--gaps liner", "Did you mean 'linear'?"),
        arguments("--separator ab", "separator is one character"),
        arguments("--id-col shop", "no column 'shop'"),
        arguments("--time-col dt", "Did you mean 'ds'?"),
        arguments("--target-col z", "no column 'z'"),
        arguments("--past-cols price", "no column 'price'"),
        arguments("--future-cols price", "no column 'price'; it has 'unique_id', 'ds' and 'y'"),
        arguments("--static nowhere.csv", "There is no file"),
        arguments("--past-cols y", "one role only"),
        arguments("--valid 2", "from 0 to below 1"),
        arguments("--valid nowhere.csv", "There is no file"),
        arguments("--test-start 1999-01", "No forecast can be judged"),
        arguments("--test-start 1949-03", "need at least 25"),
        arguments("--config nowhere.yaml", "There is no file"),
        arguments("--horizn 3", "Did you mean '--horizon'?"),
        arguments("--help --horizn 3", "Did you mean '--horizon'?"),
        arguments("--hiden-size=3", "Did you mean '--hidden-size'?"),
        arguments("--overwrite --resume", "cannot both be"),
        arguments("--resume", "nothing to resume"),
        arguments("--memory 10KB", "does not hold this run. It needs at least"),
        arguments("--memory much", "'much' is no size of memory"),
        arguments("more", "one word too many"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("requests")
  void requests_that_cannot_be_met(String options, String said) {
    Path out = folder.resolve("run");
    // picocli takes an option once, so this comes without the usual ones.
    Object[] args =
        Stream.concat(
                Stream.of("train", "forecast", "--data", air, "--out", out),
                Arrays.stream(options.split(" ")))
            .toArray();
    refused(Command.run(args), said);
    assertThat(out).doesNotExist();
  }

  static Stream<Arguments> configurations() {
    return Stream.of(
        arguments("horizn: 3", "The key 'horizn' is not known. Known: task, data"),
        arguments("forecast: {horizn: 3}", "'horizn' is not known. Did you mean 'horizon'?"),
        arguments("forecast: {horizon: three}", "forecast.horizon"),
        arguments("forecast: {horizon: 0}", "must be at least 1"),
        arguments("forecast: {cell: {type: lstn}}", "Did you mean 'lstm'?"),
        arguments("forecast: {training: {optimizer: {type: adan}}}", "Did you mean 'adam'?"),
        arguments("task: tag", "'tag' is not known"),
        arguments("data: a\ndata: b", "no YAML"),
        arguments("data: a\n---\ndata: b", "a second document begins"),
        arguments("- 1\n- 2", "a configuration is an object"),
        arguments("{", "no YAML"),
        arguments("\t", "no YAML"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("configurations")
  void configurations_that_cannot_be(String yaml, String said) throws IOException {
    Path config = Files.writeString(folder.resolve("run.yaml"), yaml);
    Path out = folder.resolve("run");
    Command result = Command.run("train", "forecast", "--config", config, "--out", out);
    refused(result, said);
    assertThat(out).doesNotExist();
  }

  @Test
  void commands_and_words_that_are_not_known() {
    refused(Command.run("quikstart"), "Did you mean 'quickstart'?");
    refused(Command.run("train", "forcast"), "Did you mean 'forecast'?");
    refused(Command.run("train"), "Known: forecast");
    refused(Command.run("doctor", "--jsn"), "Did you mean '--json'?");
    refused(Command.run("doctor", "--help", "--jsn"), "Did you mean '--json'?");
    refused(Command.run("--jsn", "--help"), "There is no option '--jsn'");
    refused(Command.run("train", "forcast", "--help"), "Did you mean 'forecast'?");
    refused(Command.run("predict", model), "--data");
    refused(Command.run("predict", model, "--dta", air), "Did you mean '--data'?");
    refused(Command.run("train", "forecast", "--data", air), "--out");
    refused(Command.run("train", "forecast", "--out", folder.resolve("x")), "Name their file");
  }

  @Test
  void folders_that_cannot_be_filled() throws IOException {
    Path full = Files.createDirectory(folder.resolve("full"));
    Path precious = Files.writeString(full.resolve("precious.txt"), "mine");
    refused(Command.train(air, full), "exists and is not empty");
    refused(Command.run("quickstart", "--out", full, "--epochs", 1), "was not made by");
    refused(Command.train(air, precious), "is a file");
    refused(Command.train(air, precious.resolve("run")), "precious.txt is a file");
    refused(Command.run("quickstart", "--out", precious.resolve("run")), "precious.txt is a file");
    refused(Command.train(air, "/proc/run"), "cannot be");
    refused(Command.run("predict", model, "--data", air, "--out", full), "is a folder");
    refused(Command.run("predict", model, "--data", air, "--out", precious), "--overwrite");
    assertThat(precious).hasContent("mine");
    assertThat(full.toFile().list()).containsExactly("precious.txt");
  }

  @Test
  void a_refused_request_leaves_the_old_run_as_it_was() throws IOException {
    Map<String, byte[]> before = contents(model);
    Path bad = Files.writeString(folder.resolve("bad.csv"), "ds,y\n2020-01,x\n");
    refused(Command.train(air, model), "is not empty");
    refused(Command.train(bad, model, "--overwrite"), "'x' is not a number");
    refused(Command.run("train", "forecast", "--out", model, "--resume", "--lr", "9"), "");
    assertThat(contents(model)).containsExactlyInAnyOrderEntriesOf(before);
  }

  @Test
  void models_that_cannot_be_used() throws IOException {
    refused(Command.run("predict", folder, "--data", air), "There is no model");
    refused(Command.run("evaluate", folder.resolve("x"), "--data", air), "There is no model");
    refused(Command.run("predict", air, "--data", air), "air.csv");
    Path other = folder.resolve("other.safetensors");
    Weights weights = Weights.builder().build();
    new ModelFile(weights, Json.object(), Json.object().with("task", "tag"), Json.object())
        .write(other);
    refused(Command.run("predict", other, "--data", air), "a model of the task 'tag'");
    Path checkpoint = model.resolve("checkpoint.safetensors");
    refused(Command.run("predict", checkpoint, "--data", air), "is a checkpoint, not a model");
    byte[] whole = Files.readAllBytes(model.resolve("model.safetensors"));
    Path cut = folder.resolve("cut.safetensors");
    for (int length : new int[] {0, 7, 100, whole.length / 2, whole.length - 1}) {
      Files.write(cut, Arrays.copyOf(whole, length));
      refused(Command.run("predict", cut, "--data", air), "cut.safetensors");
    }
  }

  @Test
  void a_model_is_not_shown_series_of_another_kind() throws IOException {
    Path daily =
        Files.writeString(folder.resolve("daily.csv"), "ds,y\n2020-01-01,1\n2020-01-02,2\n");
    refused(Command.run("predict", model, "--data", daily), "daily");
    refused(
        Command.run("evaluate", model, "--data", air, "--backtest", "--start", "1999-01"),
        "No forecast can be judged");
    refused(Command.run("evaluate", model, "--data", air, "--start", "1959-01"), "--backtest");
    refused(
        Command.run("evaluate", model, "--data", air, "--backtest", "--step", "0"), "at least 1");
  }

  @Test
  void a_series_that_begins_right_before_the_test_is_refused() throws IOException {
    StringBuilder rows = new StringBuilder("unique_id,ds,y\n");
    for (int t = 0; t < 36; t++) {
      rows.append("a,%d-%02d,%d\n".formatted(2018 + t / 12, 1 + t % 12, t * t % 7));
    }
    for (int t = 24; t < 36; t++) {
      rows.append("b,%d-%02d,%d\n".formatted(2018 + t / 12, 1 + t % 12, t));
    }
    Path data = Files.writeString(folder.resolve("two.csv"), rows);
    Path out = folder.resolve("run");
    refused(
        Command.train(data, out, "--valid", 0, "--test-start", "2020-04"),
        "The series 'b' has 3 steps");
    assertThat(out).doesNotExist();
  }

  @Test
  void a_full_disk_is_a_failure_in_a_sentence() {
    Path disk = Path.of("/dev/full");
    assumeThat(disk).exists();
    Command result = Command.run("predict", model, "--data", air, "--out", disk, "--overwrite");
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.message()).contains("Could not write /dev/full", "disk is full");
  }

  @Test
  void only_debug_shows_where() {
    assertThat(Command.run("predict", folder, "--data", air, "--debug").err()).contains("\tat ");
  }

  private static String constant() {
    StringBuilder rows = new StringBuilder("ds,y\n");
    for (int t = 0; t < 40; t++) {
      rows.append("%d-%02d,5\n".formatted(2018 + t / 12, 1 + t % 12));
    }
    return rows.toString();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private static void refused(Command result, String said) {
    assertThat(result.code()).as(result.err()).isEqualTo(2);
    assertThat(result.message()).startsWith("carousel: ").contains(said);
    assertThat(result.message().strip()).matches("(?s).*[.?!'…]$");
    assertThat(result.err()).doesNotContain("\tat ", "Exception");
    assertThat(result.out()).isEmpty();
  }

  private static Map<String, byte[]> contents(Path folder) throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        contents.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return contents;
  }
}
