package io.github.carouselml.app.forecast;

import io.github.carouselml.app.report.Contest;
import io.github.carouselml.app.report.Fact;
import io.github.carouselml.model.ModelFile;
import io.github.carouselml.spec.TrainSpec;
import io.github.carouselml.tasks.forecast.ForecastModel;
import io.github.carouselml.tasks.forecast.ForecastSpec;
import io.github.carouselml.tasks.forecast.WindowOptions;
import io.github.carouselml.tasks.series.Attribute;
import io.github.carouselml.tasks.series.Scale;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// What is known about data and models, in words.
public final class Words {
  private Words() {}

  /// `1 series of 144 steps, monthly, 1949-01 to 1960-12`.
  static String data(SeriesSet data) {
    if (data.size() == 1) {
      Series only = data.series().getFirst();
      return "1 series of %,d steps, %s, %s to %s"
          .formatted(
              only.length(),
              data.frequency(),
              only.time().label(0),
              only.time().label(only.length() - 1));
    }
    String steps =
        data.shortest() == data.longest()
            ? "%,d".formatted(data.longest())
            : "%,d to %,d".formatted(data.shortest(), data.longest());
    return "%,d series of %s steps, %s".formatted(data.size(), steps, data.frequency());
  }

  /// `An LSTM of 32 units`, `5 GRUs of 2 layers of 32 units`.
  static String network(ForecastSpec spec) {
    String title = Judgement.title(spec);
    String units = "%,d units".formatted(spec.cell().hiddenSize());
    String layers = spec.layers() == 1 ? units : "%d layers of %s".formatted(spec.layers(), units);
    if (spec.ensemble() > 1) {
      return "The mean of %d %ss of %s".formatted(spec.ensemble(), title, layers);
    }
    String article = title.startsWith("m") || title.startsWith("G") ? "A" : "An";
    return "%s %s of %s".formatted(article, title, layers);
  }

  /// `6 months`.
  static String steps(int count, SeriesSet data) {
    return Contest.steps(count, data.frequency());
  }

  /// The choices of a model, for a list.
  static List<Fact> facts(
      ForecastSpec spec, WindowOptions windows, long parameters, SeriesSet data) {
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact("cell", Judgement.title(spec)));
    facts.add(new Fact("units", "%,d".formatted(spec.cell().hiddenSize())));
    facts.add(new Fact("layers", "%d".formatted(spec.layers())));
    if (spec.ensemble() > 1) {
      facts.add(new Fact("networks", "%d, averaged".formatted(spec.ensemble())));
    }
    if (spec.dropout() > 0) {
      facts.add(new Fact("dropout", "" + spec.dropout()));
    }
    facts.add(new Fact("parameters", "%,d".formatted(parameters)));
    facts.add(new Fact("reads", steps(windows.context(), data)));
    facts.add(new Fact("forecasts", steps(spec.horizon(), data)));
    facts.add(new Fact("season", steps(data.season(), data)));
    facts.add(
        new Fact(
            "learns",
            switch (spec.season()) {
              case NONE -> "the value";
              case LAST -> "the change since the season before";
              case GROWN -> "the change since the season before, beyond recent growth";
            }));
    facts.add(
        new Fact(
            "scaling",
            "%s%s of the %s"
                .formatted(
                    windows.scaling().transform() == Scale.Transform.NONE
                        ? ""
                        : word(windows.scaling().transform()) + ", ",
                    switch (windows.scaling().measure()) {
                      case STANDARD -> "mean and deviation";
                      case MEAN_ABSOLUTE -> "mean size";
                      case LAST -> "last value and deviation";
                      case NONE -> "nothing";
                    },
                    word(windows.scaling().span()))));
    covariates(facts, data);
    TrainSpec training = spec.training();
    facts.add(
        new Fact(
            "optimizer",
            "%s, rate %s"
                .formatted(
                    training.optimizer().getClass().getSimpleName(),
                    training.optimizer().learningRate())));
    facts.add(new Fact("batch size", "%,d".formatted(training.batches().size())));
    facts.add(new Fact("series", data(data)));
    return facts;
  }

  private static void covariates(List<Fact> facts, SeriesSet data) {
    if (!data.columns().isEmpty()) {
      facts.add(
          new Fact(
              "covariates",
              data.columns().stream()
                  .map(c -> c.name() + (c.future() ? ", known ahead" : ", known up to now"))
                  .collect(Collectors.joining("; "))));
    }
    List<Attribute> attributes = data.series().getFirst().attributes();
    if (!attributes.isEmpty()) {
      facts.add(
          new Fact(
              "static columns",
              attributes.stream().map(Attribute::name).collect(Collectors.joining(", "))));
    }
  }

  /// What the intervals of a model are.
  static String intervals(ForecastModel model) {
    if (model.spec().levels().isEmpty()) {
      return "";
    }
    if (model.calibration().isEmpty()) {
      return "The intervals are quantiles that the network learned. Nothing was held out that could"
          + " say how often they hold, or too little; such intervals are often too narrow.";
    }
    return ("The intervals are quantiles that the network learned, moved as far as it takes to hold"
            + " as often as they say on %,d forecasts %s (conformalized quantile regression).")
        .formatted(
            model.calibration().get().windows(),
            model.spec().calibration().isPresent()
                ? "of a second network that was trained without the end of the series"
                : "of the part held out for validation");
  }

  /// How often the intervals of a backtest held; empty where there are none.
  static String coverage(Contest contest) {
    String held =
        contest.network().result().intervals().stream()
            .map(
                i -> "%.1f %% inside the %d %% interval".formatted(i.coverage().value(), i.level()))
            .collect(Collectors.joining(", "));
    return held.isEmpty() ? "" : "Of the values that came, " + held + ".";
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /// What computed: program, contract, kernels, Java, system.
  public static List<Fact> setting(String version, Engine engine) {
    return List.of(
        new Fact("Carousel", version),
        new Fact("contract on bits", "%d".formatted(ModelFile.BITS)),
        new Fact("kernels", engine.words()),
        new Fact("Java", Runtime.version().toString()),
        new Fact(
            "system", System.getProperty("os.name", "") + " " + System.getProperty("os.arch", "")));
  }

  /// A command as it could be typed again.
  public static String command(List<String> words) {
    return words.stream()
        .map(w -> w.matches("[\\w@%+=:,./-]+") ? w : "'" + w.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" "));
  }
}
