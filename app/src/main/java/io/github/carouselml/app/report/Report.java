package io.github.carouselml.app.report;

import io.github.carouselml.tasks.forecast.Forecast;
import io.github.carouselml.tasks.series.SeriesSet;
import io.github.carouselml.train.EpochResult;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What a page about a forecasting run shows. Everything is shown that is there.
///
/// @param title what was forecast
/// @param summary who forecast it and how it was judged, a sentence or two
/// @param facts of the model and its data
/// @param data the series
/// @param contest the backtest, where there was one: the network and the baselines, on the same
///     origins
/// @param ahead forecasts beyond the end of the data, by series
/// @param intervals what the intervals are, in a sentence or two
/// @param epochs the training, epoch by epoch
/// @param bestEpoch the epoch whose weights the model has, where early stopping chose them
/// @param remarks what a reader must know to judge, a sentence each
/// @param provenance what would repeat the run
/// @param command the line that would repeat the run
public record Report(
    String title,
    String summary,
    List<Fact> facts,
    SeriesSet data,
    Optional<Contest> contest,
    List<Forecast> ahead,
    String intervals,
    List<EpochResult> epochs,
    OptionalInt bestEpoch,
    List<String> remarks,
    List<Fact> provenance,
    String command) {
  public Report {
    facts = List.copyOf(facts);
    ahead = List.copyOf(ahead);
    epochs = List.copyOf(epochs);
    remarks = List.copyOf(remarks);
    provenance = List.copyOf(provenance);
  }
}
