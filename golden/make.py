#!/usr/bin/env python3
"""Makes golden cases from the reference, and recomputes existing ones.

  make.py make [NAME ...] [--cases FILE] [--out FOLDER]   writes cases described in FILE (default: cases.json)
  make.py check FOLDER ...                                computes cases again, prints how far numbers are off

Needs a virtual environment with recurrentgemma[jax]==1.0.1. README.md describes the format and the fields.
"""

import importlib.metadata
import json
from pathlib import Path
import sys

sys.dont_write_bytecode = True  # the modules beside this one leave nothing behind
import commands

DEFAULTS = {
    "vocab_size": 128, "hidden_size": 64, "mlp_width": 96, "lru_width": 64, "num_attention_heads": 2,
    "num_hidden_layers": 3, "block_types": ["recurrent", "recurrent", "attention"],
    "attention_window_size": 16, "logits_soft_cap": 30.0, "embeddings_scale_by_sqrt_dim": True,
    "torch_dtype": "float32", "weights": "formula", "shards": 1, "seed": 0,
    "batch": 1, "time": 32, "positions": "plain", "steps": 8, "columns": None,
}
TOLERANCE_REASON = (
    "8 x the largest logit difference between the reference's linear scan, its associative scan and the same "
    "model with its channels in another order on this case, at least 1e-5")
BF16_REASON = "1.5 x the rms difference between the reference in bfloat16 and in float32 on this case"


def model_config(case):
  """config.json of a description."""
  same = ("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "lru_width", "block_types",
          "attention_window_size", "logits_soft_cap", "embeddings_scale_by_sqrt_dim", "torch_dtype")
  return {
      "model_type": "recurrent_gemma", "architectures": ["RecurrentGemmaForCausalLM"],
      **{key: case[key] for key in same}, "intermediate_size": 2 * case["mlp_width"],
      "num_key_value_heads": 1, "conv1d_width": 4, "rms_norm_eps": 1e-6, "rope_theta": 10000.0,
      "partial_rotary_factor": 0.5, "hidden_activation": "gelu_pytorch_tanh", "attention_bias": False,
      "tie_word_embeddings": True, "bos_token_id": 2, "eos_token_id": 1, "pad_token_id": 0,
  }


def inputs(case):
  """(tokens, segment_pos), both i32 [batch, time]."""
  import numpy as np

  batch, time = case["batch"], case["time"]
  draw = np.random.default_rng([case["seed"], 1])
  tokens = draw.integers(3, case["vocab_size"], (batch, time), dtype=np.int32)
  positions = np.tile(np.arange(time, dtype=np.int32), (batch, 1))
  if case["positions"] == "packed":
    for row in positions:
      starts = np.unique(np.append(draw.integers(0, time, max(1, time // 12)), 0))
      row -= starts[np.searchsorted(starts, row, side="right") - 1]
  elif case["positions"] == "leftpad":
    # The first row is full, the second as short as a prompt may be for the reference to be right (spec 8.3).
    lengths = [time, 4, *draw.integers(4, time, max(0, batch - 2))][:batch]
    positions = np.maximum(positions - (time - np.array(lengths, np.int32))[:, None], -1)
  tokens[positions == 0] = 2
  tokens[positions < 0] = 0
  return tokens, positions


def compute(weights, config, tokens, segment_pos, positions, steps, columns):
  """(tensors of golden.safetensors, spread of the logits in f32, rms of bf16 or None)."""
  import numpy as np
  import reference

  real = segment_pos >= 0
  keep = (lambda logits: logits) if columns is None else (lambda logits: logits[..., columns])
  result = {"tokens": tokens, "segment_pos": segment_pos}
  if columns is not None:
    result["logits_columns"] = np.asarray(columns, np.int32)

  def run(suffix, dtype):
    model = reference.Reference(weights, config, dtype)
    logits, cache, layers = model.forward(tokens, segment_pos)
    result[f"logits{suffix}"] = keep(logits)
    # After packed documents the reference's convolution state is wrong (spec 8.3): nothing is decoded.
    if positions != "packed":
      generated, generated_logits = model.generate(logits, cache, segment_pos, steps)
      result[f"generated{suffix}"], result[f"generated_logits{suffix}"] = generated, keep(generated_logits)
    return logits, cache, layers

  logits, cache, layers = run("", np.float32)
  result |= {f"layers.{i}.output": layer for i, layer in enumerate(layers)}
  if positions != "packed":
    result |= reference.flat_cache(cache)

  def apart(other_weights, scan_type):
    model = reference.Reference(other_weights, config, np.float32, scan_type)
    other, _, _ = model.forward(tokens, segment_pos)
    return float(np.abs(other - logits)[real].max())

  spread = {"associative": apart(weights, reference.ASSOCIATIVE)}
  for seed in range(2):
    other_order = reference.reorder_channels(weights, config, seed)
    spread[f"reordered.{seed}"] = apart(other_order, reference.LINEAR)
  if config["torch_dtype"] != "bfloat16":
    return result, spread, None
  import ml_dtypes

  run(".bf16", ml_dtypes.bfloat16)
  error = (result["logits.bf16"] - result["logits"])[real].astype(np.float64)
  return result, spread, float(np.sqrt(np.mean(error**2)))


def make(name, description, out):
  """Writes one case."""
  import numpy as np
  import tensors
  import weights as model_weights

  if unknown := set(description) - set(DEFAULTS):
    sys.exit(f"make.py: {name}: unknown fields {sorted(unknown)}; known: {', '.join(DEFAULTS)}")
  case = DEFAULTS | description
  config = model_config(case)
  weights = model_weights.make(config, case["weights"], case["seed"])
  tokens, segment_pos = inputs(case)
  columns = case["columns"] and np.sort(np.random.default_rng([case["seed"], 2]).choice(
      case["vocab_size"], case["columns"], replace=False))
  result, spread, rms = compute(
      weights, config, tokens, segment_pos, case["positions"], case["steps"], columns)

  folder = out / name
  folder.mkdir(parents=True, exist_ok=True)
  (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
  stored = case["weights"] != "formula"
  if stored:
    model_weights.write(folder, weights, case["shards"])
  versions = {package: importlib.metadata.version(package) for package in ("recurrentgemma", "jax")}
  bound = commands.round_up(max(8 * max(spread.values()), 1e-5), 2)
  description = {
      "reference": f"recurrentgemma {versions['recurrentgemma']} (Flax)", "jax": versions["jax"],
      "seed": case["seed"], "positions": case["positions"],
      "weights": "model.safetensors" if stored else "formula",
      "logits_spread_f32": spread,
      "tolerance": {"max_abs": bound, "reason": TOLERANCE_REASON},
      **({} if rms is None else {"tolerance_bf16": {"rms": commands.round_up(1.5 * rms, 3), "reason": BF16_REASON}}),
      "tensors": {key: [list(array.shape), array.dtype.name] for key, array in result.items()},
  }
  (folder / "golden.json").write_text(json.dumps(description, indent=1) + "\n")
  made_by = f"recurrentgemma {versions['recurrentgemma']}, Flax, LINEAR_NATIVE scan"
  metadata = {"reference": made_by, "jax": versions["jax"]}
  tensors.write_tensors(folder / "golden.safetensors", result, metadata)
  size = sum(file.stat().st_size for file in folder.iterdir())
  in_bf16 = "" if rms is None else f", bf16 rms {description['tolerance_bf16']['rms']:g}"
  print(f"{name}: {size / 1e6:.2f} MB, logits std {result['logits'].std():.3g}, tolerance {bound:g}{in_bf16}",
        flush=True)


def check(folder):
  """Prints, for one existing case, the largest difference of every tensor."""
  import tensors
  import weights as model_weights

  config, golden = (json.loads((folder / file).read_text()) for file in ("config.json", "golden.json"))
  formula = golden["weights"] == "formula"
  weights = model_weights.make(config, "formula", golden["seed"]) if formula else model_weights.read(folder)
  stored = tensors.read_tensors(folder / "golden.safetensors")
  steps = stored["generated"].shape[1] - 1 if "generated" in stored else 0
  result, spread, rms = compute(weights, config, stored["tokens"], stored["segment_pos"], golden["positions"],
                                steps, stored.get("logits_columns"))
  print(f"{folder}: spread {spread}, stored {golden.get('logits_spread_f32')}; bf16 rms {rms}")
  commands.print_differences(result, stored)


def main():
  def options(making):
    making.add_argument("--cases", type=Path, default=commands.HERE / "cases.json", help="JSON: name -> description")

  commands.run(__doc__, lambda arguments: json.loads(arguments.cases.read_text()), make, check, options)


if __name__ == "__main__":
  main()
