package io.github.carouselml.tasks.forecast;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.series.Calendar;
import io.github.carouselml.tasks.series.Column;
import io.github.carouselml.tasks.series.Frequency;
import io.github.carouselml.tasks.series.Scale;
import io.github.carouselml.tasks.series.Scaling;
import io.github.carouselml.tasks.series.Series;
import io.github.carouselml.tasks.series.SeriesSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/// From series to windows and back. It is fitted on the training part alone; its fields are what a
/// model saves.
///
/// Past features: the scaled value, the calendar, the covariates, and where the last season is
/// asked for, the change since the season before. Future features: the calendar, the covariates
/// known ahead, and where it is asked for, the scaled value of a season before. Fixed features: the
/// static columns.
///
/// @param options how to cut
/// @param frequency of the series
/// @param calendar what time stamps tell
/// @param columns the covariates, in the order of their features
/// @param scales of the series that were fitted; empty when each window is scaled by its own
///   context
/// @param columnScales of the covariates over all series, as `columns`
/// @param seriesColumnScales the same for each series that was fitted; files from before there were
///   any scale every series by `columnScales`
/// @param statics what holds for whole series
public record WindowMaker(
    WindowOptions options,
    Frequency frequency,
    Calendar calendar,
    List<Column> columns,
    Map<String, Scale> scales,
    List<Scale> columnScales,
    Map<String, List<Scale>> seriesColumnScales,
    Statics statics) {
  public WindowMaker {
    columns = List.copyOf(columns);
    scales = Collections.unmodifiableMap(new LinkedHashMap<>(scales));
    columnScales = List.copyOf(columnScales);
    seriesColumnScales = Collections.unmodifiableMap(new LinkedHashMap<>(seriesColumnScales));
    requireScales(columns, columnScales);
    for (List<Scale> scalesOfOne : seriesColumnScales.values()) {
      requireScales(columns, scalesOfOne);
    }
  }

  private static void requireScales(List<Column> columns, List<Scale> scales) {
    if (scales.size() != columns.size()) {
      throw new CarouselException.Request(
          "There are %d covariates, but scales for %d.".formatted(columns.size(), scales.size()));
    }
  }

  /// As files have it from before covariates were scaled by series and before static columns.
  public WindowMaker(
      WindowOptions options,
      Frequency frequency,
      Calendar calendar,
      List<Column> columns,
      Map<String, Scale> scales,
      List<Scale> columnScales) {
    this(options, frequency, calendar, columns, scales, columnScales, Map.of(), Statics.NONE);
  }

  /// Finds the scales of all that `training` holds: hand over only what may be learnt from.
  ///
  /// @throws CarouselException.Data when every series is constant, or one is too short for a window
  public static WindowMaker fit(SeriesSet training, WindowOptions options) {
    int before = before(options, training.season());
    int least = before + options.horizon();
    for (Series series : training) {
      if (series.length() < least) {
        throw new CarouselException.Data(
            ("The series '%s' has %d steps, but a %s of %d and a horizon of %d need at "
                    + "least %d. Shorten them, or leave short series out.")
                .formatted(
                    series.id(),
                    series.length(),
                    before > options.shortest() ? "season" : "context",
                    before,
                    options.horizon(),
                    least));
      }
    }
    if (training.series().stream().allMatch(Series::isConstant)) {
      Series first = training.series().getFirst();
      throw new CarouselException.Data(
          training.size() == 1
              ? "The series '%s' is constant, always %s: there is nothing to learn."
                  .formatted(first.id(), first.value(0))
              : ("All %d series are constant (the first is '%s', always %s): there is "
                      + "nothing to learn.")
                  .formatted(training.size(), first.id(), first.value(0)));
    }
    Map<String, Scale> scales = new LinkedHashMap<>();
    if (options.scaling().span() == Scaling.Span.SERIES) {
      training.forEach(s -> scales.put(s.id(), options.scaling().fit(s, 0, s.length())));
    }
    List<Scale> columnScales = Covariates.fit(training);
    return new WindowMaker(
        options,
        training.frequency(),
        Calendar.of(training.frequency(), training.season()),
        training.columns(),
        scales,
        columnScales,
        Covariates.fitEach(training, columnScales),
        Statics.fit(training));
  }

  /// The steps that must lie before an origin.
  private static int before(WindowOptions options, int season) {
    return options.lastSeason() ? Math.max(options.shortest(), season) : options.shortest();
  }

  /// The fewest steps of a history that can be continued.
  public int shortest() {
    return before(options, calendar.season());
  }

  /// Every window whose context and target lie in `data`: series in their order, origins ascending.
  /// For training, hand over what is left without the validation part.
  public Windows windows(SeriesSet data) {
    return windows(data, _ -> Integer.MAX_VALUE);
  }

  /// Every window whose target lies in the last `steps` steps of its series; contexts reach further
  /// back. For validation.
  public Windows windowsOfLast(SeriesSet data, int steps) {
    return windows(data, _ -> steps);
  }

  /// The same, where the number of steps may be another for each series.
  Windows windows(SeriesSet data, ToIntFunction<Series> last) {
    List<Windows.Place> places = new ArrayList<>();
    for (Series series : data) {
      refuseOther(series);
      int first = Math.max(shortest(), series.length() - last.applyAsInt(series));
      for (int o = first; o + options.horizon() <= series.length(); o += options.stride()) {
        places.add(new Windows.Place(series, o));
      }
    }
    return new Windows(this, places, true);
  }

  /// The windows at the ends of `histories`, whose targets have not come yet. A series that was not
  /// fitted is scaled by all of its history.
  ///
  /// @throws CarouselException.Data when a history is shorter than the shortest context, or what is
  ///     to be known ahead is not
  public Windows ends(List<Series> histories) {
    List<Windows.Place> places = new ArrayList<>();
    for (Series series : histories) {
      refuseOther(series);
      if (series.length() < shortest()) {
        throw new CarouselException.Data(
            "The series '%s' has %d steps, but the model reads at least %d before it forecasts."
                .formatted(series.id(), series.length(), shortest()));
      }
      Covariates.requireAhead(series, options.horizon());
      places.add(new Windows.Place(series, series.length()));
    }
    return new Windows(this, places, false);
  }

  private void refuseOther(Series series) {
    Frequency other = series.time().frequency();
    if (other.unit() != frequency.unit() || other.count() != frequency.count()) {
      throw new CarouselException.Data(
          "The series '%s' is %s, but the model was trained on %s series."
              .formatted(series.id(), other, frequency));
    }
    if (!series.columns().equals(columns)) {
      throw new CarouselException.Data(
          "The series '%s' comes with %s, but the model was trained with %s."
              .formatted(series.id(), Column.words(series.columns()), Column.words(columns)));
    }
    statics.of(series);
  }

  /// How many features a past step has.
  public int pastFeatures() {
    return 1 + calendar.features() + columns.size() + (options.lastSeason() ? 1 : 0);
  }

  /// How many features a step ahead has.
  public int futureFeatures() {
    return calendar.features() + (int) ahead() + (options.lastSeason() ? 1 : 0);
  }

  private long ahead() {
    return columns.stream().filter(Column::future).count();
  }

  /// How many features every step has, past or ahead.
  public int fixedFeatures() {
    return statics.features();
  }

  /// The window of `series` at `origin`; nothing from there on is read but time stamps, covariates
  /// known ahead, and the target.
  Window window(Series series, int origin, boolean withTarget) {
    Scale scale = scale(series, origin);
    List<Scale> covariates = covariateScales(series, origin);
    int length = Math.min(origin, options.context());
    float[][] past = new float[length][pastFeatures()];
    for (int t = 0; t < length; t++) {
      int index = origin - length + t;
      past[t][0] = (float) scale.apply(series.value(index));
      calendar.write(series.time(), index, past[t], 1);
      for (int c = 0; c < columns.size(); c++) {
        past[t][1 + calendar.features() + c] =
            (float) covariates.get(c).apply(series.covariate(c, index));
      }
      int ago = index - calendar.season();
      if (options.lastSeason() && ago >= 0) {
        past[t][pastFeatures() - 1] =
            (float) (scale.apply(series.value(index)) - scale.apply(series.value(ago)));
      }
    }
    float[][] future = new float[options.horizon()][futureFeatures()];
    for (int h = 0; h < options.horizon(); h++) {
      writeAhead(series, origin, h, scale, covariates, future[h]);
    }
    float[] target = new float[withTarget ? options.horizon() : 0];
    for (int h = 0; h < target.length; h++) {
      target[h] = (float) scale.apply(series.value(origin + h));
    }
    return new Window(series.id(), origin, scale, past, future, statics.of(series), target);
  }

  private void writeAhead(
      Series series, int origin, int h, Scale scale, List<Scale> covariates, float[] out) {
    calendar.write(series.time(), origin + h, out, 0);
    int at = calendar.features();
    for (int c = 0; c < columns.size(); c++) {
      if (columns.get(c).future()) {
        out[at++] = (float) covariates.get(c).apply(series.covariate(c, origin + h));
      }
    }
    if (options.lastSeason()) {
      int seasons = Math.floorDiv(h, calendar.season()) + 1;
      int ago = origin + h - seasons * calendar.season();
      out[at] = (float) scale.apply(series.value(ago));
    }
  }

  private List<Scale> covariateScales(Series series, int origin) {
    if (seriesColumnScales.isEmpty()) {
      return columnScales;
    }
    List<Scale> fitted = seriesColumnScales.get(series.id());
    return fitted == null ? Covariates.of(series, origin, columnScales) : fitted;
  }

  private Scale scale(Series series, int origin) {
    Scaling scaling = options.scaling();
    return switch (scaling.span()) {
      case CONTEXT -> scaling.fit(series, Math.max(0, origin - options.context()), origin);
      case SERIES -> {
        Scale fitted = scales.get(series.id());
        yield fitted == null ? scaling.fit(series, 0, origin) : fitted;
      }
    };
  }
}
