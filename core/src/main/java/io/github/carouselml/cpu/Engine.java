package io.github.carouselml.cpu;

import io.github.carouselml.kernel.Elementwise;

/// What the operations of this backend compute with: kernels, and the threads that run them.
public record Engine(Elementwise elementwise) {
  /// A piece of work that is done chunk by chunk, in any order.
  @FunctionalInterface
  interface Task {
    void run(int chunk);
  }

  void run(int chunks, Task task) {
    for (int chunk = 0; chunk < chunks; chunk++) {
      task.run(chunk);
    }
  }
}
