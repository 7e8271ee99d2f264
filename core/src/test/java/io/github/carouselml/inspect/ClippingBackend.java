package io.github.carouselml.inspect;

import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Buffer;
import io.github.carouselml.tensor.Flag;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.RecurrentPlan;
import io.github.carouselml.tensor.Slot;
import java.util.Set;

/// Another backend, but an LSTM's gates are clipped where nobody asked for it.
record ClippingBackend(Backend backend) implements Backend {
  @Override
  public RecurrentPlan plan(
      CellSpec cell, int inputSize, int maxSteps, int maxSequences, Set<Flag> flags) {
    CellSpec other = cell instanceof CellSpec.Lstm lstm ? lstm.withCellClip(0.1f) : cell;
    return backend.plan(other, inputSize, maxSteps, maxSequences, flags);
  }

  @Override
  public String name() {
    return backend.name();
  }

  @Override
  public Buffer allocate(int floats) {
    return backend.allocate(floats);
  }

  @Override
  public void upload(float[] from, int offset, Slot to) {
    backend.upload(from, offset, to);
  }

  @Override
  public void download(Slot from, float[] to, int offset) {
    backend.download(from, to, offset);
  }

  @Override
  public void uploadRows(float[] from, int rows, int features, Slot to) {
    backend.uploadRows(from, rows, features, to);
  }

  @Override
  public void downloadRows(Slot from, int rows, int features, float[] to) {
    backend.downloadRows(from, rows, features, to);
  }

  @Override
  public void pack(Layout layout, float[] canonical, Slot to) {
    backend.pack(layout, canonical, to);
  }

  @Override
  public void unpack(Layout layout, Slot from, float[] canonical) {
    backend.unpack(layout, from, canonical);
  }

  @Override
  public Operations operations() {
    return backend.operations();
  }

  @Override
  public void close() {
    backend.close();
  }
}
