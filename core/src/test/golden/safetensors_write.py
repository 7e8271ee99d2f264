"""Writes named arrays as a safetensors file: 8 bytes header size, JSON header, data."""

import json
import struct

import numpy

NAMES = {"float64": "F64", "float32": "F32", "int64": "I64", "int32": "I32"}


def write(path, tensors, metadata):
    header = {"__metadata__": {key: str(value) for key, value in metadata.items()}}
    data = b""
    for name in sorted(tensors):
        array = numpy.ascontiguousarray(tensors[name])
        start = len(data)
        data += array.tobytes()
        header[name] = {
            "dtype": NAMES[str(array.dtype)],
            "shape": list(array.shape),
            "data_offsets": [start, len(data)],
        }
    text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)
