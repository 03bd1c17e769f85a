"""The reference implementation (PyPI recurrentgemma, Flax) run on weights with Hugging Face names."""

import re

from flax import traverse_util
import jax
import jax.numpy as jnp
import numpy as np
from recurrentgemma import common
from recurrentgemma import jax as recurrentgemma
from recurrentgemma.jax import modules
import weights as model_weights

LINEAR = common.ScanType.LINEAR_NATIVE
ASSOCIATIVE = common.ScanType.ASSOCIATIVE_NATIVE

# On accelerators a product of f32 matrices would not be one of f32.
jax.config.update("jax_default_matmul_precision", "highest")

# Hugging Face -> Flax, words of a name that differ. Arrays are the same, but a Flax "kernel" is [in, out].
_WORDS = {
    "rg_lru.recurrent_param": "rg_lru.a_param", "rg_lru.input_gate_weight": "rg_lru.input_gate.w",
    "rg_lru.input_gate_bias": "rg_lru.input_gate.b", "rg_lru.recurrent_gate_weight": "rg_lru.a_gate.w",
    "rg_lru.recurrent_gate_bias": "rg_lru.a_gate.b", "conv_1d.weight": "conv_1d.w",
    "conv_1d.bias": "conv_1d.b", "norm.weight": "norm.scale", "q_proj": "proj_q", "k_proj": "proj_k",
    "v_proj": "proj_v", "o_proj": "proj_final", "down_proj": "ffw_down",
}


def to_flax(weights, config):
  """The Flax parameter tree of Hugging Face tensors."""
  flat = {"embedder.input_embedding": weights["model.embed_tokens.weight"]}
  kinds = model_weights.layer_types(config)
  for name, array in weights.items():
    if "_tokens" in name or "gate_proj" in name or "up_proj" in name:
      continue
    path = name.removeprefix("model.")
    if match := re.match(r"layers\.(\d+)\.(.*)", path):
      layer, rest = int(match[1]), match[2].replace("temporal_block", f"{kinds[int(match[1])]}_block")
      path = f"blocks.{layer}.{rest}"
    for theirs, flax_word in _WORDS.items():
      path = path.replace(theirs, flax_word)
    if path.endswith("conv_1d.w"):
      array = array[:, 0].T
    elif path.endswith(".weight"):
      path, array = path.removesuffix("weight") + "kernel", array.T
    flat[path] = array
  for layer in range(len(kinds)):
    mlp = f"model.layers.{layer}.mlp_block."
    pair = lambda part: [weights[f"{mlp}{side}_proj.{part}"] for side in ("gate", "up")]
    flat[f"blocks.{layer}.mlp_block.ffw_up.w"] = np.stack([array.T for array in pair("weight")])
    flat[f"blocks.{layer}.mlp_block.ffw_up.b"] = np.stack(pair("bias"))[:, None, None]
  # "blocks.0" is one key of the tree.
  keys = lambda path: tuple(re.findall(r"blocks\.\d+|[^.]+", path))
  return traverse_util.unflatten_dict({keys(path): array for path, array in flat.items()})


def griffin_config(config, scan_type):
  """The reference's own configuration."""
  kinds = {"recurrent": common.TemporalBlockType.RECURRENT, "attention": common.TemporalBlockType.ATTENTION}
  return common.GriffinConfig(
      vocab_size=config["vocab_size"], width=config["hidden_size"],
      mlp_expanded_width=config["intermediate_size"] // 2, num_heads=config["num_attention_heads"],
      block_types=tuple(kinds[kind] for kind in model_weights.layer_types(config)),
      embeddings_scale_by_sqrt_dim=config["embeddings_scale_by_sqrt_dim"],
      attention_window_size=config["attention_window_size"], logits_soft_cap=config["logits_soft_cap"],
      lru_width=config["lru_width"], scan_type=scan_type)


class Reference:
  """One model, one scan, one dtype: `forward` over a prompt, `generate` greedily after it."""

  def __init__(self, weights, config, dtype=np.float32, scan_type=LINEAR):
    cast = {name: array.astype(dtype) for name, array in weights.items()}
    self._params = jax.tree.map(jnp.asarray, to_flax(cast, config))
    model = recurrentgemma.Griffin(griffin_config(config, scan_type), gradient_checkpointing=False)
    is_block = lambda module, method: isinstance(module, modules.ResidualBlock) and method == "__call__"

    def forward(params, tokens, segment_pos):
      (logits, cache), captured = model.apply(
          {"params": params}, tokens, segment_pos, capture_intermediates=is_block, mutable=["intermediates"])
      blocks = [captured["intermediates"][f"blocks.{i}"] for i in range(config["num_hidden_layers"])]
      return logits, cache, [block["__call__"][0][0] for block in blocks]

    def decode(params, token, position, cache):
      return model.apply({"params": params}, token, position, cache)

    self._forward, self._decode = jax.jit(forward), jax.jit(decode)

  def forward(self, tokens, segment_pos):
    """(logits [B, T, V], cache, outputs of the layers), f32 arrays but for the cache."""
    logits, cache, layers = self._forward(self._params, tokens, segment_pos)
    return _f32(logits), cache, [_f32(layer) for layer in layers]

  def generate(self, logits, cache, segment_pos, steps):
    """(tokens [B, steps + 1], logits of the decode steps [B, steps, V]); `logits` are the prompt's."""
    token = np.argmax(logits[:, -1], -1).astype(np.int32)
    position = segment_pos[:, -1:] + 1
    tokens, outputs = [token], []
    for step in range(steps):
      output, cache = self._decode(self._params, token[:, None], position + step, cache)
      outputs.append(_f32(output)[:, 0])
      token = np.argmax(outputs[-1], -1).astype(np.int32)
      tokens.append(token)
    return np.stack(tokens, 1), np.stack(outputs, 1)


def flat_cache(cache):
  """cache.blocks.N.* -> array, floats as f32."""
  return {
      f"cache.{block}.{field}": np.asarray(value) if value.dtype == jnp.int32 else _f32(value)
      for block, fields in cache.items() for field, value in fields._asdict().items()
  }


def _f32(array):
  return np.asarray(array.astype(jnp.float32))


def reorder_channels(weights, config, seed):
  """The same function with its residual and MLP channels in another order: only sums round differently."""
  draw = np.random.default_rng(seed)
  width, mlp = draw.permutation(config["hidden_size"]), draw.permutation(config["intermediate_size"] // 2)
  into = ("embed_tokens.weight", "q_proj.weight", "k_proj.weight", "v_proj.weight", "linear_x.weight",
          "linear_y.weight", "gate_proj.weight", "up_proj.weight", "norm.weight")
  out_of = ("o_proj.weight", "o_proj.bias", "linear_out.weight", "linear_out.bias", "down_proj.weight",
            "down_proj.bias")
  result = {}
  for name, array in weights.items():
    if name.endswith(into):
      array = array[..., width]
    if name.endswith(out_of):
      array = array[width]
    if re.search(r"(gate_proj|up_proj)\.", name):
      array = array[mlp]
    if name.endswith("down_proj.weight"):
      array = array[:, mlp]
    result[name] = array
  return result
