package io.github.carouselml.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.carouselml.tasks.series.AirPassengers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What only a process of its own can show: signals, locales, the system property.
@DisabledOnOs(OS.WINDOWS)
final class ProcessTest {
  private static final String JAVA =
      "'%s/bin/java' -XX:+UseSerialGC --add-modules jdk.incubator.vector -cp '%s'"
          .formatted(System.getProperty("java.home"), System.getProperty("java.class.path"));

  @TempDir Path folder;

  /// Runs lines of a shell; `$CAROUSEL` is the command.
  private Process shell(String lines) throws IOException {
    Path script =
        Files.writeString(
            folder.resolve("script.sh"),
            "carousel() { exec %s io.github.carouselml.app.Main \"$@\"; }\n%s\n"
                .formatted(JAVA, lines));
    ProcessBuilder builder = new ProcessBuilder("/bin/sh", script.toString());
    builder.directory(folder.toFile());
    builder.redirectOutput(folder.resolve("out").toFile());
    builder.redirectError(folder.resolve("err").toFile());
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    return builder.start();
  }

  private int ended(Process process) throws Exception {
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("The process did not end: " + text("err"));
    }
    return process.exitValue();
  }

  private String text(String file) throws IOException {
    return Files.readString(folder.resolve(file), StandardCharsets.UTF_8);
  }

  @Test
  void an_interrupted_run_exits_with_130_and_goes_on_later() throws Exception {
    Files.writeString(folder.resolve("air.csv"), AirPassengers.csv());
    Process process =
        shell(
            "carousel train forecast --data air.csv --out run --horizon 3 --hidden-size 4"
                + " --epochs 1000000 --patience 0");
    Path log = folder.resolve("run/log.jsonl");
    long begun = System.nanoTime();
    while (!Files.exists(log) || Files.size(log) < 2_000) {
      assertThat(process.isAlive()).as(text("err")).isTrue();
      assertThat(System.nanoTime() - begun).as(text("err")).isLessThan(120_000_000_000L);
      Thread.sleep(20);
    }
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    assertThat(ended(process)).as(text("err")).isEqualTo(130);
    assertThat(text("err")).contains("Interrupted after step", "--resume").doesNotContain("\tat ");
    assertThat(folder.resolve("run/model.safetensors")).doesNotExist();
    int epochs = (int) text("run/log.jsonl").lines().filter(l -> l.contains("\"epoch\",")).count();
    Command resumed =
        Command.run(
            "train",
            "forecast",
            "--out",
            folder.resolve("run"),
            "--resume",
            "--epochs",
            epochs + 1);
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(folder.resolve("run/model.safetensors")).exists();
  }

  /// The log still fits into its last page, the checkpoint does not.
  @Test
  void a_disk_that_fills_up_in_training_leaves_the_old_files_whole() throws Exception {
    Process probe =
        shell("exec unshare -rm sh -c 'mkdir disk && mount -t tmpfs -o size=1m none disk'");
    assumeTrue(ended(probe) == 0, "may mount a disk of its own");
    Files.writeString(folder.resolve("air.csv"), AirPassengers.csv());
    Process process =
        shell(
            """
            if [ -z "${INSIDE:-}" ]; then
              export INSIDE=1
              exec unshare -rm sh -e "$0"
            fi
            mount -t tmpfs -o size=1m none disk
            (carousel train forecast --data air.csv --out disk/run --horizon 3 --hidden-size 4 \
              --epochs 1 --patience 0)
            cp -r disk/run before
            cat /dev/zero >disk/filler 2>/dev/null || true
            failed=0
            (carousel train forecast --out disk/run --resume --epochs 3) 2>full || failed=$?
            cp -r disk/run after
            rm disk/filler
            (carousel train forecast --out disk/run --resume --epochs 3)
            exit $((10 + failed))
            """);
    assertThat(ended(process)).as(text("err")).isEqualTo(11);
    assertThat(text("full"))
        .contains(
            "checkpoint.safetensors: the disk is full", "The file that was there is unchanged")
        .doesNotContain("\tat ");
    for (String file :
        new String[] {"model.safetensors", "checkpoint.safetensors", "report.html"}) {
      assertThat(folder.resolve("after").resolve(file))
          .hasSameBinaryContentAs(folder.resolve("before").resolve(file));
    }
    try (Stream<Path> files = Files.list(folder.resolve("after"))) {
      assertThat(files).hasSize(7);
    }
  }

  @Test
  void paths_in_any_script_work() throws Exception {
    Files.writeString(folder.resolve("air.csv"), AirPassengers.csv());
    Process process =
        shell(
            """
            set -e
            mkdir 'Zürich 東京'
            cp air.csv 'Zürich 東京/größe.csv'
            carousel train forecast --data 'Zürich 東京/größe.csv' --out 'Zürich 東京/lauf' \
              --horizon 3 --hidden-size 4 --epochs 1
            """);
    assertThat(ended(process)).as(text("err")).isZero();
    assertThat(text("out")).contains("The run is in Zürich 東京/lauf");
  }

  @Test
  void kernels_can_be_asked_for_by_a_system_property() throws Exception {
    Process process =
        shell(
            "exec %s -Dcarousel.kernels=fast io.github.carouselml.app.Main doctor".formatted(JAVA));
    assertThat(ended(process)).isEqualTo(2);
    assertThat(text("err")).contains("There are no kernels named 'fast'");
  }

  @Test
  void simd_without_its_flag_is_an_error_that_names_the_flag() throws Exception {
    String without = JAVA.replace("--add-modules jdk.incubator.vector", "");
    Process process =
        shell("exec %s io.github.carouselml.app.Main doctor --kernels simd".formatted(without));
    assertThat(ended(process)).as(text("out")).isEqualTo(2);
    assertThat(text("err")).contains("--add-modules jdk.incubator.vector");
    Process fallback = shell("exec %s io.github.carouselml.app.Main doctor".formatted(without));
    assertThat(ended(fallback)).as(text("err")).isZero();
    assertThat(text("out"))
        .containsPattern("kernels +plain")
        .contains("--add-modules jdk.incubator.vector");
  }
}
