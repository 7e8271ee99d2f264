package io.github.carouselml.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.carouselml.model.Checkpoint;
import io.github.carouselml.train.TrainingProcess.Task;
import java.io.BufferedReader;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Real processes, killed where it hurts, and what becomes of their runs.
final class KilledRunTest {
  @TempDir static Path toy;
  @TempDir static Path streams;
  private static TrainingProcess.End whole;
  private static TrainingProcess.End wholeStreams;

  @TempDir private Path folder;

  @BeforeAll
  static void runs_that_nobody_disturbs() throws IOException {
    whole = TrainingProcess.end(TrainingProcess.job(toy), false);
    assertThat(whole.steps()).isEqualTo(TrainingProcess.STEPS);
    assertThat(whole.log()).hasSize(TrainingProcess.STEPS + 4);
    wholeStreams = TrainingProcess.end(Task.STREAMS.job(streams), false);
    assertThat(wholeStreams.steps()).isEqualTo(TrainingProcess.STREAM_STEPS);
  }

  /// Twenty steps, each after its line in the log; between log and checkpoint (a line of an epoch or
  /// of step 10 is on the disk, its checkpoint is not), and between checkpoint and log.
  static Stream<String> events() {
    return Stream.concat(
        IntStream.rangeClosed(2, 21).mapToObj(step -> "step " + step),
        Stream.of("epoch 2", "checkpoint 0", "checkpoint 5", "checkpoint 12", "checkpoint 24"));
  }

  @ParameterizedTest
  @MethodSource("events")
  void a_killed_run_goes_on_as_if_nothing_had_happened(String event) throws Exception {
    kill(Task.TOY, "run", event, event);
    assertThat(TrainingProcess.end(TrainingProcess.job(folder), true)).isEqualTo(whole);
  }

  /// Killed while it runs on, so that the kill meets it anywhere.
  @ParameterizedTest
  @ValueSource(strings = {"step 3", "step 11"})
  void a_run_killed_in_full_flight_goes_on_as_well(String event) throws Exception {
    kill(Task.TOY, "run", event, "never");
    assertThat(TrainingProcess.end(TrainingProcess.job(folder), true)).isEqualTo(whole);
  }

  @Test
  void a_run_can_be_killed_again_and_again() throws Exception {
    kill(Task.TOY, "run", "step 7", "step 7");
    kill(Task.TOY, "resume", "step 9", "step 9");
    kill(Task.TOY, "resume", "checkpoint 10", "checkpoint 10");
    assertThat(TrainingProcess.end(TrainingProcess.job(folder), true)).isEqualTo(whole);
  }

  /// In the middle of its streams: between checkpoints, around the piece with which another stream
  /// begins, at a checkpoint and before it, and where all streams begin again.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "step 2",
        "step 5",
        "step 6",
        "step 8",
        "step 11",
        "step 16",
        "checkpoint 3",
        "checkpoint 6",
        "epoch 1",
        "checkpoint 8",
        "checkpoint 15"
      })
  void a_killed_run_that_carries_states_goes_on_with_them(String event) throws Exception {
    kill(Task.STREAMS, "run", event, event);
    assertThat(TrainingProcess.end(Task.STREAMS.job(folder), true)).isEqualTo(wholeStreams);
  }

  @Test
  void states_are_carried_through_one_kill_after_the_other() throws Exception {
    kill(Task.STREAMS, "run", "step 4", "never");
    kill(Task.STREAMS, "resume", "step 7", "step 7");
    kill(Task.STREAMS, "resume", "checkpoint 12", "checkpoint 12");
    assertThat(TrainingProcess.end(Task.STREAMS.job(folder), true)).isEqualTo(wholeStreams);
  }

  @Test
  void an_interrupted_run_finishes_its_step_and_writes_a_checkpoint() throws Exception {
    assumeFalse(interruptsAreIgnored(), "interrupts are ignored here");
    Process process = start(Task.TOY, "run", "step 8");
    waitFor(process, "step 8");
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    waitFor(process, "stopping");
    // now the step may end
    process.getOutputStream().close();
    List<String> rest = process.inputReader().lines().toList();
    assertThat(process.waitFor()).isEqualTo(130);
    assertThat(rest).containsSubsequence("checkpoint 8", "INTERRUPTED");
    RunFiles files = RunFiles.in(folder);
    String where = files.checkpoint().toString();
    assertThat(RunState.of(Checkpoint.read(files.checkpoint()).state(), where).step()).isEqualTo(8);
    assertThat(TrainingProcess.end(TrainingProcess.job(folder), true)).isEqualTo(whole);
  }

  private void kill(Task task, String mode, String event, String waitsAt) throws Exception {
    Process process = start(task, mode, waitsAt);
    waitFor(process, event);
    process.destroyForcibly().waitFor();
    assertThat(folder.resolve("checkpoint.safetensors")).exists();
  }

  private Process start(Task task, String mode, String last) throws IOException {
    return new ProcessBuilder(TrainingProcess.command(mode, task, folder, last))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static void waitFor(Process process, String event) throws IOException {
    BufferedReader lines = process.inputReader();
    for (String line = lines.readLine(); ; line = lines.readLine()) {
      assertThat(line).as("the process ended before '%s'", event).isNotNull();
      if (line.equals(event)) {
        return;
      }
    }
  }

  /// A process begun in the background of a script ignores interrupts, and so do its children.
  private static boolean interruptsAreIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return true;
    }
    String ignored =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .findFirst()
            .orElseThrow()
            .split("\\s+")[1];
    return new BigInteger(ignored, 16).testBit(1);
  }
}
