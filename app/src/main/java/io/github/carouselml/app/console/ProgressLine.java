package io.github.carouselml.app.console;

import io.github.carouselml.train.EpochResult;
import io.github.carouselml.train.Listener;
import io.github.carouselml.train.Progress;
import io.github.carouselml.train.TrainResult;
import java.util.Locale;

/// Training in lines, for a log or a pipe: one at the start, one every few seconds, one at the end.
public final class ProgressLine implements Listener {
  private static final long EVERY = 5_000_000_000L;

  private final Console console;
  private long last;

  private int said;

  public ProgressLine(Console console) {
    this.console = console;
  }

  @Override
  public void started(Progress p) {
    last = System.nanoTime();
    console.say(
        "Training: %,d steps in %,d epochs%s."
            .formatted(
                p.steps(), p.epochs(), p.step() > 0 ? ", going on at step " + p.step() : ""));
  }

  @Override
  public void epochEnded(Progress p, EpochResult epoch) {
    if (System.nanoTime() - last >= EVERY) {
      last = System.nanoTime();
      said = epoch.epoch();
      console.say(line(epoch, p.epochs(), p.seconds()));
    }
  }

  @Override
  public void noted(String sentence) {
    console.say(sentence);
  }

  @Override
  public void finished(Progress p, TrainResult result) {
    if (!result.epochs().isEmpty() && result.epochs().getLast().epoch() != said) {
      console.say(line(result.epochs().getLast(), p.epochs(), result.seconds()));
    }
  }

  static String line(EpochResult epoch, int epochs, double seconds) {
    return String.format(
        Locale.ROOT,
        "  epoch %d of %d: loss %.4f%s, %.1f s",
        epoch.epoch(),
        epochs,
        epoch.loss(),
        losses(epoch),
        seconds);
  }

  /// What a validation says.
  static String losses(EpochResult epoch) {
    return epoch
        .validationLoss()
        .map(loss -> String.format(Locale.ROOT, ", validation %.4f", loss))
        .orElse("");
  }
}
