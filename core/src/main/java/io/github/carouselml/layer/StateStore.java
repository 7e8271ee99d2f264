package io.github.carouselml.layer;

import io.github.carouselml.spec.CarouselException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The states of many streams by key, at most `capacity` of them: when one more comes, the stream
/// that was longest neither read nor written is forgotten, and begins from zeros if it comes back.
/// ```
/// Optional<StackState> known = store.get(customer);
/// known.ifPresentOrElse(stepper::restore, stepper::reset);
/// stepper.step(x, y);
/// store.put(customer, stepper.state());
/// ```
/// Any number of threads may use a store at once; the steps of one stream must follow each other.
public final class StateStore<K> {
  private final int capacity;
  private final Map<K, StackState> states = new LinkedHashMap<>(16, 0.75f, true);
  private long evicted;

  /// A store of at most so many streams.
  public StateStore(int capacity) {
    if (capacity < 1) {
      throw new CarouselException.Request(
          "A store holds the states of 1 stream or more, not " + capacity + ".");
    }
    this.capacity = capacity;
  }

  /// The state of a stream, if it is known (still).
  public synchronized Optional<StackState> get(K key) {
    return Optional.ofNullable(states.get(key));
  }

  /// Keeps the state of a stream, and forgets another's where there is no room.
  public synchronized void put(K key, StackState state) {
    states.put(key, state);
    if (states.size() > capacity) {
      Iterator<K> longestUnused = states.keySet().iterator();
      longestUnused.next();
      longestUnused.remove();
      evicted++;
    }
  }

  /// Forgets a stream that has ended.
  public synchronized void remove(K key) {
    states.remove(key);
  }

  /// The streams that are known.
  public synchronized int size() {
    return states.size();
  }

  /// How many streams were forgotten for want of room.
  public synchronized long evicted() {
    return evicted;
  }
}
