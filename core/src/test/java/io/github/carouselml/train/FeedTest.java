package io.github.carouselml.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.cpu.TestBackends;
import io.github.carouselml.grad.Parameters;
import io.github.carouselml.grad.Program;
import io.github.carouselml.grad.Tape;
import io.github.carouselml.tensor.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The order of samples, and batches in parts.
final class FeedTest {
  private final Backend backend = TestBackends.plain();
  private final Parameters parameters = Toy.parameters(backend, 1);

  private Feed feed(Samples samples, int partSize, Tape.Mode mode) {
    return new Feed(samples, new Tape(backend, parameters, mode, 5), partSize);
  }

  /// Hears which samples come.
  private record Heard(Toy toy, List<Integer> order) implements Samples {
    @Override
    public int size() {
      return toy.size();
    }

    @Override
    public Batch record(Tape tape, int capacity) {
      Batch batch = toy.record(tape, capacity);
      return (Program program, int[] samples, int from, int count) -> {
        IntStream.range(from, from + count).forEach(i -> order.add(samples[i]));
        return batch.load(program, samples, from, count);
      };
    }
  }

  private List<Integer> order(long seed, int epoch) {
    Heard heard = new Heard(new Toy(50, 1, 0), new ArrayList<>());
    try (Feed feed = feed(heard, 8, Tape.Mode.TRAIN)) {
      feed.shuffle(seed, epoch);
      feed.train(0, 0, 50);
    }
    return heard.order();
  }

  @Test
  void a_shuffled_epoch_takes_every_sample_once() {
    for (long seed = 1; seed <= 5; seed++) {
      assertThat(order(seed, 0))
          .as("seed %d", seed)
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 50).boxed().toList())
          .isNotEqualTo(IntStream.range(0, 50).boxed().toList());
    }
  }

  @Test
  void the_order_follows_from_seed_and_epoch_alone() {
    assertThat(order(1, 3)).isEqualTo(order(1, 3));
    assertThat(order(1, 3)).isNotEqualTo(order(1, 4)).isNotEqualTo(order(2, 3));
    try (Feed feed = feed(new Toy(50, 1, 0), 8, Tape.Mode.TRAIN)) {
      feed.shuffle(1, 7);
      feed.shuffle(1, 3);
      double after = feed.train(0, 0, 8);
      feed.shuffle(1, 3);
      assertThat(feed.train(0, 0, 8)).isEqualTo(after);
    }
  }

  @Test
  void parts_add_up_to_the_whole_batch() {
    float[] whole = new float[0];
    double loss = 0;
    for (int partSize : new int[] {24, 12, 7, 1}) {
      try (Feed feed = feed(new Toy(24, 1, 0.5f), partSize, Tape.Mode.TRAIN)) {
        parameters.zeroGradients(feed.operations());
        double sum = feed.train(3, 0, 24);
        float[] gradient = parameters.gradient("first.weight");
        assertThat(feed.rows()).isEqualTo(IntStream.range(0, 24).map(Toy::length).sum());
        if (partSize == 24) {
          whole = gradient;
          loss = sum;
          assertThat(gradient).doesNotContain(0f);
        }
        assertThat(sum).as("parts of %d", partSize).isCloseTo(loss, within(1e-7));
        for (int i = 0; i < whole.length; i++) {
          assertThat(gradient[i])
              .as("parts of %d, gradient %d", partSize, i)
              .isCloseTo(whole[i], within(1e-6f));
        }
      }
    }
  }

  @Test
  void the_mean_of_all_samples_does_not_depend_on_how_they_are_cut() {
    try (Feed whole = feed(new Toy(25, 1, 0.5f), 25, Tape.Mode.PREDICT);
        Feed parts = feed(new Toy(25, 1, 0.5f), 4, Tape.Mode.PREDICT)) {
      assertThat(parts.evaluate(0)).isCloseTo(whole.evaluate(0), within(1e-9));
    }
  }
}
