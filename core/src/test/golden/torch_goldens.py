"""Golden values of PyTorch in double: outputs, final states and all gradients.

    /usr/bin/python3 torch_goldens.py ../resources/golden

The loss is sum(dy * y) + sum(dh_n * h_n) + sum(dc_n * c_n); where sequences have unequal lengths
they are packed, and dy is 0 beyond their ends. Tensors keep PyTorch's names, shapes and gate
orders; `grad.NAME` is the gradient of NAME.
"""

import os
import sys

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from safetensors_write import write


def golden(folder, name, seed, kind, I, H, T, lengths, layers=1, directions=1, bias=True,
           projection=0, nonlinearity=None):
    torch.manual_seed(seed)
    options = dict(num_layers=layers, bidirectional=directions == 2, bias=bias)
    if projection:
        options["proj_size"] = projection
    if nonlinearity:
        options["nonlinearity"] = nonlinearity
    net = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}[kind](I, H, **options)
    net = net.double()
    for parameter in net.parameters():
        torch.nn.init.uniform_(parameter, -0.8, 0.8)
    B = len(lengths)
    P = projection or H
    x = torch.randn(T, B, I, dtype=torch.double)
    for b, length in enumerate(lengths):
        x[length:, b] = 0
    x.requires_grad_()
    h0 = torch.randn(layers * directions, B, P, dtype=torch.double, requires_grad=True)
    c0 = torch.randn(layers * directions, B, H, dtype=torch.double, requires_grad=True)
    packed = pack_padded_sequence(x, torch.tensor(lengths), enforce_sorted=False)
    if kind == "lstm":
        y, (h_n, c_n) = net(packed, (h0, c0))
    else:
        y, h_n = net(packed, h0)
    y, _ = pad_packed_sequence(y, total_length=T)
    dy = torch.randn_like(y)
    for b, length in enumerate(lengths):
        dy[length:, b] = 0
    dh_n = torch.randn_like(h_n)
    loss = (dy * y).sum() + (dh_n * h_n).sum()
    tensors = {"x": x, "h0": h0, "y": y, "h_n": h_n, "dy": dy, "dh_n": dh_n}
    if kind == "lstm":
        dc_n = torch.randn_like(c_n)
        loss = loss + (dc_n * c_n).sum()
        tensors.update({"c0": c0, "c_n": c_n, "dc_n": dc_n})
    loss.backward()
    tensors.update(dict(net.named_parameters()))
    arrays = {key: value.detach().numpy() for key, value in tensors.items()}
    for key, value in tensors.items():
        if value.is_leaf and value.grad is not None:
            arrays["grad." + key] = value.grad.numpy()
    metadata = dict(
        cell=kind, nonlinearity=nonlinearity or "tanh", hidden=H, projection=projection,
        layers=layers, directions=directions, bias=str(bias).lower(),
        lengths=",".join(map(str, lengths)), seed=seed, torch=torch.__version__)
    write(os.path.join(folder, f"torch-{name}.safetensors"), arrays, metadata)


def main(folder):
    kinds = [("lstm", "lstm", None), ("gru", "gru", None),
             ("rnn-tanh", "rnn", "tanh"), ("rnn-relu", "rnn", "relu")]
    for number, (name, kind, nonlinearity) in enumerate(kinds):
        def case(what, seed, **options):
            golden(folder, f"{name}-{what}", 100 * number + seed, kind,
                   nonlinearity=nonlinearity, **options)
        case("single", 1, I=3, H=5, T=6, lengths=[6, 6])
        case("one-step", 2, I=1, H=1, T=1, lengths=[1])
        case("layers", 3, I=2, H=3, T=4, lengths=[4, 4, 4], layers=3)
        case("bidirectional", 4, I=3, H=4, T=5, lengths=[5, 5], directions=2)
        case("packed", 5, I=3, H=4, T=6, lengths=[3, 6, 1, 3], layers=2, directions=2)
        case("no-bias", 6, I=3, H=4, T=5, lengths=[5, 2], bias=False)
    golden(folder, "lstm-projection", 7, "lstm", I=3, H=5, T=4, lengths=[4, 2], layers=2,
           directions=2, projection=3)


if __name__ == "__main__":
    main(sys.argv[1])
