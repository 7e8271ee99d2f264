package io.github.carouselml.kernel;

/// Counter-based random numbers: Threefry-4x32 with 20 rounds (Salmon, Moraes, Dror, Shaw 2011,
/// "Parallel random numbers: as easy as 1, 2, 3"). A number is a function of its name alone, so it
/// does not depend on who draws it, when, or what was drawn before.
///
/// The key is (low half of seed, high half of seed, purpose, operation): one stream each. The
/// counter names a block of four words within the stream:
///
/// - for masks, (update, sequence, step, 16 (unit / 64) + unit mod 16), word (unit / 16) mod 4, so
///   that 16 consecutive units are one vector of counters;
/// - for numbers by index, (low half, high half of index / 4, 0, 0), word index mod 4.
///
/// @param seed the run's seed
/// @param purpose what the numbers are for
/// @param operation which operation or parameter of the model draws them
public record Random(long seed, Purpose purpose, int operation) {
  /// Streams that never meet. The order is part of the contract on bits.
  public enum Purpose {
    INITIALIZE,
    SHUFFLE,
    DROPOUT,
    DROP_CONNECT,
    SAMPLE
  }

  /// Threefry's constant that ties the key's words together.
  public static final int PARITY = 0x1bd11bda;

  /// The four words of the key.
  public int key0() {
    return (int) seed;
  }

  public int key1() {
    return (int) (seed >>> 32);
  }

  public int key2() {
    return purpose.ordinal();
  }

  public int key3() {
    return operation;
  }

  /// 32 random bits by index.
  public int bits(long index) {
    long block = index >>> 2;
    return Threefry.word(
        key0(), key1(), key2(), key3(), (int) block, (int) (block >>> 32), 0, 0, (int) index & 3);
  }

  /// Uniform in [0, 1), a multiple of 2⁻²⁴.
  public float uniform(long index) {
    return (bits(index) >>> 8) * 0x1p-24f;
  }

  /// Standard normal by Box and Muller, from the uniform numbers 2 index and 2 index + 1.
  public double normal(long index) {
    double u = ((bits(2 * index) & 0xffffffffL) + 1) * 0x1p-32;
    double v = (bits(2 * index + 1) & 0xffffffffL) * 0x1p-32;
    return Math.sqrt(-2 * StrictMath.log(u)) * StrictMath.cos(2 * StrictMath.PI * v);
  }

  /// Uniform in 0..bound-1, from 64 bits (the bias is below bound / 2⁶⁴).
  public int below(int bound, long index) {
    long high = bits(2 * index) & 0xffffffffL;
    long low = bits(2 * index + 1) & 0xffffffffL;
    return (int) ((high * bound + (low * bound >>> 32)) >>> 32);
  }

  /// Shuffles in place (Fisher, Yates); `epoch` names the permutation.
  public void shuffle(int[] order, int epoch) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = below(i + 1, ((long) epoch << 32) + i);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
  }

  /// A unit is kept when the upper 24 bits of its word are at least this; rate in [0, 1].
  public static int threshold(float rate) {
    return (int) (rate * 0x1p24f + 0.5f);
  }

  /// What a kept unit is multiplied by: 1/(1-rate), and 0 where all are dropped.
  public static float keptScale(float rate) {
    return rate < 1f ? 1f / (1f - rate) : 0f;
  }
}
