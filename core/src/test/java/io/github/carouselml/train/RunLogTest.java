package io.github.carouselml.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.carouselml.model.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What stands in a log, and in what order a run tells its events.
final class RunLogTest {
  @TempDir private Path folder;

  @Test
  void every_step_and_every_epoch_has_a_line() throws Exception {
    TrainJob job = TrainingProcess.job(folder);
    TrainingProcess.End end = TrainingProcess.end(job, false);
    List<Json> lines = end.log().stream().map(line -> Json.read(line, "the log")).toList();
    List<String> events =
        lines.stream()
            .map(line -> ((Json.Str) ((Json.Obj) line).members().get("event")).value())
            .toList();
    assertThat(events.subList(0, 8))
        .containsExactly("step", "step", "step", "step", "step", "step", "epoch", "step");
    Map<String, Json> step = ((Json.Obj) lines.getFirst()).members();
    assertThat(step.keySet())
        .containsExactly(
            "event", "step", "epoch", "loss", "learning_rate", "gradient_norm", "clipped_steps");
    assertThat(step.get("step")).isEqualTo(Json.of(1));
    assertThat(step.get("epoch")).isEqualTo(Json.of(1));
    assertThat(step.get("learning_rate")).isEqualTo(Json.of(0.03 * 0.2));
    Map<String, Json> epoch = ((Json.Obj) lines.get(6)).members();
    assertThat(epoch.keySet())
        .containsExactly(
            "event",
            "epoch",
            "step",
            "loss",
            "validation_loss",
            "best",
            "learning_rate",
            "clipped_steps");
    EpochResult first = end.epochs().getFirst();
    assertThat(epoch.get("loss")).isEqualTo(Json.of(first.loss()));
    assertThat(epoch.get("validation_loss"))
        .isEqualTo(Json.of(first.validationLoss().orElseThrow()));
    Map<String, Json> last = ((Json.Obj) lines.getLast()).members();
    assertThat(last.get("epoch")).isEqualTo(Json.of(4));
    assertThat(last.get("step")).isEqualTo(Json.of(24));
  }

  @Test
  void an_epochs_loss_is_the_weighted_mean_of_its_batches() throws Exception {
    double[] sums = new double[2];
    Listener hears =
        new Listener() {
          @Override
          public void stepped(Progress progress) {
            assertThat(progress.stepInEpoch()).isEqualTo((progress.step() - 1) % 6 + 1);
            assertThat(progress.steps()).isEqualTo(24);
            assertThat(progress.rowsPerSecond()).isPositive();
            sums[0] = progress.epochLoss();
          }

          @Override
          public void epochEnded(Progress progress, EpochResult epoch) {
            assertThat(epoch.loss()).isEqualTo(sums[0]);
            sums[1]++;
          }
        };
    TrainingProcess.end(TrainingProcess.job(folder).withListener(hears), false);
    assertThat(sums[1]).isEqualTo(4);
  }
}
