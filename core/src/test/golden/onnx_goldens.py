"""Golden values of ONNX Runtime: outputs and final states of LSTM, GRU and RNN, float32.

    /usr/bin/python3 onnx_goldens.py models DIR       writes DIR/NAME.onnx, all inputs inside
    java -cp onnxruntime-1.29.0.jar RunOnnxRuntime.java DIR    writes DIR/NAME.Y and so on
    /usr/bin/python3 onnx_goldens.py collect DIR ../resources/golden

Tensors keep ONNX's names, shapes and gate orders (LSTM i o f c, peepholes i o f, GRU z r h).
"""

import os
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

from safetensors_write import write

RUNTIME = "1.29.0"
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}

# name: seed, operator, sizes I H T, lengths or None, peepholes, attributes
CASES = {
    "lstm-plain": (1, "LSTM", (3, 5, 4), None, False, {}),
    "lstm-peepholes": (2, "LSTM", (3, 4, 5), None, True, {}),
    "lstm-clip": (3, "LSTM", (3, 4, 6), None, False, dict(clip=0.5)),
    "lstm-peepholes-clip": (4, "LSTM", (3, 4, 6), None, True, dict(clip=0.4)),
    "lstm-reverse": (5, "LSTM", (3, 4, 5), None, False, dict(direction="reverse")),
    "lstm-bidirectional": (6, "LSTM", (3, 4, 5), [5, 2, 4], True,
                           dict(direction="bidirectional")),
    "lstm-lengths": (7, "LSTM", (3, 4, 5), [2, 5, 1], False, {}),
    "lstm-reverse-lengths": (8, "LSTM", (3, 4, 5), [2, 5, 1], False, dict(direction="reverse")),
    "lstm-input-forget": (9, "LSTM", (3, 4, 5), None, False, dict(input_forget=1)),
    "lstm-input-forget-peepholes": (10, "LSTM", (3, 4, 5), None, True, dict(input_forget=1)),
    "lstm-activations": (11, "LSTM", (3, 4, 5), None, False,
                         dict(activations=["HardSigmoid", "Softsign", "LeakyRelu"],
                              activation_alpha=[0.3, 0.1], activation_beta=[0.4])),
    "lstm-affine": (12, "LSTM", (3, 4, 5), None, False,
                    dict(activations=["Sigmoid", "Relu", "Affine"],
                         activation_alpha=[0.5], activation_beta=[0.25])),
    "gru-before": (13, "GRU", (3, 5, 4), None, False, dict(linear_before_reset=0)),
    "gru-after": (14, "GRU", (3, 5, 4), None, False, dict(linear_before_reset=1)),
    "gru-before-bidirectional": (15, "GRU", (3, 4, 5), [5, 2, 4], False,
                                 dict(direction="bidirectional", linear_before_reset=0)),
    "gru-after-reverse": (16, "GRU", (3, 4, 5), [3, 5, 2], False,
                          dict(direction="reverse", linear_before_reset=1)),
    "gru-before-activations": (17, "GRU", (3, 4, 5), None, False,
                               dict(linear_before_reset=0,
                                    activations=["HardSigmoid", "Softsign"],
                                    activation_alpha=[0.3], activation_beta=[0.4])),
    "gru-after-activations": (18, "GRU", (3, 4, 5), None, False,
                              dict(linear_before_reset=1,
                                   activations=["HardSigmoid", "LeakyRelu"],
                                   activation_alpha=[0.25, 0.2], activation_beta=[0.5])),
    "rnn-tanh": (19, "RNN", (3, 5, 4), None, False, {}),
    "rnn-relu-bidirectional": (20, "RNN", (3, 4, 5), [5, 2, 4], False,
                               dict(direction="bidirectional", activations=["Relu", "Relu"])),
}


def inputs(name):
    seed, operator, (I, H, T), lengths, peepholes, attributes = CASES[name]
    random = numpy.random.RandomState(seed)

    def draw(*shape):
        return random.uniform(-0.8, 0.8, shape).astype(numpy.float32)

    D = 2 if attributes.get("direction") == "bidirectional" else 1
    B = len(lengths) if lengths else 2
    G = GATES[operator]
    tensors = {"X": 2 * draw(T, B, I), "W": draw(D, G * H, I), "R": draw(D, G * H, H),
               "B": draw(D, 2 * G * H)}
    if lengths:
        tensors["sequence_lens"] = numpy.array(lengths, numpy.int32)
    tensors["initial_h"] = draw(D, B, H)
    if operator == "LSTM":
        tensors["initial_c"] = draw(D, B, H)
        if peepholes:
            tensors["P"] = draw(D, 3 * H)
    return tensors


def model(name):
    _, operator, (_, H, _), _, _, attributes = CASES[name]
    tensors = inputs(name)
    order = ["X", "W", "R", "B", "sequence_lens", "initial_h"]
    outputs = ["Y", "Y_h"]
    if operator == "LSTM":
        order += ["initial_c", "P"]
        outputs += ["Y_c"]
    names = [key if key in tensors else "" for key in order]
    node = helper.make_node(operator, names, outputs, hidden_size=H, **attributes)
    graph = helper.make_graph(
        [node], name, [],
        [helper.make_tensor_value_info(key, TensorProto.FLOAT, None) for key in outputs],
        [numpy_helper.from_array(value, key) for key, value in tensors.items()])
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)


def collect(name, folder, out):
    _, operator, (I, H, T), lengths, _, attributes = CASES[name]
    tensors = inputs(name)
    D, B = tensors["initial_h"].shape[:2]
    shapes = {"Y": (T, D, B, H), "Y_h": (D, B, H)}
    if operator == "LSTM":
        shapes["Y_c"] = (D, B, H)
    for key, shape in shapes.items():
        path = os.path.join(folder, f"{name}.{key}")
        tensors[key] = numpy.fromfile(path, dtype=">f4").astype(numpy.float32).reshape(shape)
    metadata = {key: ",".join(map(str, value)) if isinstance(value, list) else value
                for key, value in attributes.items()}
    metadata.update(operator=operator, hidden=H, seed=CASES[name][0], onnxruntime=RUNTIME,
                    lengths=",".join(map(str, lengths or [T] * B)))
    write(os.path.join(out, f"onnx-{name}.safetensors"), tensors, metadata)


if __name__ == "__main__":
    for case in CASES:
        if sys.argv[1] == "models":
            onnx.save(model(case), os.path.join(sys.argv[2], case + ".onnx"))
        else:
            collect(case, sys.argv[2], sys.argv[3])
