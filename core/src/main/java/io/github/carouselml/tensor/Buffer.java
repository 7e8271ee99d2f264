package io.github.carouselml.tensor;

/// A piece of a backend's memory that holds floats. Nobody outside its backend can look inside:
/// numbers come and go through [Backend#upload] and [Backend#download] alone, so that a buffer may
/// lie on another device.
public interface Buffer {
  /// How many floats it holds.
  int size();
}
