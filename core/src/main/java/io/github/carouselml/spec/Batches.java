package io.github.carouselml.spec;

/// How the samples of an epoch come together.
///
/// @param size the samples of one update; the last of an epoch takes what is left
/// @param parts in how many parts the samples of an update are computed, one after the other, to
///     save memory; their gradients add up to that of the whole batch, up to rounding
/// @param shuffled whether each epoch has an order of its own, or all have the order of the data
public record Batches(int size, int parts, boolean shuffled) {
  public Batches {
    Numbers.atLeast("batch size", 1, size);
    Numbers.atLeast("number of parts of a batch", 1, parts);
    if (parts > size) {
      throw new CarouselException.Request(
          "A batch of "
              + size
              + " samples cannot be computed in "
              + parts
              + " parts: each takes at least one sample.");
    }
  }

  /// Whole batches, shuffled.
  public Batches(int size) {
    this(size, 1, true);
  }

  /// The most samples that are computed at once: the size over the parts, rounded up.
  public int partSize() {
    return Math.ceilDiv(size, parts);
  }

  public Batches withParts(int newParts) {
    return new Batches(size, newParts, shuffled);
  }

  public Batches withShuffled(boolean newShuffled) {
    return new Batches(size, parts, newShuffled);
  }
}
