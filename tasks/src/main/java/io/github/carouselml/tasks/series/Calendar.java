package io.github.carouselml.tasks.series;

import io.github.carouselml.tasks.series.TimeStamp.Moment;
import io.github.carouselml.tasks.series.TimeStamp.Step;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What the calendar tells a model about a time stamp: for each cycle its phase φ in [0, 1) as the
/// pair sin 2πφ, cos 2πφ, so that the end of a cycle lies beside its start.
///
/// @param cycles in the order of their features
/// @param season the steps of [Cycle#SEASON]
public record Calendar(List<Cycle> cycles, int season) {
  private static final double TURN = 2 * StrictMath.PI;

  /// A cycle that values may follow.
  public enum Cycle {
    QUARTER_OF_YEAR,
    MONTH_OF_YEAR,
    DAY_OF_YEAR,
    DAY_OF_WEEK,
    TIME_OF_DAY,
    SECOND_OF_HOUR,
    /// The step's number modulo the season: all that plain counts have.
    SEASON
  }

  public Calendar {
    cycles = List.copyOf(cycles);
  }

  /// The cycles longer than a step of `frequency`; a season of more than one step that is not the
  /// frequency's own adds its cycle.
  public static Calendar of(Frequency frequency, int season) {
    List<Cycle> cycles =
        new ArrayList<>(
            switch (frequency.unit()) {
              case STEP, YEAR -> List.<Cycle>of();
              case QUARTER -> List.of(Cycle.QUARTER_OF_YEAR);
              case MONTH -> List.of(Cycle.MONTH_OF_YEAR);
              case WEEK -> List.of(Cycle.DAY_OF_YEAR);
              case DAY -> List.of(Cycle.DAY_OF_WEEK, Cycle.DAY_OF_YEAR);
              case HOUR, MINUTE -> List.of(Cycle.TIME_OF_DAY, Cycle.DAY_OF_WEEK);
              case SECOND -> List.of(Cycle.SECOND_OF_HOUR, Cycle.TIME_OF_DAY);
            });
    if (season > 1 && season != frequency.season()) {
      cycles.add(Cycle.SEASON);
    }
    return new Calendar(cycles, season);
  }

  /// How many features a time stamp has: two a cycle.
  public int features() {
    return 2 * cycles.size();
  }

  /// `month_of_year_sin`, `month_of_year_cos` …
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (Cycle cycle : cycles) {
      String name = cycle.name().toLowerCase(Locale.ROOT);
      names.add(name + "_sin");
      names.add(name + "_cos");
    }
    return List.copyOf(names);
  }

  /// Writes the features of the stamp at `index` of `time` (which may lie beyond the end) to `out`
  /// from `at` on.
  public void write(TimeAxis time, int index, float[] out, int at) {
    TimeStamp stamp = time.stamp(index);
    for (int c = 0; c < cycles.size(); c++) {
      double phase =
          switch (stamp) {
            case Step(long number) ->
                seasonPhase(Math.floorDiv(number, (long) time.frequency().count()));
            case Moment(LocalDateTime moment) -> phase(cycles.get(c), moment, time.start() + index);
          };
      out[at + 2 * c] = (float) StrictMath.sin(TURN * phase);
      out[at + 2 * c + 1] = (float) StrictMath.cos(TURN * phase);
    }
  }

  private double phase(Cycle cycle, LocalDateTime at, long step) {
    return switch (cycle) {
      case QUARTER_OF_YEAR -> Math.floorDiv(at.getMonthValue() - 1, 3) / 4.0;
      case MONTH_OF_YEAR -> (at.getMonthValue() - 1) / 12.0;
      case DAY_OF_YEAR -> (at.getDayOfYear() - 1) / (double) at.toLocalDate().lengthOfYear();
      case DAY_OF_WEEK -> (at.getDayOfWeek().getValue() - 1) / 7.0;
      case TIME_OF_DAY -> at.toLocalTime().toSecondOfDay() / 86_400.0;
      case SECOND_OF_HOUR -> (60 * at.getMinute() + at.getSecond()) / 3_600.0;
      case SEASON -> seasonPhase(step);
    };
  }

  private double seasonPhase(long step) {
    return Math.floorMod(step, (long) season) / (double) season;
  }
}
