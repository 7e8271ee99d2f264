package io.github.carouselml.app.report;

import io.github.carouselml.tasks.forecast.Accuracy;
import java.util.ArrayList;
import java.util.List;

/// How the error grows with the distance into the future: the network against the baselines.
record HorizonPlot(Contest contest) {
  /// The deciding error of each step, from the first.
  List<Double> errors(Contender contender) {
    return contender.result().bySteps().stream().map(this::error).toList();
  }

  private double error(Accuracy accuracy) {
    return contest.inPercent() ? accuracy.mape().value() : accuracy.mae().value();
  }

  /// The class that colours a contender.
  static String style(Contest contest, Contender contender) {
    if (contender.network()) {
      return "network";
    }
    return contest.rival().filter(contender::equals).isPresent() ? "rival" : "other";
  }

  /// Where the picture ends: a baseline that is far worse than the two that matter leaves it, so
  /// that those two can be told apart.
  private double top() {
    double near = 0;
    double most = 0;
    for (Contender contender : contest.contenders()) {
      boolean matters = !style(contest, contender).equals("other");
      for (double error : errors(contender)) {
        double finite = Double.isFinite(error) ? error : 0;
        most = Math.max(most, finite);
        near = Math.max(near, matters ? finite : 0);
      }
    }
    return near > 0 && most > 3 * near ? Ticks.around(0, 2 * near, 5).high() : most;
  }

  /// The baselines that leave the picture.
  List<String> beyond() {
    double top = top();
    return contest.contenders().stream()
        .filter(c -> errors(c).stream().anyMatch(error -> error > top))
        .map(Contender::title)
        .toList();
  }

  void draw(Markup out, Canvas canvas) {
    double top = top();
    int horizon = contest.horizon();
    Plot plot =
        new Plot(
            out,
            canvas,
            contest.metric() + " by steps ahead",
            "Lines over steps 1 to %d for %d methods; the numbers are in the table below."
                .formatted(horizon, contest.contenders().size()),
            1,
            Math.max(2, horizon),
            Ticks.around(0, top, canvas == Canvas.WIDE ? 5 : 4),
            canvas == Canvas.WIDE ? 186 : 14);
    plot.yAxis(contest.metric() + (contest.inPercent() ? ", %" : ""));
    int stride = (int) Math.max(1, Ticks.around(1, horizon, canvas.ticks()).step());
    for (int step = 1; step <= horizon; step++) {
      if (step == 1 || step % stride == 0) {
        plot.xTick(step, Integer.toString(step));
      }
    }
    plot.xName(Contest.steps(2, contest.frequency()).substring(2) + " ahead");
    List<Plot.EndLabel> labels = new ArrayList<>();
    for (Contender contender : contest.contenders().reversed()) {
      List<Double> errors = errors(contender);
      String style = style(contest, contender);
      plot.clippedPath(style, 1, horizon + 1, step -> errors.get(step - 1), top);
      for (int step = 1; step <= horizon && horizon <= 40; step++) {
        double error = errors.get(step - 1);
        if (error <= top) {
          String said = "%s, step %d: %s".formatted(contender.title(), step, Figures.of(error));
          plot.dot(style, step, error, contender.network() ? 3.2 : 2.2, said);
        }
      }
      double last = errors.getLast();
      if (last <= top) {
        labels.add(new Plot.EndLabel(style, contender.title(), last));
      } else if (Double.isFinite(last)) {
        String beyond = "↑ %s %s".formatted(contender.title(), Figures.of(last));
        labels.add(new Plot.EndLabel(style, beyond, last));
      }
    }
    if (canvas == Canvas.WIDE) {
      plot.endLabels(labels);
    }
    plot.end();
  }
}
