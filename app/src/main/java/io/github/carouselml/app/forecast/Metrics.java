package io.github.carouselml.app.forecast;

import io.github.carouselml.app.report.Contender;
import io.github.carouselml.app.report.Contest;
import io.github.carouselml.model.Json;
import io.github.carouselml.tasks.forecast.Accuracy;
import io.github.carouselml.tasks.forecast.Backtest;
import io.github.carouselml.tasks.forecast.IntervalAccuracy;
import io.github.carouselml.tasks.forecast.Score;
import io.github.carouselml.train.EpochResult;
import io.github.carouselml.train.TrainResult;
import java.util.Locale;

/// Results as a program reads them. Percentages are 0 to 100; what is undefined is null.
final class Metrics {
  private Metrics() {}

  /// A backtest: where, and every method with all its errors, over all steps and by step.
  static Json.Obj of(Judgement judgement) {
    Contest contest = judgement.contest();
    Json.Obj backtest =
        switch (judgement.backtest().start()) {
          case Backtest.Start.At(String stamp) -> Json.object().with("start", stamp);
          case Backtest.Start.Last(int steps) -> Json.object().with("last", steps);
        };
    backtest =
        backtest
            .with("step", judgement.backtest().step())
            .with("horizon", contest.horizon())
            .with("forecasts", contest.forecasts())
            .with("series_left_out", contest.network().result().seriesLeftOut());
    return Json.object()
        .with("backtest", backtest)
        .with("methods", new Json.Arr(contest.contenders().stream().map(Metrics::method).toList()))
        .with("verdict", contest.verdict().<Json>map(Json::of).orElse(new Json.Null()))
        .with("beats_baseline", contest.won());
  }

  private static Json method(Contender contender) {
    Json.Obj method =
        errors(
            Json.object().with("name", contender.title()).with("network", contender.network()),
            contender.result().accuracy());
    method =
        method.with(
            "by_step",
            new Json.Arr(
                contender.result().bySteps().stream()
                    .<Json>map(accuracy -> errors(Json.object(), accuracy))
                    .toList()));
    if (contender.result().intervals().isEmpty()) {
      return method;
    }
    return method.with(
        "intervals",
        new Json.Arr(contender.result().intervals().stream().map(Metrics::interval).toList()));
  }

  private static Json.Obj errors(Json.Obj object, Accuracy accuracy) {
    object = score(object, "mae", accuracy.mae());
    object = score(object, "rmse", accuracy.rmse());
    object = score(object, "mape", accuracy.mape());
    object = score(object, "smape", accuracy.smape());
    return score(object, "mase", accuracy.mase());
  }

  private static Json.Obj score(Json.Obj object, String name, Score score) {
    Json.Obj with = object.with(name, number(score.value()));
    return score.leftOut() > 0 ? with.with(name + "_left_out", score.leftOut()) : with;
  }

  private static Json interval(IntervalAccuracy interval) {
    return Json.object()
        .with("level", interval.level())
        .with("coverage", number(interval.coverage().value()))
        .with("width", number(interval.width().value()))
        .with("quantile_loss", number(interval.quantileLoss().value()));
  }

  private static Json number(double value) {
    return Double.isFinite(value) ? Json.of(value) : new Json.Null();
  }

  /// How training went.
  static Json.Obj of(TrainResult result) {
    Json.Obj training =
        Json.object()
            .with("end", result.end().name().toLowerCase(Locale.ROOT).replace('_', ' '))
            .with("epochs", result.epochs().size())
            .with("steps", result.steps())
            .with("clipped_steps", result.clippedSteps())
            .with("seconds", result.seconds());
    if (result.bestEpoch().isPresent()) {
      training = training.with("best_epoch", result.bestEpoch().getAsInt());
    }
    if (!result.epochs().isEmpty()) {
      EpochResult last = result.epochs().getLast();
      training = training.with("loss", last.loss());
      if (last.validationLoss().isPresent()) {
        training = training.with("validation_loss", last.validationLoss().get());
      }
    }
    return training;
  }
}
