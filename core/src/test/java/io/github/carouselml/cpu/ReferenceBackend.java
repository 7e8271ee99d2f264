package io.github.carouselml.cpu;

import io.github.carouselml.spec.CellSpec;
import io.github.carouselml.tensor.Backend;
import io.github.carouselml.tensor.Buffer;
import io.github.carouselml.tensor.Flag;
import io.github.carouselml.tensor.Layout;
import io.github.carouselml.tensor.Operations;
import io.github.carouselml.tensor.RecurrentPlan;
import io.github.carouselml.tensor.Slot;
import java.util.Set;

/// The CPU, but recurrent layers go through the reference in double.
public final class ReferenceBackend implements Backend {
  private final CpuBackend cpu = TestBackends.plain();

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public Buffer allocate(int floats) {
    return cpu.allocate(floats);
  }

  @Override
  public void upload(float[] from, int offset, Slot to) {
    cpu.upload(from, offset, to);
  }

  @Override
  public void download(Slot from, float[] to, int offset) {
    cpu.download(from, to, offset);
  }

  @Override
  public void uploadRows(float[] from, int rows, int features, Slot to) {
    cpu.uploadRows(from, rows, features, to);
  }

  @Override
  public void downloadRows(Slot from, int rows, int features, float[] to) {
    cpu.downloadRows(from, rows, features, to);
  }

  @Override
  public void pack(Layout layout, float[] canonical, Slot to) {
    cpu.pack(layout, canonical, to);
  }

  @Override
  public void unpack(Layout layout, Slot from, float[] canonical) {
    cpu.unpack(layout, from, canonical);
  }

  @Override
  public Operations operations() {
    return cpu.operations();
  }

  @Override
  public RecurrentPlan plan(
      CellSpec cell, int inputSize, int maxSteps, int maxSequences, Set<Flag> flags) {
    return new ReferencePlan(cell, inputSize);
  }

  @Override
  public void close() {
    cpu.close();
  }
}
