package io.github.carouselml.app.forecast;

import io.github.carouselml.app.console.Console;
import io.github.carouselml.app.report.Contender;
import io.github.carouselml.app.report.Contest;
import io.github.carouselml.app.report.MetricsTable;
import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tasks.forecast.Backtest;
import io.github.carouselml.tasks.forecast.Baseline;
import io.github.carouselml.tasks.forecast.ForecastMethod;
import io.github.carouselml.tasks.forecast.ForecastModel;
import io.github.carouselml.tasks.forecast.ForecastSpec;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import java.util.ArrayList;
import java.util.List;

/// A backtest of a model and of the baselines, on the same origins. The baselines are fitted on
/// what lies before the first origin, as the model was.
///
/// @param backtest what was asked for, with the step that was taken
/// @param contest how it ended
/// @param remarks baselines that could not be fitted, a sentence each
public record Judgement(Backtest backtest, Contest contest, List<String> remarks) {
  /// So many forecasts say enough; more origins than that are thinned out.
  private static final long ENOUGH = 20_000;

  public Judgement {
    remarks = List.copyOf(remarks);
  }

  /// Lets all of them forecast.
  public static Judgement of(ForecastModel model, SeriesSet data, Backtest backtest) {
    SeriesSet training = backtest.training(data);
    List<Contender> contenders = new ArrayList<>();
    List<String> remarks = new ArrayList<>();
    contenders.add(new Contender(title(model.spec()), true, backtest.run(data, model)));
    for (Baseline baseline : Baseline.of(training)) {
      try {
        ForecastMethod fitted = baseline.fit(training);
        contenders.add(new Contender(baseline.title(), false, backtest.run(data, fitted)));
      } catch (CarouselException.Data e) {
        remarks.add("The baseline %s is missing: %s".formatted(baseline.title(), e.getMessage()));
      }
    }
    return new Judgement(backtest, new Contest(contenders, data.frequency()), remarks);
  }

  /// The same origins, but not more than are enough.
  public static Backtest thinned(Backtest backtest, SeriesSet data) {
    long origins = 0;
    SeriesSet training = backtest.training(data);
    for (Series before : training) {
      origins += data.get(before.id()).length() - before.length() - backtest.horizon() + 1;
    }
    long step = Math.ceilDiv(origins, ENOUGH);
    return backtest.withStep((int) Math.max(1, step));
  }

  /// For a person: the errors of all, how often the intervals held, and the verdict.
  public void print(Console console) {
    console.out().print(MetricsTable.of(contest).text());
    String coverage = Words.coverage(contest);
    if (!coverage.isEmpty()) {
      console.print("");
      console.print(coverage);
    }
    remarks.forEach(console::print);
    console.print("");
    contest.verdict().ifPresent(console::print);
  }

  /// `LSTM`, `GRU` … as tables call the network.
  public static String title(ForecastSpec spec) {
    return switch (spec.cell()) {
      case CellSpec.Rnn _ -> "RNN";
      case CellSpec.Lstm _ -> "LSTM";
      case CellSpec.Gru _ -> "GRU";
      case CellSpec.MinLstm _ -> "minLSTM";
      case CellSpec.MinGru _ -> "minGRU";
      case CellSpec.Own own -> own.toString();
    };
  }
}
