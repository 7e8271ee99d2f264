"""Networks of PyTorch with random weights, as files that a user would import, each with a probe.

    /usr/bin/python3 torch_networks.py ../resources/golden             writes NAME.safetensors,
                                                                        NAME.in.npy and NAME.out.npy
    /usr/bin/python3 torch_networks.py check NAME EXPORTED.safetensors  loads what Carousel exported
                                                                        into the same modules and
                                                                        replays the probe
    /usr/bin/python3 torch_networks.py saved ../resources/golden        writes SAVED-NAME.safetensors
                                                                        with save_file itself

`saved` needs the library safetensors, and `check` reads with it where it is there.

Float32, batch first, eval mode. The names of the parts are those of the state_dict.
"""

import json
import os
import struct
import sys

import numpy
import torch
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../../../core/src/test/golden"))
from safetensors_write import write  # noqa: E402

try:
    import safetensors
    import safetensors.torch
except ImportError:
    safetensors = None


class Chain(nn.Module):
    """Parts one after the other; of a recurrent part the outputs go on."""

    def __init__(self, function=None, last=False, **parts):
        super().__init__()
        for name, part in parts.items():
            self.add_module(name, part)
        self.order, self.function, self.last = list(parts), function, last

    def forward(self, x):
        for name in self.order:
            x = getattr(self, name)(x)
            if isinstance(x, tuple):
                x = x[0][:, -1] if self.last else x[0]
            if self.function and name == self.order[-2]:
                x = self.function(x)
        return x


class Inside(nn.Module):
    """A module with a prefix, as a larger model has it."""

    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, x):
        return self.encoder(x)


def networks():
    """name: (seed, module, number of tokens or None)"""
    first = dict(batch_first=True)
    return {
        "lstm-two-layers-both-ways": (1, nn.LSTM(3, 5, 2, bidirectional=True, **first), None),
        "lstm-projection": (2, Inside(Chain(lstm=nn.LSTM(3, 6, 2, bidirectional=True, proj_size=4,
                                                         **first))), None),
        "gru": (3, Chain(rnn=nn.GRU(2, 5, 2, **first), head=nn.Linear(5, 1)), None),
        "rnn-relu": (4, Chain(rnn=nn.RNN(3, 4, nonlinearity="relu", **first)), None),
        "rnn-tanh-both-ways": (5, Chain(rnn=nn.RNN(3, 4, bidirectional=True, **first)), None),
        "no-bias": (6, Chain(lstm=nn.LSTM(3, 4, bias=False, **first),
                             head=nn.Linear(4, 2, bias=False)), None),
        "gru-no-bias": (7, nn.GRU(3, 4, bias=False, bidirectional=True, **first), None),
        "words": (8, Chain(embed=nn.Embedding(11, 3), lstm=nn.LSTM(3, 4, **first),
                           head=nn.Linear(4, 11)), 11),
        "classifier": (9, Chain(function=nn.ReLU(), last=True, embed=nn.Embedding(7, 4),
                                gru=nn.GRU(4, 5, **first), hidden=nn.Linear(5, 6),
                                out=nn.Linear(6, 3)), 7),
    }


def made(name):
    seed, net, tokens = networks()[name]
    torch.manual_seed(seed)
    for parameter in net.parameters():
        nn.init.uniform_(parameter, -0.8, 0.8)
    return net.eval(), tokens


def main(folder):
    for name, (seed, _, _) in networks().items():
        net, tokens = made(name)
        inputs = next(iter(net.parameters())).shape[1]
        x = torch.randint(tokens, (2, 4)) if tokens else torch.randn(2, 4, inputs)
        with torch.no_grad():
            y = net(x)
        y = y[0] if isinstance(y, tuple) else y
        state = {key: value.numpy() for key, value in net.state_dict().items()}
        write(os.path.join(folder, name + ".safetensors"), state,
              dict(format="pt", torch=torch.__version__, seed=seed))
        numpy.save(os.path.join(folder, name + ".in.npy"), x.numpy())
        numpy.save(os.path.join(folder, name + ".out.npy"), y.numpy())


def saved(folder):
    """The weights of the golden files, written by save_file: as they are and in half the bits."""
    for name in ("gru", "lstm-two-layers-both-ways", "words"):
        net, _ = made(name)
        net.load_state_dict(load(os.path.join(folder, name + ".safetensors")), strict=True)
        to = os.path.join(folder, "saved-" + name)
        safetensors.torch.save_file(net.state_dict(), to + ".safetensors", {"format": "pt"})
        if name == "gru":
            half = {key: value.to(torch.bfloat16) for key, value in net.state_dict().items()}
            safetensors.torch.save_file(half, to + "-bf16.safetensors", {"format": "pt"})


def load(path):
    """A safetensors file of F32 tensors, by the library where it is there."""
    if safetensors:
        return safetensors.torch.load_file(path)
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        array = numpy.frombuffer(data[start:end], "<f4").reshape(entry["shape"])
        tensors[name] = torch.tensor(array)
    return tensors


def check(name, exported):
    net, _ = made(name)
    folder = os.path.join(HERE, "../resources/golden")
    before = load(os.path.join(folder, name + ".safetensors"))
    net.load_state_dict(load(exported), strict=True)
    x = torch.tensor(numpy.load(os.path.join(folder, name + ".in.npy")))
    expected = numpy.load(os.path.join(folder, name + ".out.npy"))
    with torch.no_grad():
        y = net(x)
    y = y[0] if isinstance(y, tuple) else y
    worst = numpy.abs(y.numpy() - expected).max()
    same = all(torch.equal(before[key], value) for key, value in net.state_dict().items()
               if "bias_" not in key)
    print(f"{name}: loaded with PyTorch {torch.__version__} and "
          + (f"safetensors {safetensors.__version__}" if safetensors else "this script's reader")
          + f", largest difference {worst:.1e}, weights the same: {same}")
    return worst < 1e-5 and same


if __name__ == "__main__":
    if sys.argv[1] == "check":
        sys.exit(0 if check(sys.argv[2], sys.argv[3]) else 1)
    if sys.argv[1] == "saved":
        saved(sys.argv[2])
    else:
        main(sys.argv[1])
