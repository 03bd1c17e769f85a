"""Weights of a model under their Hugging Face names: shapes, values by formula or at random, files."""

import json
import math

import ml_dtypes
import numpy as np
import tensors

DTYPES = {"float32": np.dtype(np.float32), "bfloat16": np.dtype(ml_dtypes.bfloat16)}


def layer_types(config):
  """'recurrent' or 'attention' for each layer: the pattern repeated and cut."""
  pattern = config["block_types"]
  return [pattern[i % len(pattern)] for i in range(config["num_hidden_layers"])]


def shapes(config):
  """Name -> shape of every tensor."""
  width, lru, heads = config["hidden_size"], config["lru_width"], config["num_attention_heads"]
  mlp, taps = config["intermediate_size"] // 2, config["conv1d_width"]
  head, block = width // heads, lru // heads
  result = {"model.embed_tokens.weight": (config["vocab_size"], width), "model.final_norm.weight": (width,)}
  for i, kind in enumerate(layer_types(config)):
    layer = {
        "temporal_pre_norm.weight": (width,), "channel_pre_norm.weight": (width,),
        "mlp_block.gate_proj.weight": (mlp, width), "mlp_block.gate_proj.bias": (mlp,),
        "mlp_block.up_proj.weight": (mlp, width), "mlp_block.up_proj.bias": (mlp,),
        "mlp_block.down_proj.weight": (width, mlp), "mlp_block.down_proj.bias": (width,),
    }
    if kind == "attention":
      layer |= {
          "temporal_block.q_proj.weight": (width, width), "temporal_block.k_proj.weight": (head, width),
          "temporal_block.v_proj.weight": (head, width), "temporal_block.o_proj.weight": (width, width),
          "temporal_block.o_proj.bias": (width,),
      }
    else:
      layer |= {
          "temporal_block.linear_x.weight": (lru, width), "temporal_block.linear_x.bias": (lru,),
          "temporal_block.linear_y.weight": (lru, width), "temporal_block.linear_y.bias": (lru,),
          "temporal_block.linear_out.weight": (width, lru), "temporal_block.linear_out.bias": (width,),
          "temporal_block.conv_1d.weight": (lru, 1, taps), "temporal_block.conv_1d.bias": (lru,),
          "temporal_block.rg_lru.recurrent_param": (lru,),
          "temporal_block.rg_lru.input_gate_weight": (heads, block, block),
          "temporal_block.rg_lru.input_gate_bias": (heads, block),
          "temporal_block.rg_lru.recurrent_gate_weight": (heads, block, block),
          "temporal_block.rg_lru.recurrent_gate_bias": (heads, block),
      }
    result |= {f"model.layers.{i}.{name}": shape for name, shape in layer.items()}
  return result


def value_range(name, shape):
  """(offset, scale): values lie in offset +- scale. One output sums over the last axis of a matrix."""
  if name == "model.embed_tokens.weight":
    return 0, 0.1 * math.sqrt(3 / shape[-1])
  if name == "model.final_norm.weight":
    return 29, 6
  if name.endswith("norm.weight"):
    return 0, 0.2
  if name.endswith(".recurrent_param"):
    return -6.65, 2.35
  if name.endswith("bias"):
    return 0, 0.1
  return 0, math.sqrt(3 / shape[-1])


def _fmix32(value):
  value = (value ^ (value >> np.uint32(16))) * np.uint32(0x85EBCA6B)
  value = (value ^ (value >> np.uint32(13))) * np.uint32(0xC2B2AE35)
  return value ^ (value >> np.uint32(16))


def _fnv1a32(text):
  key = 0x811C9DC5
  for byte in text.encode():
    key = (key ^ byte) * 0x01000193 & 0xFFFFFFFF
  return key


def by_formula(name, shape, seed):
  """f32 values of a tensor from its name alone; see README.md."""
  key = np.uint32(_fnv1a32(name) ^ (seed & 0xFFFFFFFF))
  index = np.arange(math.prod(shape), dtype=np.uint32)
  mixed = _fmix32(index * np.uint32(0x9E3779B1) + key)
  unit = (mixed >> np.uint32(8)).astype(np.float64) / 2**23 - 1
  offset, scale = value_range(name, shape)
  return (offset + scale * unit).astype(np.float32).reshape(shape)


def make(config, kind, seed):
  """All tensors, 'formula' or 'random' (the same ranges, drawn by NumPy), in the configuration's dtype."""
  draw = np.random.default_rng(seed)
  dtype = DTYPES[config["torch_dtype"]]
  result = {}
  for name, shape in shapes(config).items():
    if kind == "formula":
      values = by_formula(name, shape, seed)
    else:
      offset, scale = value_range(name, shape)
      values = (offset + scale * draw.uniform(-1, 1, shape)).astype(np.float32)
    result[name] = values.astype(dtype)
  return result


def write(folder, weights, shards):
  """model.safetensors, or that many shards with an index."""
  if shards == 1:
    tensors.write_tensors(folder / "model.safetensors", weights, {"format": "pt"})
    return
  names = sorted(weights)
  index = {}
  for shard in range(shards):
    file = f"model-{shard + 1:05}-of-{shards:05}.safetensors"
    part = {name: weights[name] for name in names[shard::shards]}
    tensors.write_tensors(folder / file, part, {"format": "pt"})
    index |= {name: file for name in part}
  size = sum(array.nbytes for array in weights.values())
  text = json.dumps({"metadata": {"total_size": size}, "weight_map": index}, indent=1)
  (folder / "model.safetensors.index.json").write_text(text)


def read(folder):
  """The tensors of a folder, whichever way they are stored."""
  single = folder / "model.safetensors"
  if single.exists():
    return tensors.read_tensors(single)
  index = json.loads((folder / "model.safetensors.index.json").read_text())["weight_map"]
  parts = [tensors.read_tensors(folder / file) for file in sorted(set(index.values()))]
  return {name: array for part in parts for name, array in part.items()}
