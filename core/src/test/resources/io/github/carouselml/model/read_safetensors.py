"""Prints a safetensors file, read by the format's description and nothing else:
eight bytes of header length, a JSON header, then the tensors' bytes, all little-endian.

The same with the format's own reader (pip install safetensors numpy):

    from safetensors import safe_open
    with safe_open(PATH, framework="numpy") as file:
        print(file.metadata(), {name: file.get_tensor(name) for name in file.keys()})
"""

import json
import struct
import sys

BYTES = {"F32": 4, "I64": 8}

with open(sys.argv[1], "rb") as file:
    (header_bytes,) = struct.unpack("<Q", file.read(8))
    header = json.loads(file.read(header_bytes))
    data = file.read()

for key, value in header.pop("__metadata__", {}).items():
    print(f"{key} = {value!r}")
end = 0
for name, tensor in header.items():
    first, last = tensor["data_offsets"]
    width = BYTES[tensor["dtype"]]
    assert first == end and first % width == 0 and (8 + header_bytes) % 8 == 0
    end = last
    values = (data[i : i + width].hex() for i in range(first, last, width))
    print(name, tensor["dtype"], tensor["shape"], *values)
assert end == len(data)
