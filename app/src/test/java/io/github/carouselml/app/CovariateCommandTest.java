package io.github.carouselml.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.tasks.series.AirPassengers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Covariates on the command line: files, options, what is written down, and every mistake.
final class CovariateCommandTest {
  private static final LocalDate FIRST = LocalDate.of(2024, 1, 1);

  @TempDir static Path shared;
  private static Path data;
  private static Path towns;
  private static Path run;
  private static Command trained;

  @TempDir Path folder;

  @BeforeAll
  static void a_small_model() throws IOException {
    StringBuilder rows = new StringBuilder("shop,ds,y,visitors,price\n");
    for (String shop : new String[] {"a", "b"}) {
      for (int t = 0; t < 60; t++) {
        rows.append(
            "%s,%s,%d,%d,%d\n".formatted(shop, FIRST.plusDays(t), t * t % 11, t * 7 % 13, t % 5));
      }
    }
    data = Files.writeString(shared.resolve("shops.csv"), rows);
    towns = Files.writeString(shared.resolve("towns.csv"), "shop,town,size\na,Oslo,3\nb,Bonn,9\n");
    run = shared.resolve("run");
    trained = train(run);
    assertThat(trained.code()).as(trained.err()).isZero();
  }

  private static Command train(Path out, Object... more) {
    return Command.train(
        data,
        out,
        Stream.concat(
                Stream.of(
                    "--id-col",
                    "shop",
                    "--past-cols",
                    "visitors",
                    "--future-cols",
                    "price",
                    "--static",
                    towns),
                Stream.of(more))
            .toArray());
  }

  /// Prices of the three days that come.
  private Path prices(String text) throws IOException {
    return Files.writeString(folder.resolve("prices.csv"), text.replace("\\n", "\n"));
  }

  private static String threeDays(String shop) {
    return "%s,2024-03-01,1\n%s,2024-03-02,2\n%s,2024-03-03,3\n".formatted(shop, shop, shop);
  }

  @Test
  void what_comes_next_is_forecast_when_its_prices_are_known() throws IOException {
    assertThat(run.resolve("forecast.csv")).doesNotExist();
    assertThat(trained.out()).contains("carousel predict --future").doesNotContain("forecast.csv");
    assertThat(run.resolve("report.html"))
        .content()
        .contains(
            "visitors, known up to now; price, known ahead", "town, size", "--future goes on");
    assertThat(run.resolve("config.yaml")).content().contains("- \"price\"", "towns.csv");

    Path prices = prices("shop,ds,price\n" + threeDays("a") + threeDays("b"));
    Command predicted = Command.run("predict", run, "--data", data, "--future", prices);
    assertThat(predicted.code()).as(predicted.err()).isZero();
    assertThat(predicted.out()).contains("a,2024-03-01,", "b,2024-03-03,");
    assertThat(predicted.out().lines()).hasSize(7);
    Path dearer =
        prices("shop,ds,price\n" + threeDays("a").replace(",3\n", ",9\n") + threeDays("b"));
    String other = Command.run("predict", run, "--data", data, "--future", dearer).out();
    assertThat(other).isNotEqualTo(predicted.out());
    assertThat(other.lines().skip(4)).isEqualTo(predicted.out().lines().skip(4).toList());
  }

  @Test
  void a_model_alone_says_which_columns_it_needs() throws IOException {
    Path prices = prices("shop,ds,price\n" + threeDays("a") + threeDays("b"));
    Path alone = folder.resolve("alone.safetensors");
    Files.copy(run.resolve("model.safetensors"), alone);
    Command predicted =
        Command.run("predict", alone, "--data", data, "--future", prices, "--id-col", "shop");
    assertThat(predicted.out())
        .isEqualTo(Command.run("predict", run, "--data", data, "--future", prices).out())
        .contains("b,2024-03-03,");
  }

  @Test
  void a_backtest_takes_what_was_known_ahead_from_the_data() {
    Command judged =
        Command.run("evaluate", run, "--data", data, "--backtest", "--start", "2024-02-10");
    assertThat(judged.code()).as(judged.err()).isZero();
    assertThat(judged.out()).contains("LSTM", "% inside the 80 % interval");
  }

  @Test
  void the_configuration_repeats_the_run() throws IOException {
    Path again = folder.resolve("again");
    Command result =
        Command.run("train", "forecast", "--config", run.resolve("config.yaml"), "--out", again);
    assertThat(result.code()).as(result.err()).isZero();
    assertThat(again.resolve("model.safetensors"))
        .hasSameBinaryContentAs(run.resolve("model.safetensors"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          shop,ds,price\\na,2024-03-01,1 | of the series 'a' from 2024-03-01 to 2024-03-03, but nothing is known from 2024-03-02 on.
          shop,ds,cost\\na,2024-03-01,1  | prices.csv has no column 'price'; it has 'shop', 'ds' and 'cost'.
          shop,ds,price\\na,2024-03-01,? | prices.csv, line 2, column 'price': '?' is not a number.
          """)
  void a_future_that_does_not_do_is_refused(String text, String said) throws IOException {
    refused(Command.run("predict", run, "--data", data, "--future", prices(text)), said);
  }

  @Test
  void every_mistake_gets_its_sentence() throws IOException {
    refused(
        Command.run("predict", run, "--data", data),
        "from 2024-03-01 to 2024-03-03, but nothing is known there. Give the rest with --future");
    Path air = Files.writeString(folder.resolve("air.csv"), AirPassengers.csv());
    Path plain = folder.resolve("plain");
    assertThat(Command.train(air, plain).code()).isZero();
    refused(
        Command.run("predict", plain, "--data", air, "--future", air),
        "there is no future column that it could tell: the series come without covariates.");
    refused(
        Command.run("predict", plain, "--data", air, "--static", towns),
        "towns.csv has no column 'unique_id'");
    Path static1 = Files.writeString(folder.resolve("s.csv"), "unique_id,x\nairpassengers,1\n");
    refused(
        Command.run("predict", plain, "--data", air, "--static", static1),
        "comes with the static columns 'x', but the model was trained without any.");
    refused(Command.train(air, folder.resolve("x"), "--static", static1), "'x' is '1' for every");
    Path dry = Files.writeString(folder.resolve("dry.csv"), "shop,ds,y\na,2024-01-01,1\n");
    refused(Command.run("predict", run, "--data", dry), "dry.csv has no column 'visitors'");
    Path third = folder.resolve("third.csv");
    Files.writeString(third, Files.readString(data).replace("\nb,", "\nc,"));
    refused(
        Command.run("evaluate", run, "--data", third),
        "The series 'c' was not in the training, and the model reads the static columns 'town' and"
            + " 'size' of it. Give them with --static");
    Path rome = Files.writeString(folder.resolve("t.csv"), "shop,town,size\na,Oslo,3\nc,Rome,1\n");
    refused(
        Command.run("evaluate", run, "--data", third, "--static", rome),
        "t.csv, line 3, column 'town': 'Rome' is new to the model");
    Path big = Files.writeString(folder.resolve("t.csv"), "shop,town,size\na,Oslo,3\nc,Bonn,big\n");
    refused(
        Command.run("evaluate", run, "--data", third, "--static", big),
        "t.csv, line 3, column 'size': 'big' is not a number");
    Files.writeString(big, "shop,town,size\na,Oslo,3\nc,Bonn,4\n");
    assertThat(Command.run("evaluate", run, "--data", third, "--static", big).code()).isZero();
    Path still = folder.resolve("still.csv");
    Files.writeString(still, Files.readString(data).replaceAll("(?m),\\d+$", ",5"));
    refused(
        Command.train(still, folder.resolve("x"), "--id-col", "shop", "--past-cols", "price"),
        "The covariate 'price' is constant in what is learned from, always 5.0");
  }

  private static void refused(Command result, String said) {
    assertThat(result.code()).as(result.err()).isEqualTo(2);
    assertThat(result.message()).startsWith("carousel: ").contains(said);
    assertThat(result.out()).isEmpty();
  }
}
