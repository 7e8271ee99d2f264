package io.github.carouselml.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.carouselml.spec.Schedule;
import org.junit.jupiter.api.Test;

/// Schedules against values written out by hand.
final class LearningRateTest {
  @Test
  void constant() {
    assertThat(factor(new Schedule.Constant(), 123, 45, 1000)).isEqualTo(1);
  }

  @Test
  void step_falls_after_every_so_many_epochs() {
    Schedule schedule = new Schedule.Step(3, 0.5);
    assertThat(factor(schedule, 0, 0, 100)).isEqualTo(1);
    assertThat(factor(schedule, 0, 2, 100)).isEqualTo(1);
    assertThat(factor(schedule, 0, 3, 100)).isEqualTo(0.5);
    assertThat(factor(schedule, 0, 5, 100)).isEqualTo(0.5);
    assertThat(factor(schedule, 0, 6, 100)).isEqualTo(0.25);
    assertThat(factor(schedule, 0, 9, 100)).isEqualTo(0.125);
  }

  @Test
  void cosine_rises_in_a_line_and_falls_as_half_a_wave() {
    Schedule schedule = new Schedule.Cosine(4, 0.1);
    double[] expected = {
      0.25, 0.5, 0.75, 1, 1, 0.9779754, 0.9140576, 0.8145033, 0.6890576, 0.55, 0.4109424, 0.2854967,
      0.1859424, 0.1220246
    };
    for (int step = 0; step < expected.length; step++) {
      assertThat(factor(schedule, step, 0, 14))
          .as("step %d", step)
          .isCloseTo(expected[step], within(1e-7));
    }
  }

  @Test
  void cosine_without_warm_up_begins_at_the_top() {
    assertThat(factor(new Schedule.Cosine(0), 0, 0, 10)).isEqualTo(1);
    assertThat(factor(new Schedule.Cosine(0), 5, 0, 10)).isCloseTo(0.5, within(1e-15));
  }

  @Test
  void half_a_wave_and_powers_agree_with_the_jdk() {
    for (int i = 0; i <= 1000; i++) {
      double p = i / 1000.0;
      double wave = (1 + StrictMath.cos(StrictMath.PI * p)) / 2;
      assertThat(LearningRate.halfWave(p)).as("p = %s", p).isCloseTo(wave, within(1e-15));
      double power = StrictMath.pow(0.999, 37 * i);
      assertThat(LearningRate.power(0.999, 37 * i))
          .as("0.999 ^ %d", 37 * i)
          .isCloseTo(power, within(3e-16 * (37 * i + 1) * power));
    }
  }

  @Test
  void plateau_takes_the_reductions_so_far_down_to_its_floor() {
    Schedule schedule = new Schedule.ReduceOnPlateau(0.1, 2, 0, 0.02);
    assertThat(LearningRate.factor(schedule, 9, 3, 100, 1)).isEqualTo(1);
    assertThat(LearningRate.factor(schedule, 9, 3, 100, 0.1)).isEqualTo(0.1);
    assertThat(LearningRate.factor(schedule, 9, 3, 100, 0.01)).isEqualTo(0.02);
  }

  @Test
  void a_watch_counts_the_epochs_without_improvement() {
    Watch watch = Watch.fresh();
    watch = watch.seen(1.0, 0.1, 1);
    assertThat(watch).isEqualTo(new Watch(1.0, 1, 0));
    watch = watch.seen(0.95, 0.1, 2);
    assertThat(watch).isEqualTo(new Watch(1.0, 1, 1));
    watch = watch.seen(1.5, 0.1, 3);
    assertThat(watch).isEqualTo(new Watch(1.0, 1, 2));
    watch = watch.seen(0.8, 0.1, 4);
    assertThat(watch).isEqualTo(new Watch(0.8, 4, 0));
    assertThat(watch.seen(0.8, 0, 5).again()).isEqualTo(new Watch(0.8, 4, 0));
  }

  private static double factor(Schedule schedule, int step, int epoch, int steps) {
    return LearningRate.factor(schedule, step, epoch, steps, 1);
  }
}
