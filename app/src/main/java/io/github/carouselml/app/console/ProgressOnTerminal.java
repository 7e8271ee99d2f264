package io.github.carouselml.app.console;

import io.github.carouselml.train.EpochResult;
import io.github.carouselml.train.Listener;
import io.github.carouselml.train.Progress;
import io.github.carouselml.train.TrainResult;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/// Training as a bar that moves, for a person at a terminal.
public final class ProgressOnTerminal implements Listener, AutoCloseable {
  private final Console console;
  private @Nullable ProgressBar bar;

  public ProgressOnTerminal(Console console) {
    this.console = console;
  }

  @Override
  public void started(Progress p) {
    bar =
        new ProgressBarBuilder()
            .setTaskName("Training")
            .setInitialMax(p.steps())
            .startsFrom(p.step(), java.time.Duration.ZERO)
            .setStyle(ProgressBarStyle.UNICODE_BLOCK)
            .setUpdateIntervalMillis(100)
            .clearDisplayOnFinish()
            .build();
  }

  @Override
  public void stepped(Progress p) {
    if (bar != null) {
      bar.stepTo(p.step());
    }
  }

  @Override
  public void epochEnded(Progress p, EpochResult epoch) {
    if (bar != null) {
      bar.setExtraMessage(
          String.format(
              Locale.ROOT,
              " epoch %d, loss %.4f%s",
              epoch.epoch(),
              epoch.loss(),
              ProgressLine.losses(epoch)));
    }
  }

  @Override
  public void noted(String sentence) {
    console.say(sentence);
  }

  @Override
  public void finished(Progress p, TrainResult result) {
    close();
    if (!result.epochs().isEmpty()) {
      console.say(ProgressLine.line(result.epochs().getLast(), p.epochs(), result.seconds()));
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
