package io.github.carouselml.cell;

import static io.github.carouselml.cell.CellBlock.Z_ROW;
import static io.github.carouselml.kernel.Functions.sigmoid;
import static io.github.carouselml.kernel.Functions.tanh;
import static io.github.carouselml.kernel.Products.LANES;

import io.github.carouselml.cell.GateGroup.Operand;

/// The LSTM in float (the reference in double is [LstmReference]); gates in the order i f g o:
/// ```
/// a = W x + R h' + b
/// i = σ(a_i)   f = σ(a_f)   g = tanh(a_g)   o = σ(a_o)
/// c = f c' + i g            h = o tanh(c)
/// ```
final class Lstm implements CellKernel {
  private final CellShape shape = CellShape.of(new GateGroup(4, true, Operand.STATE, 0));

  @Override
  public CellShape shape() {
    return shape;
  }

  @Override
  public boolean carries() {
    return false;
  }

  // @formatter:off
  @Override
  public void forward(int stage, CellBlock s) {
    float[] z = s.z;
    for (int row = 0; row < s.rows; row++) {
      int at = s.zAt[0] + row * Z_ROW;
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k++) {
        // i = σ(a_i)   f = σ(a_f)   g = tanh(a_g)   o = σ(a_o)
        float i = sigmoid(z[at + k]);
        float f = sigmoid(z[at + 16 + k]);
        float g = tanh(z[at + 32 + k]);
        float o = sigmoid(z[at + 48 + k]);
        // c = f c' + i g
        float c = Math.fma(f, s.cPrev[s.cPrevAt + state + k], i * g);
        // h = o tanh(c)
        s.h[s.hAt + state + k] = o * tanh(c);
        s.c[s.cAt + state + k] = c;
        z[at + k] = i;
        z[at + 16 + k] = f;
        z[at + 32 + k] = g;
        z[at + 48 + k] = o;
      }
    }
  }

  @Override
  public void backward(int stage, CellBlock s) {
    float[] z = s.z;
    for (int row = 0; row < s.rows; row++) {
      int at = s.zAt[0] + row * Z_ROW;
      int state = row * s.stateRow;
      for (int k = 0; k < LANES; k++) {
        float i = z[at + k];
        float f = z[at + 16 + k];
        float g = z[at + 32 + k];
        float o = z[at + 48 + k];
        float tanhC = tanh(s.c[s.cAt + state + k]);
        float dh = s.dh[s.dhAt + state + k];
        // h = o tanh(c)
        float dO = dh * tanhC;
        float dC = Math.fma(dh * o, Math.fma(-tanhC, tanhC, 1f), s.dc[s.dcAt + state + k]);
        // c = f c' + i g
        float dF = dC * s.cPrev[s.cPrevAt + state + k];
        float dI = dC * g;
        float dG = dC * i;
        s.dc[s.dcAt + state + k] = dC * f;
        // a = W x + R h' + b,  σ' = σ(1-σ),  tanh' = 1-tanh²
        z[at + k] = dI * (i * (1f - i));
        z[at + 16 + k] = dF * (f * (1f - f));
        z[at + 32 + k] = dG * Math.fma(-g, g, 1f);
        z[at + 48 + k] = dO * (o * (1f - o));
      }
    }
  }
}
