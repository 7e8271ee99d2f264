package io.github.carouselml.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AtomicFileTest {
  private static final Path FULL = Path.of("/dev/full");

  @TempDir Path root;
  private Path folder;
  private Path file;

  @BeforeEach
  void aFileThatIsThere() throws IOException {
    folder = Files.createDirectory(SavingProcess.named(root, "ördner mit Leerzeichen", "a folder"));
    file = SavingProcess.named(folder, "模型.safetensors", "model.safetensors");
    Files.writeString(file, "old");
  }

  @Test
  void aFileIsMadeAndReplaced() throws IOException {
    AtomicFile.write(file, "new");
    AtomicFile.write(folder.resolve("other"), new byte[] {1, 2});
    assertThat(file).hasContent("new");
    assertThat(folder.resolve("other")).hasBinaryContent(new byte[] {1, 2});
    assertThat(filesIn(folder)).containsExactlyInAnyOrder(file.getFileName().toString(), "other");
  }

  @Test
  void aLongerFileLeavesNothingOfItselfBehind() throws IOException {
    AtomicFile.write(file, "x".repeat(1_000_000));
    AtomicFile.write(file, "y");
    assertThat(file).hasContent("y");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 999_999})
  void aDiskThatFillsUpLeavesTheOldFileWhole(long room) throws IOException {
    assertThatThrownBy(() -> write(1_000_000, aside -> new FailingChannel(open(aside), room, true)))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "Could not write %s: the disk is full (No space left on device). The file that was"
                + " there is unchanged.",
            file);
    assertOnlyTheOldFile();
  }

  @Test
  void aDiskThatCannotSyncLeavesTheOldFileWhole() throws IOException {
    assertThatThrownBy(() -> write(10, aside -> new FailingChannel(open(aside), 10, false)))
        .hasMessageContaining(": Input/output error. The file that was there is unchanged.");
    assertOnlyTheOldFile();
  }

  @Test
  void withRoomForAllTheSameWriteSucceeds() throws IOException {
    write(1_000_000, aside -> new FailingChannel(open(aside), 1_000_000, true));
    assertThat(file).hasSize(1_000_000);
  }

  @Test
  void theSystemsOwnFullDiskLeavesTheOldFileWhole() throws IOException {
    assumeTrue(Files.exists(FULL));
    assertThatThrownBy(() ->
            write(
                1_000_000,
                aside -> {
                  Files.createFile(aside);
                  return FileChannel.open(FULL, StandardOpenOption.WRITE);
                }))
        .hasMessageContaining("the disk is full");
    assertOnlyTheOldFile();
  }

  @Test
  void aSmallDiskThatFillsUpLeavesTheOldFileWhole() throws Exception {
    assumeTrue(Files.exists(Path.of("/usr/bin/unshare")));
    Path disk = Files.createDirectory(root.resolve("disk"));
    List<String> mount =
        List.of("unshare", "-rm", "sh", "-c", "mount -t tmpfs -o size=64k none \"$0\"");
    var probe = new ArrayList<>(mount);
    probe.add(disk.toString());
    assumeTrue(new ProcessBuilder(probe).start().waitFor() == 0, "may mount a disk of its own");

    var command = new ArrayList<>(mount.subList(0, 4));
    command.add("mount -t tmpfs -o size=64k none \"$0\" && exec \"$@\"");
    command.add(disk.toString());
    String path = disk.resolve("model").toString();
    command.addAll(SavingProcess.command("once", path, "1000000"));
    assertThat(SavingProcess.run(command))
        .containsExactly(
            "Could not write "
                + path
                + ": the disk is full (No space left on device). The file that was there is"
                + " unchanged.",
            "old",
            "[model]");
  }

  @Test
  void aLimitOnTheSizeOfFilesLeavesTheOldFileWhole() throws Exception {
    assumeTrue(Files.exists(Path.of("/bin/sh")));
    var command = new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -f 128; exec \"$0\" \"$@\""));
    command.addAll(SavingProcess.command("once", folder.resolve("model").toString(), "1000000"));
    Files.delete(file);
    List<String> lines = SavingProcess.run(command);
    assertThat(lines.subList(1, 3)).containsExactly("old", "[model]");
    assertThat(lines.getFirst()).contains("Could not write").contains("File too large. The file");
  }

  @Test
  void aProcessThatIsKilledLeavesAWholeFile() throws Exception {
    var random = new Random(4);
    int size = 200_000;
    for (int round = 0; round < 8; round++) {
      Process process =
          new ProcessBuilder(SavingProcess.command("forever", file.toString(), "" + size)).start();
      assertThat(process.inputReader().readLine()).isEqualTo("saving");
      Thread.sleep(random.nextInt(40));
      process.destroyForcibly().waitFor();
      byte[] bytes = Files.readAllBytes(file);
      byte[] whole = new byte[size];
      Arrays.fill(whole, bytes[0]);
      assertThat(bytes).as("round %d, seed 4", round).isEqualTo(whole);
    }
  }

  @Test
  void aReaderSeesTheOldFileOrTheNewOne() throws Exception {
    var done = new AtomicBoolean();
    AtomicFile.write(file, "a".repeat(100_000));
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              try {
                for (int round = 0; round < 100; round++) {
                  AtomicFile.write(file, (round % 2 == 0 ? "b" : "a").repeat(100_000));
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              } finally {
                done.set(true);
              }
            });
    while (!done.get()) {
      String text = Files.readString(file);
      assertThat(text).hasSize(100_000).containsPattern("^(a+|b+)$");
    }
    writer.join();
  }

  @Test
  void aWriterThatThrowsOrIsInterruptedLeavesTheOldFileWhole() throws Exception {
    assertThatThrownBy(() ->
            AtomicFile.write(
                file,
                channel -> {
                  AtomicFile.writeFully(channel, ByteBuffer.wrap(new byte[100]));
                  throw new IllegalStateException("midway");
                }))
        .isInstanceOf(IllegalStateException.class);
    assertOnlyTheOldFile();

    assertThatThrownBy(() ->
            AtomicFile.write(
                file,
                channel -> {
                  AtomicFile.writeFully(channel, ByteBuffer.wrap(new byte[100]));
                  Thread.currentThread().interrupt();
                  AtomicFile.writeFully(channel, ByteBuffer.wrap(new byte[100]));
                }))
        .hasMessageContaining(": the thread was interrupted. The file that was there is unchanged");
    assertThat(Thread.interrupted()).isTrue();
    assertOnlyTheOldFile();
  }

  @Test
  void aFolderThatIsMissingOrNoFolderIsSaid() {
    Path lost = folder.resolve("lost");
    assertThatThrownBy(() -> AtomicFile.write(lost.resolve("x"), "new"))
        .hasMessage(
            "Could not write %s: the folder %s does not exist. No file was made.",
            lost.resolve("x"), lost);
    assertThatThrownBy(() -> AtomicFile.write(folder, "new"))
        .hasMessage("Could not write %s: it is a folder. No file was made.", folder);
    assertThatThrownBy(() -> AtomicFile.write(file.resolve("x"), "new"))
        .hasMessageContaining("Not a directory");
  }

  @Test
  void aFolderWithoutPermissionIsSaid() throws IOException {
    assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assumeFalse(Files.isWritable(folder), "root may write everywhere");
      assertThatThrownBy(() -> AtomicFile.write(file, "new"))
          .hasMessageContaining("there is no permission");
      assertOnlyTheOldFile();
    } finally {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  @Test
  void aLinkIsFollowedAndStays() throws IOException {
    Path link = Files.createSymbolicLink(root.resolve("link"), file);
    AtomicFile.write(link, "new");
    assertThat(Files.isSymbolicLink(link)).isTrue();
    assertThat(file).hasContent("new");
    assertThat(filesIn(root)).containsExactlyInAnyOrder("link", folder.getFileName().toString());
  }

  @Test
  void aPipeOrDeviceIsWrittenStraightAndStaysOne() throws Exception {
    // A pipe of its own: a mistake here would replace the system's devices, for root.
    assumeTrue(Files.exists(Path.of("/usr/bin/mkfifo")));
    Path pipe = folder.resolve("pipe");
    new ProcessBuilder("/usr/bin/mkfifo", pipe.toString()).start().waitFor();
    Process reader = new ProcessBuilder("cat", pipe.toString()).start();
    try {
      AtomicFile.write(pipe, "new");
      assertThat(pipe).exists().matches(each -> !Files.isRegularFile(each), "is still a pipe");
      assertThat(reader.inputReader().readLine()).isEqualTo("new");
    } finally {
      reader.destroyForcibly();
    }
  }

  @Test
  void whatAKilledProcessLeftIsSweptButNotWhatAnotherOneWrites() throws IOException {
    Path left = Files.writeString(folder.resolve(".carousel-1a.tmp"), "half");
    Files.setLastModifiedTime(left, FileTime.from(Instant.now().minusSeconds(601)));
    Path other = Files.writeString(folder.resolve(".carousel-1b.tmp"), "half");
    AtomicFile.write(file, "new");
    assertThat(left).doesNotExist();
    assertThat(other).exists();
  }

  private void write(int bytes, AtomicFile.Opener opener) throws IOException {
    AtomicFile.write(
        file, channel -> AtomicFile.writeFully(channel, ByteBuffer.wrap(new byte[bytes])), opener);
  }

  private static FileChannel open(Path path) throws IOException {
    return FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  private void assertOnlyTheOldFile() throws IOException {
    assertThat(Files.readString(file, StandardCharsets.UTF_8)).isEqualTo("old");
    assertThat(filesIn(folder)).containsExactly(file.getFileName().toString());
  }

  private static List<String> filesIn(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(each -> each.getFileName().toString()).toList();
    }
  }
}
