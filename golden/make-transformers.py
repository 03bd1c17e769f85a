#!/usr/bin/env python3
"""Makes golden cases of small models from Hugging Face's transformers, in float32 (and bfloat16) on a CPU.

  make-transformers.py make [NAME ...] [--out FOLDER]   writes cases, all of CASES unless some are named
  make-transformers.py check FOLDER ...                 computes cases again, prints how far numbers are off

Needs torch, transformers, safetensors and numpy; README.md describes the format. A case is an entry of CASES: a description and the function
that makes its reference, which is a `Reference`. A model that transformers lacks takes a function of its own.
"""

from dataclasses import dataclass, field
import importlib.metadata
import json
import math
import sys
from typing import Callable

sys.dont_write_bytecode = True  # the modules beside this one leave nothing behind
import commands

TOLERANCE_REASON = (
    "8 x the largest logit difference between the reference in float32, in float64 and, where it has another way to "
    "compute the same, in that, at least 1e-5")
BF16_REASON = "1.5 x the rms difference between the reference in bfloat16 and in float32 on this case"


@dataclass(frozen=True)
class Case:
  """A model and what it reads."""

  reference: Callable
  config: dict
  """Keys of config.json that are not the defaults of the model's configuration class."""
  prompts: tuple = (12, 5)
  """Tokens of each row; shorter ones are padded in front."""
  steps: int = 6
  """Greedy tokens after them, beside the first."""
  seed: int = 0
  ranges: dict = field(default_factory=dict)
  """End of a tensor's name -> (offset, scale) of its numbers; the first that fits."""
  bf16: bool = False
  """Weights are bf16, and the reference computes in that, too."""


@dataclass(frozen=True)
class Reference:
  """A model with its weights. `run(tokens, way)` gives (logits [T, vocab], name of a probe -> [T, ..]), all f32 or f64 numpy arrays; `way` is one of
  `ways`, or "bf16" where the case asks for it."""

  version: str
  config: dict
  weights: dict
  run: Callable
  ways: tuple = ("f32", "f64")
  """The first is what the case holds; others are equal on paper."""


def drawn(name, shape, case):
  """f32 numbers of a tensor, even around an offset: scales of norms around 1, matrices by what goes into a number; those of bf16 where the case has
  such weights."""
  import numpy as np
  import torch

  if len(shape) > 1:
    offset, scale = 0.0, math.sqrt(3 / shape[-1])
  else:
    offset, scale = (1.0, 0.3) if "norm" in name else (0.0, 0.1)
  for end, given in case.ranges.items():
    if name.endswith(end):
      offset, scale = given
      break
  key = [case.seed, *name.encode()]
  numbers = (offset + scale * np.random.default_rng(key).uniform(-1, 1, shape)).astype(np.float32)
  return torch.from_numpy(numbers).bfloat16().float().numpy() if case.bf16 else numbers


def as_numpy(tensor):
  """Of f32 or f64; what is bf16 becomes f32, which numpy knows."""
  import torch

  return (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy()


def kind_of(way):
  """PyTorch's type that a way computes in."""
  import torch

  return {"f64": torch.float64, "bf16": torch.bfloat16}.get(way, torch.float32)


def torch_version():
  """Without what the build is of."""
  return importlib.metadata.version("torch").split("+")[0]


def of_transformers(case, *, layers=lambda model: model.model.layers, other_way=None):
  """The causal language model that `config` describes, with drawn weights; the stream after layer N is the probe `layers.N.output`."""
  import torch
  import transformers

  torch.set_num_threads(1)
  config = transformers.AutoConfig.for_model(**case.config)
  config.architectures = [transformers.AutoModelForCausalLM._model_mapping[type(config)].__name__]
  models = {}

  def model_of(way):
    if way not in models:
      attention = "sdpa" if way == "sdpa" else "eager"
      model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation=attention).eval()
      with torch.no_grad():
        for name, parameter in model.named_parameters():
          parameter.copy_(torch.from_numpy(drawn(name, tuple(parameter.shape), case)))
      models[way] = {"f64": model.double, "bf16": model.bfloat16}.get(way, model.float)()
    return models[way]

  def run(tokens, way):
    model = model_of(way)
    streams = {}

    def keep(index):
      def hook(_module, _arguments, result):
        stream = result[0] if isinstance(result, tuple) else result
        streams[f"layers.{index}.output"] = as_numpy(stream[0])

      return hook

    hooks = [layer.register_forward_hook(keep(i)) for i, layer in enumerate(layers(model))]
    with torch.no_grad():
      logits = as_numpy(model(torch.tensor([tokens]), use_cache=False).logits[0])
    for hook in hooks:
      hook.remove()
    return logits, streams

  stored = {name: parameter.detach().numpy().copy() for name, parameter in model_of("f32").named_parameters()}
  dtype = "bfloat16" if case.bf16 else "float32"
  written = config.to_diff_dict() | {"model_type": config.model_type, "dtype": dtype}
  return Reference(
      version=f"transformers {importlib.metadata.version('transformers')} (torch {torch_version()})",
      config=written, weights=stored, run=run,
      ways=("f32", "f64") if other_way is None else ("f32", "f64", other_way))


def of_attention(case):
  """Models whose layers attend: also by torch's own attention."""
  return of_transformers(case, other_way="sdpa")


def of_mamba(case):
  """A Mamba or Mamba-2, by transformers' own code without kernels; its layers lie in `backbone`."""
  return of_transformers(case, layers=lambda model: model.backbone.layers)


def of_mingru(case):
  """A transcription of the paper's formulas (mingru.py), in log space as there, and step by step."""
  import torch

  import mingru

  weights = {name: drawn(name, shape, case) for name, shape in mingru.shapes(case.config).items()}

  def run(tokens, way):
    torch.set_num_threads(1)
    given = {name: torch.from_numpy(array).to(kind_of(way)) for name, array in weights.items()}
    logits, streams = mingru.forward(given, case.config, tokens, scan=mingru.step_by_step if way == "loop" else mingru.in_log_space)
    return as_numpy(logits), {f"layers.{i}.output": as_numpy(stream) for i, stream in enumerate(streams)}

  version = f"a transcription of arXiv 2410.01201 in golden/mingru.py (torch {torch_version()})"
  return Reference(version=version, config=case.config, weights=weights, run=run, ways=("f32", "f64", "loop"))


MINGRU = {
    "model_type": "mingru", "vocab_size": 96, "hidden_size": 40, "expansion_factor": 1.5, "intermediate_size": 72, "num_hidden_layers": 2,
    "conv_kernel": 4, "rms_norm_eps": 1e-6, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0, "tie_word_embeddings": True,
    "dtype": "float32",
}

MAMBA = {
    "model_type": "mamba", "vocab_size": 96, "hidden_size": 40, "state_size": 6, "num_hidden_layers": 2, "expand": 2,
    "conv_kernel": 3, "time_step_rank": 5, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0,
}
MAMBA_RANGES = {"A_log": (0.5, 0.7), ".D": (1.0, 0.3), "dt_proj.bias": (-1.0, 1.0), "norm.weight": (1.0, 0.3), "norm_f.weight": (1.0, 0.3)}

LLAMA = {
    "model_type": "llama", "vocab_size": 96, "hidden_size": 48, "intermediate_size": 80, "num_hidden_layers": 2,
    "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 64, "rms_norm_eps": 1e-5,
    "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0,
}

MISTRAL = {key: value for key, value in LLAMA.items() if key != "model_type"} | {"num_hidden_layers": 1}
GEMMA2 = MISTRAL | {
    "model_type": "gemma2", "num_hidden_layers": 2, "head_dim": 16, "query_pre_attn_scalar": 12, "sliding_window": 5,
    "attn_logit_softcapping": 2.0, "final_logit_softcapping": 3.0, "hidden_activation": "gelu_pytorch_tanh",
}

MAMBA2 = {
    "model_type": "mamba2", "vocab_size": 96, "hidden_size": 48, "num_hidden_layers": 2, "num_heads": 6, "head_dim": 16,
    "state_size": 12, "n_groups": 2, "conv_kernel": 4, "chunk_size": 8, "layer_norm_epsilon": 1e-5,
    "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0,
}


RWKV7 = {
    "model_type": "rwkv7", "vocab_size": 96, "hidden_size": 32, "num_hidden_layers": 3, "head_dim": 16,
    "intermediate_size": 64, "decay_low_rank_dim": 8, "a_low_rank_dim": 8, "v_low_rank_dim": 4, "gate_low_rank_dim": 12,
    "hidden_act": "sqrelu", "norm_first": True, "norm_bias": True, "norm_eps": 1e-5, "tie_word_embeddings": False,
    "dtype": "float32", "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0,
}


def of_rwkv7(case):
  """A transcription of the paper's formulas (rwkv7.py)."""
  import torch

  import rwkv7

  stored = {name: drawn(name, shape, case) for name, shape in rwkv7.shapes(case.config).items()}
  weights = {name: torch.from_numpy(array) for name, array in stored.items()}

  def run(tokens, way):
    with torch.no_grad():
      logits, streams = rwkv7.forward({name: tensor.to(kind_of(way)) for name, tensor in weights.items()}, case.config, tokens)
    return as_numpy(logits), {f"layers.{i}.output": as_numpy(stream) for i, stream in enumerate(streams)}

  return Reference(
      version=f"the formulas of arXiv 2503.14456 in PyTorch {torch_version()}, token by token", config=case.config,
      weights=stored, run=run)


MAMBA2_RANGES = {"A_log": (1.0, 1.0), "dt_bias": (-3.0, 2.0), ".D": (1.0, 0.5)}
RWKV7_RANGES = {
    **{f"attn.x_{name}": (0.5, 0.5) for name in "rwkvag"}, "ffn.x_k": (0.5, 0.5), "k_k": (0.8, 0.3),
    "k_a": (0.8, 0.3), "r_k": (0.0, 0.3), "w_lora.lora.2.bias": (-1.0, 3.0), "a_lora.lora.2.bias": (0.0, 2.0),
}
# Of cases that are there for their type of numbers.
SMALL = {"vocab_size": 64, "hidden_size": 32, "num_hidden_layers": 2}

CASES = {
    "rwkv7-goose": Case(of_rwkv7, RWKV7, prompts=(21, 5), ranges=RWKV7_RANGES),
    "mamba2-groups": Case(
        of_mamba, MAMBA2 | {"tie_word_embeddings": False, "time_step_limit": [0.02, 0.5]}, prompts=(21, 5),
        ranges=MAMBA2_RANGES),
    "mingru": Case(of_mingru, MINGRU),
    "mamba-narrow": Case(of_mamba, MAMBA, ranges=MAMBA_RANGES),
    "llama-grouped": Case(of_attention, LLAMA | {"tie_word_embeddings": False}),
    "llama-rope-scaled": Case(of_attention, LLAMA | {
        "num_hidden_layers": 1, "tie_word_embeddings": True, "attention_bias": True, "mlp_bias": True, "head_dim": 16,
        "rope_parameters": {
            "rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": 16}},
        prompts=(21, 3)),
    "mistral-window": Case(of_attention, MISTRAL | {"model_type": "mistral", "sliding_window": 5}),
    "qwen2-biases": Case(of_attention, MISTRAL | {"model_type": "qwen2", "tie_word_embeddings": True}),
    # Torch's own attention has no cap of scores. Scales of norms are stored as their distance from 1.
    "gemma2-alternating": Case(of_transformers, GEMMA2, ranges={"norm.weight": (0, 0.3)}),
    "qwen2-windows": Case(of_attention, MISTRAL | SMALL | {
        "model_type": "qwen2", "num_hidden_layers": 3, "intermediate_size": 48, "use_sliding_window": True, "sliding_window": 5, "max_window_layers": 1}),
    "llama-yarn": Case(of_attention, LLAMA | {
        "num_hidden_layers": 1, "head_dim": 16,
        "rope_parameters": {
            "rope_type": "yarn", "rope_theta": 1000.0, "factor": 4.0, "original_max_position_embeddings": 16, "beta_fast": 2.0, "beta_slow": 0.2}},
        prompts=(21, 3)),
    "llama-bf16": Case(of_attention, LLAMA | SMALL, bf16=True),
    "gemma2-bf16": Case(of_transformers, GEMMA2 | SMALL, ranges={"norm.weight": (0, 0.3)}, bf16=True),
    "mamba-bf16": Case(of_mamba, MAMBA | SMALL, ranges=MAMBA_RANGES, bf16=True),
    "mamba2-bf16": Case(of_mamba, MAMBA2 | SMALL | {"num_heads": 4}, ranges=MAMBA2_RANGES, bf16=True),
    "mingru-bf16": Case(of_mingru, MINGRU | SMALL | {"dtype": "bfloat16"}, bf16=True),
    "rwkv7-bf16": Case(of_rwkv7, RWKV7 | SMALL | {"dtype": "bfloat16"}, ranges=RWKV7_RANGES, bf16=True),
}


def inputs(case, vocab, bos):
  """(tokens, positions) i32 [batch, time]."""
  import numpy as np

  time = max(case.prompts)
  draw = np.random.default_rng([case.seed, 1])
  tokens = draw.integers(3, vocab, (len(case.prompts), time), dtype=np.int32)
  behind = np.arange(time, dtype=np.int32)[None] - (time - np.array(case.prompts, np.int32))[:, None]
  positions = np.maximum(behind, -1)
  tokens[positions == 0] = bos
  tokens[positions < 0] = 0
  return tokens, positions


def compute(reference, tokens, positions, case):
  """(tensors of golden.safetensors, spread of the logits, rms of bf16 or None): every row by itself, without padding, all of it anew for each token."""
  import numpy as np

  (batch, time), steps = tokens.shape, case.steps
  texts = [row[at >= 0].tolist() for row, at in zip(tokens, positions)]
  result = {"tokens": tokens, "segment_pos": positions}
  first, *others = reference.ways
  spread = {way: 0.0 for way in others}
  generated, generated_logits = np.zeros((batch, steps + 1), np.int32), None
  for row, text in enumerate(texts):
    logits, probes = reference.run(text, first)
    for way in others:
      spread[way] = max(spread[way], float(np.abs(reference.run(text, way)[0] - logits).max()))
    for name, values in {"logits": logits, **probes}.items():
      whole = result.setdefault(name, np.zeros((batch, time, *values.shape[1:]), np.float32))
      whole[row, time - len(text):] = values
    if generated_logits is None:
      generated_logits = np.zeros((batch, steps, logits.shape[-1]), np.float32)
    generated[row, 0] = logits[-1].argmax()
    for step in range(steps):
      text = [*text, int(generated[row, step])]
      generated_logits[row, step] = reference.run(text, first)[0][-1]
      generated[row, step + 1] = generated_logits[row, step].argmax()
  result |= {"generated": generated, "generated_logits": generated_logits}
  if not case.bf16:
    return result, spread, None
  in_bf16, in_bf16_steps, in_bf16_tokens = np.zeros_like(result["logits"]), np.zeros_like(generated_logits), np.zeros_like(generated)
  for row, text in enumerate(texts):
    logits = reference.run(text, "bf16")[0]
    in_bf16[row, time - len(text):] = logits
    in_bf16_tokens[row, 0] = logits[-1].argmax()
    for step in range(steps):
      text = [*text, int(in_bf16_tokens[row, step])]
      in_bf16_steps[row, step] = reference.run(text, "bf16")[0][-1]
      in_bf16_tokens[row, step + 1] = in_bf16_steps[row, step].argmax()
  error = (in_bf16 - result["logits"])[positions >= 0].astype(np.float64)
  result |= {"logits.bf16": in_bf16, "generated.bf16": in_bf16_tokens, "generated_logits.bf16": in_bf16_steps}
  return result, spread, float(np.sqrt(np.mean(error**2)))


def make(name, case, out):
  """Writes one case."""
  from safetensors.numpy import save_file
  import safetensors.torch
  import torch

  reference = case.reference(case)
  config = reference.config
  tokens, positions = inputs(case, config["vocab_size"], config.get("bos_token_id") or 0)
  result, spread, rms = compute(reference, tokens, positions, case)
  folder = out / name
  folder.mkdir(parents=True, exist_ok=True)
  (folder / "config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
  weights = {key: torch.from_numpy(array).to(kind_of("bf16" if case.bf16 else "f32")) for key, array in reference.weights.items()}
  safetensors.torch.save_file(weights, folder / "model.safetensors", {"format": "pt"})
  save_file(result, folder / "golden.safetensors", {"reference": reference.version})
  bound = commands.round_up(max(8 * max(spread.values()), 1e-5), 2)
  description = {
      "reference": reference.version, "seed": case.seed,
      "positions": "leftpad" if len(set(case.prompts)) > 1 else "plain",
      "weights": "model.safetensors", "logits_spread_f32": spread,
      "tolerance": {"max_abs": bound, "reason": TOLERANCE_REASON},
      **({} if rms is None else {"tolerance_bf16": {"rms": commands.round_up(1.5 * rms, 3), "reason": BF16_REASON}}),
      "tensors": {key: [list(array.shape), array.dtype.name] for key, array in result.items()},
  }
  (folder / "golden.json").write_text(json.dumps(description, indent=1) + "\n")
  size = sum(file.stat().st_size for file in folder.iterdir())
  in_bf16 = "" if rms is None else f", bf16 rms {description['tolerance_bf16']['rms']:g}"
  print(f"{name}: {size / 1e6:.2f} MB, logits std {result['logits'].std():.3g}, tolerance {bound:g}{in_bf16}", flush=True)


def check(folder):
  """Prints, for one existing case, the largest difference of every tensor."""
  from safetensors.numpy import load_file

  case = CASES[folder.resolve().name]
  stored = load_file(folder / "golden.safetensors")
  result, spread, rms = compute(case.reference(case), stored["tokens"], stored["segment_pos"], case)
  print(f"{folder}: spread {spread}; bf16 rms {rms}")
  commands.print_differences(result, stored)


if __name__ == "__main__":
  commands.run(__doc__, lambda _: CASES, make, check)
