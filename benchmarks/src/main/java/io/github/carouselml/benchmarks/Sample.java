package io.github.carouselml.benchmarks;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/// One stretch of calls in a row, in milliseconds a call.
///
/// @param delay run-queue delay of all threads of the process, as a share of the stretch
record Sample(double mean, double p50, double p99, double delay) {

  /// A sample whose threads waited longer than this share of it for a core.
  private static final double DISTURBED = 0.02;

  boolean disturbed() {
    return delay > DISTURBED;
  }

  /// The number that pairs compare: a call's mean, or the median step in streaming.
  double millis(Mode mode) {
    return mode == Mode.STREAMING ? p50 : mean;
  }

  void write(DataOutputStream out) throws IOException {
    out.writeDouble(mean);
    out.writeDouble(p50);
    out.writeDouble(p99);
    out.writeDouble(delay);
  }

  static Sample read(DataInputStream in) throws IOException {
    return new Sample(in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble());
  }
}
