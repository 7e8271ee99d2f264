package io.github.carouselml.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// The widest vectors that this machine has, up to the 16 floats that storage is padded to.
final class Lanes {
  private static final VectorShape SHAPE =
      FloatVector.SPECIES_PREFERRED.length() > 16
          ? VectorShape.S_512_BIT
          : FloatVector.SPECIES_PREFERRED.vectorShape();

  static final VectorSpecies<Float> F = VectorSpecies.of(float.class, SHAPE);
  static final VectorSpecies<Integer> I = VectorSpecies.of(int.class, SHAPE);

  private Lanes() {}
}
