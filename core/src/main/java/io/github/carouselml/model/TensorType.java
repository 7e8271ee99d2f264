package io.github.carouselml.model;

/// The element types that the safetensors format names. Files of all of them can be opened and
/// their raw bytes read; as numbers Carousel reads `F32` and `I64`.
public enum TensorType {
  BOOL(1),
  U8(1),
  I8(1),
  F8_E5M2(1),
  F8_E4M3(1),
  I16(2),
  U16(2),
  F16(2),
  BF16(2),
  I32(4),
  U32(4),
  F32(4),
  F64(8),
  I64(8),
  U64(8);

  private final int bytes;

  TensorType(int bytes) {
    this.bytes = bytes;
  }

  /// How many bytes one element takes.
  public int bytes() {
    return bytes;
  }
}
