package io.github.carouselml.app.forecast;

import io.github.carouselml.app.report.Fact;
import io.github.carouselml.app.report.Report;
import io.github.carouselml.model.Json;
import io.github.carouselml.tasks.forecast.Backtest;
import io.github.carouselml.tasks.forecast.Forecast;
import io.github.carouselml.tasks.forecast.ForecastModel;
import io.github.carouselml.tasks.forecast.ForecastRun;
import io.github.carouselml.tasks.series.SeriesSet;
import io.github.carouselml.train.TrainResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the report of a run says.
///
/// @param asked what was asked for
/// @param run how it was trained
/// @param judgement of the model, where there was one
/// @param result how the training ended
record RunReport(
    TrainingRun asked, ForecastRun run, Optional<Judgement> judgement, TrainResult result) {
  /// The report.
  ///
  /// @param model that came out
  /// @param ahead the forecasts beyond the data
  Report report(ForecastModel model, List<Forecast> ahead) {
    SeriesSet data = asked.data();
    String name =
        data.size() == 1 ? data.series().getFirst().id() : "%,d series".formatted(data.size());
    return new Report(
        "%s, %s ahead".formatted(name, Words.steps(run.windows().horizon(), data)),
        summary(),
        Words.facts(asked.config().forecast(), run.windows(), run.parameters(), data),
        data,
        judgement.map(Judgement::contest),
        ahead,
        Words.intervals(model),
        result.epochs(),
        result.bestEpoch(),
        remarks(),
        provenance(model.provenance()),
        Words.command(asked.command()));
  }

  private String summary() {
    String who =
        "%s reads %s and forecasts the next %d, with weights learned from %,d windows."
            .formatted(
                Words.network(asked.config().forecast()),
                Words.steps(run.windows().context(), asked.data()),
                run.windows().horizon(),
                run.trainingWindows());
    if (judgement.isEmpty()) {
      return who;
    }
    String since =
        switch (judgement.get().backtest().start()) {
          case Backtest.Start.At(String stamp) -> "from " + stamp + " on";
          case Backtest.Start.Last(int steps) ->
              "over the last " + Words.steps(steps, asked.data());
        };
    return "%s It was judged on %,d forecasts %s."
        .formatted(who, judgement.get().contest().forecasts(), since);
  }

  private List<String> remarks() {
    List<String> remarks = new ArrayList<>(asked.data().remarks());
    judgement.ifPresent(j -> remarks.addAll(j.remarks()));
    if (asked.judgedOn().equals("validation")) {
      remarks.add(
          "These are the steps that training was validated on and intervals were fitted to, so both"
              + " look a little too good. With --test-start, the end of the data is kept out of"
              + " training altogether.");
    } else if (judgement.isEmpty()) {
      remarks.add("Nothing was held out, so nothing says how good the forecasts are.");
    }
    if (asked.needsFuture()) {
      remarks.add(
          "What comes next depends on columns that are known ahead, so this page ends with the"
              + " data; carousel predict with --future goes on.");
    }
    return remarks;
  }

  private List<Fact> provenance(Json origin) {
    List<Fact> facts = new ArrayList<>(Words.setting(asked.version(), asked.engine()));
    facts.add(new Fact("seed", "%d".formatted(asked.config().forecast().training().seed())));
    facts.add(new Fact("training", "%.1f s".formatted(result.seconds())));
    if (origin instanceof Json.Obj object
        && object.get("data").orElse(null) instanceof Json.Str(String digest)) {
      facts.add(new Fact("digest of the data", digest.substring(0, Math.min(12, digest.length()))));
    }
    return facts;
  }
}
