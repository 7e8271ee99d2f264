package io.github.carouselml.app.report;

import io.github.carouselml.spec.CarouselException;
import io.github.carouselml.tasks.forecast.Accuracy;
import io.github.carouselml.tasks.forecast.Score;
import io.github.carouselml.tasks.series.Frequency;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A network and baselines on the same origins of the same series, and who was better.
///
/// @param contenders the network first
/// @param frequency of the series, for words: `6 months ahead`
public record Contest(List<Contender> contenders, Frequency frequency) {
  /// The baseline that a network must beat to be worth its training.
  private static final String RIVAL = "Holt";

  public Contest {
    contenders = List.copyOf(contenders);
    if (contenders.isEmpty() || !contenders.getFirst().network()) {
      throw new CarouselException.Request("A contest begins with the network.");
    }
  }

  public Contender network() {
    return contenders.getFirst();
  }

  public int horizon() {
    return network().result().horizon();
  }

  /// How many forecasts of the network were judged.
  public int forecasts() {
    return network().result().outcomes().size();
  }

  /// The one to beat: Holt-Winters where it could be fitted, else the best of the others; empty
  /// where there is none.
  public Optional<Contender> rival() {
    List<Contender> others = contenders.subList(1, contenders.size());
    return others.stream()
        .filter(c -> c.title().startsWith(RIVAL))
        .findFirst()
        .or(() -> others.stream().min(Comparator.comparingDouble(c -> overall(c).value())));
  }

  /// What the contest is decided by: the mean absolute percentage error, or where that is undefined
  /// or leaves out points (a value of 0) the mean absolute error.
  boolean inPercent() {
    return contenders.stream()
        .map(c -> c.result().accuracy().mape())
        .allMatch(score -> score.isDefined() && score.leftOut() == 0);
  }

  /// The deciding error over all steps.
  public Score overall(Contender c) {
    return deciding(c.result().accuracy());
  }

  /// The deciding error at the last step of the horizon, the hardest.
  public Score last(Contender c) {
    return deciding(c.result().atStep(horizon()));
  }

  private Score deciding(Accuracy accuracy) {
    return inPercent() ? accuracy.mape() : accuracy.mae();
  }

  /// `MAPE` or `MAE`.
  public String metric() {
    return inPercent() ? "MAPE" : "MAE";
  }

  /// `3.13 %` or `12.4`.
  public String figure(Score score) {
    String number = score.isDefined() ? Figures.of(score.value()) : "undefined";
    return inPercent() ? number + " %" : number;
  }

  /// Whether the network is better than the rival at the last step and over all of them.
  public boolean won() {
    return rival()
        .map(r ->
            last(network()).value() < last(r).value()
                && overall(network()).value() < overall(r).value())
        .orElse(true);
  }

  /// Who is better by how much, in a sentence that hides nothing; empty without a rival.
  public Optional<String> verdict() {
    return rival().map(this::against);
  }

  private String against(Contender rival) {
    boolean atEnd = last(network()).value() < last(rival).value();
    boolean everywhere = overall(network()).value() < overall(rival).value();
    String both =
        "%s against %s %s %s, %s against %s over all steps"
            .formatted(
                figure(last(network())),
                figure(last(rival)),
                metric(),
                ahead(),
                figure(overall(network())),
                figure(overall(rival)));
    if (horizon() == 1) {
      both =
          "%s against %s %s"
              .formatted(figure(overall(network())), figure(overall(rival)), metric());
    }
    String name = "The " + network().title();
    if (atEnd && everywhere) {
      return "%s beats %s: %s.".formatted(name, rival.title(), both);
    } else if (!atEnd && !everywhere) {
      return "%s does not beat %s: %s. On this evidence, use %s."
          .formatted(name, rival.title(), both, rival.title());
    }
    return "%s beats %s only %s: %s."
        .formatted(name, rival.title(), atEnd ? ahead() : "over all steps", both);
  }

  /// `6 months ahead`.
  public String ahead() {
    return steps(horizon(), frequency) + " ahead";
  }

  /// `6 months`, or `6 steps` where a step is not one unit of the calendar.
  public static String steps(int count, Frequency frequency) {
    String unit =
        frequency.count() == 1 ? frequency.unit().name().toLowerCase(Locale.ROOT) : "step";
    return count + " " + unit + (count == 1 ? "" : "s");
  }
}
