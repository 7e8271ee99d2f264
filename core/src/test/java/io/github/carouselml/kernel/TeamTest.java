package io.github.carouselml.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TeamTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void everyChunkRunsOnce(int size) {
    try (Team team = new Team(size)) {
      for (int round = 0; round < 2_000; round++) {
        int chunks = round % 13;
        AtomicIntegerArray runs = new AtomicIntegerArray(13);
        team.run(
            chunks,
            (chunk, worker) -> {
              assertThat(worker).isBetween(0, size - 1);
              runs.incrementAndGet(chunk);
            });
        for (int chunk = 0; chunk < 13; chunk++) {
          assertThat(runs.get(chunk))
              .as("round %d, chunk %d", round, chunk)
              .isEqualTo(chunk < chunks ? 1 : 0);
        }
      }
    }
  }

  @Test
  void noTwoThreadsAreTheSameWorkerAtOnce() {
    try (Team team = new Team(4)) {
      AtomicIntegerArray inside = new AtomicIntegerArray(4);
      AtomicInteger clashes = new AtomicInteger();
      for (int round = 0; round < 500; round++) {
        team.run(
            16,
            (_, worker) -> {
              if (inside.incrementAndGet(worker) > 1) {
                clashes.incrementAndGet();
              }
              Thread.yield();
              inside.decrementAndGet(worker);
            });
      }
      assertThat(clashes.get()).isZero();
    }
  }

  @Test
  void theCallerDoesTheWorkOfHelpersThatAreBusy() throws InterruptedException {
    try (Team team = new Team(2)) {
      CountDownLatch started = new CountDownLatch(1);
      CountDownLatch release = new CountDownLatch(1);
      Thread other =
          Thread.ofPlatform()
              .start(() ->
                  team.run(
                      2,
                      (_, _) -> {
                        started.countDown();
                        await(release);
                      }));
      started.await();
      AtomicInteger runs = new AtomicInteger();
      team.run(5, (_, worker) -> runs.addAndGet(worker == 0 ? 1 : 100));
      assertThat(runs.get()).isEqualTo(5);
      release.countDown();
      other.join();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 7})
  void whatAChunkThrowsIsThrownToTheCaller(int bad) {
    try (Team team = new Team(3)) {
      for (int round = 0; round < 200; round++) {
        assertThatThrownBy(() ->
                team.run(
                    8,
                    (chunk, _) -> {
                      if (chunk == bad) {
                        throw new IllegalStateException("chunk " + chunk);
                      }
                    }))
            .hasMessage("chunk " + bad);
      }
      AtomicInteger runs = new AtomicInteger();
      team.run(8, (_, _) -> runs.incrementAndGet());
      assertThat(runs.get()).isEqualTo(8);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void stepsFollowEachOtherAndEachOfTheirChunksRunsOnce(int size) {
    try (Team team = new Team(size)) {
      AtomicIntegerArray runs = new AtomicIntegerArray(team.mostStepChunks());
      AtomicInteger tooEarly = new AtomicInteger();
      for (int round = 0; round < 1_000; round++) {
        int chunks = round % (team.mostStepChunks() + 1);
        int steps = round % 17;
        for (int chunk = 0; chunk < chunks; chunk++) {
          runs.set(chunk, 0);
        }
        team.runSteps(
            steps,
            chunks,
            round % 3 == 0,
            (step, chunk, worker) -> {
              assertThat(worker).isBetween(0, size - 1);
              for (int other = 0; other < chunks; other++) {
                if (runs.get(other) < step) {
                  tooEarly.incrementAndGet();
                }
              }
              if (!runs.compareAndSet(chunk, step, step + 1)) {
                tooEarly.incrementAndGet();
              }
            });
        for (int chunk = 0; chunk < chunks; chunk++) {
          assertThat(runs.get(chunk)).as("round %d, chunk %d", round, chunk).isEqualTo(steps);
        }
        // work of the other kind in between
        AtomicInteger others = new AtomicInteger();
        team.run(3, (_, _) -> others.incrementAndGet());
        assertThat(others.get()).isEqualTo(3);
      }
      assertThat(tooEarly.get()).isZero();
    }
  }

  @Test
  void aHelperHoldsUpOnlyTheChunkThatItHasClaimed() {
    try (Team team = new Team(2)) {
      for (int round = 0; round < 50; round++) {
        AtomicInteger byCaller = new AtomicInteger();
        AtomicInteger heldUp = new AtomicInteger();
        team.runSteps(
            2,
            8,
            false,
            (step, _, worker) -> {
              if (worker == 0) {
                byCaller.incrementAndGet();
              } else if (step == 0) {
                long end = System.nanoTime() + 10_000_000_000L;
                while (byCaller.get() < 7 && System.nanoTime() < end) {
                  Thread.onSpinWait();
                }
                heldUp.addAndGet(byCaller.get() < 7 ? 1 : 0);
              }
            });
        assertThat(heldUp.get()).as("round %d", round).isZero();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 7})
  void whatAChunkOfAStepThrowsIsThrownToTheCaller(int bad) {
    try (Team team = new Team(3)) {
      for (int round = 0; round < 200; round++) {
        assertThatThrownBy(() ->
                team.runSteps(
                    9,
                    8,
                    false,
                    (step, chunk, _) -> {
                      if (step == 4 && chunk == bad) {
                        throw new IllegalStateException("chunk " + chunk);
                      }
                    }))
            .hasMessage("chunk " + bad);
      }
      AtomicInteger runs = new AtomicInteger();
      team.runSteps(2, 8, false, (_, _, _) -> runs.incrementAndGet());
      assertThat(runs.get()).isEqualTo(16);
    }
  }

  @Test
  void aThousandTeamsLeaveNoThreadBehind() {
    for (int i = 0; i < 1_000; i++) {
      try (Team team = new Team(3)) {
        AtomicInteger runs = new AtomicInteger();
        team.run(4, (_, _) -> runs.incrementAndGet());
        assertThat(runs.get()).isEqualTo(4);
      }
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .filteredOn(thread -> thread.getName().startsWith("carousel-"))
        .isEmpty();
  }

  @Test
  void anIdleTeamParks() throws InterruptedException {
    try (Team team = new Team(2)) {
      team.run(8, (_, _) -> Thread.yield());
      for (int i = 0; i < 200 && !helpersPark(); i++) {
        Thread.sleep(20);
      }
      assertThat(helpersPark()).isTrue();
      AtomicInteger runs = new AtomicInteger();
      team.run(8, (_, _) -> runs.incrementAndGet());
      assertThat(runs.get()).isEqualTo(8);
    }
  }

  private static boolean helpersPark() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("carousel-"))
        .allMatch(thread -> thread.getState() == Thread.State.WAITING);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
