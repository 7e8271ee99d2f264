package io.github.carouselml.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LabCommandTest {
  @Test
  void without_an_experiment_or_a_folder_it_says_what_is_missing() {
    Command none = Command.run("lab");
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.message()).contains("gradients");

    Command nowhere = Command.run("lab", "gradients");
    assertThat(nowhere.code()).isEqualTo(2);
    assertThat(nowhere.message()).contains("--out");
  }

  @Test
  void what_is_there_is_replaced_only_when_asked(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("kept.txt"), "kept");
    Command command = Command.run("lab", "gradients", "--out", folder);
    assertThat(command.code()).isEqualTo(2);
    assertThat(command.message()).contains("not empty", "--overwrite").doesNotContain("--resume");
    assertThat(folder).isDirectoryContaining("glob:**/kept.txt");
  }

  @Test
  void kernels_that_are_not_there_are_refused(@TempDir Path folder) {
    Command command =
        Command.run("lab", "gradients", "--out", folder.resolve("new"), "--kernels", "fast");
    assertThat(command.code()).isEqualTo(2);
    assertThat(command.message()).contains("no kernels named 'fast'");
    assertThat(folder.resolve("new")).doesNotExist();
  }
}
