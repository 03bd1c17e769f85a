"""Safetensors files over NumPy: enough of the format to write and read cases."""

import json
import math
import struct

import ml_dtypes
import numpy as np

_CODES = {"float32": "F32", "bfloat16": "BF16", "int32": "I32"}
_TYPES = {"F32": np.dtype(np.float32), "BF16": np.dtype(ml_dtypes.bfloat16), "I32": np.dtype(np.int32)}


def write_tensors(path, tensors, metadata):
  """Writes name -> array, in order of names, the header padded to 8 bytes."""
  header, begin = {"__metadata__": metadata}, 0
  for name, array in sorted(tensors.items()):
    end = begin + array.nbytes
    code = _CODES[array.dtype.name]
    header[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [begin, end]}
    begin = end
  text = json.dumps(header, separators=(",", ":")).encode()
  text = text.ljust(math.ceil(len(text) / 8) * 8)
  with open(path, "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text)
    for _, array in sorted(tensors.items()):
      file.write(np.ascontiguousarray(array).tobytes())


def read_tensors(path):
  """Reads a file whole: name -> array."""
  data = path.read_bytes()
  (length,) = struct.unpack_from("<Q", data)
  header = json.loads(data[8 : 8 + length])
  header.pop("__metadata__", None)
  result = {}
  for name, entry in header.items():
    begin, _ = entry["data_offsets"]
    flat = np.frombuffer(data, _TYPES[entry["dtype"]], math.prod(entry["shape"]), 8 + length + begin)
    result[name] = flat.reshape(entry["shape"])
  return result
