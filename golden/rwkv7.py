"""RWKV-7 in PyTorch, token by token, after the formulas of its paper (arXiv 2503.14456): what golden cases of it are held to, as
transformers lacks the model. Weights have the names and shapes of the published checkpoints in the Hugging Face layout."""

import math


def shapes(config):
  """Name -> shape of every tensor."""
  width, heads = config["hidden_size"], config["hidden_size"] // config["head_dim"]
  norm = lambda name: {f"{name}.weight": (width,), f"{name}.bias": (width,)}

  def low_rank(name, rank, bias=True):
    made = {f"{name}.lora.0.weight": (rank, width), f"{name}.lora.2.weight": (width, rank)}
    return made | ({f"{name}.lora.2.bias": (width,)} if bias else {})

  result = {"model.embeddings.weight": (config["vocab_size"], width), "lm_head.weight": (config["vocab_size"], width)}
  result |= norm("model.norm")
  for layer in range(config["num_hidden_layers"]):
    at = f"model.layers.{layer}"
    if layer == 0:
      result |= norm(f"{at}.pre_norm")
    result |= norm(f"{at}.attn_norm") | norm(f"{at}.ffn_norm") | norm(f"{at}.attn.g_norm")
    result |= {f"{at}.attn.x_{name}": (1, 1, width) for name in "rwkvag"}
    result |= {f"{at}.attn.{name}_proj.weight": (width, width) for name in "rkvo"}
    result |= {f"{at}.attn.k_k": (width,), f"{at}.attn.k_a": (width,), f"{at}.attn.r_k": (heads, config["head_dim"])}
    result |= low_rank(f"{at}.attn.w_lora", config["decay_low_rank_dim"])
    result |= low_rank(f"{at}.attn.a_lora", config["a_low_rank_dim"])
    result |= low_rank(f"{at}.attn.g_lora", config["gate_low_rank_dim"], bias=False)
    if layer > 0:
      result |= low_rank(f"{at}.attn.v_lora", config["v_low_rank_dim"])
    result |= {
        f"{at}.ffn.x_k": (width,), f"{at}.ffn.key.weight": (config["intermediate_size"], width),
        f"{at}.ffn.value.weight": (width, config["intermediate_size"]),
    }
  return result


def forward(weights, config, tokens):
  """(logits [T, vocab], streams after each layer [T, width]) in the type of the weights."""
  import torch

  width, head = config["hidden_size"], config["head_dim"]
  heads, eps = width // head, config["norm_eps"]
  w = weights.__getitem__

  def norm(name, x):
    return torch.nn.functional.layer_norm(x, (width,), w(f"{name}.weight"), w(f"{name}.bias"), eps)

  def low_rank(name, x, between=lambda x: x):
    up = between(x @ w(f"{name}.lora.0.weight").T) @ w(f"{name}.lora.2.weight").T
    return up + weights.get(f"{name}.lora.2.bias", 0)

  def time_mixing(at, x, before, state, first):
    shifted = {name: x + (before - x) * w(f"{at}.x_{name}").view(-1) for name in "rwkvag"}
    r, k, v = (shifted[name] @ w(f"{at}.{name}_proj.weight").T for name in "rkv")
    decay = torch.exp(-math.exp(-0.5) * torch.sigmoid(low_rank(f"{at}.w_lora", shifted["w"], torch.tanh)))
    if first is None:
      first = v
    else:
      v = v + (first - v) * torch.sigmoid(low_rank(f"{at}.v_lora", shifted["v"]))
    a = torch.sigmoid(low_rank(f"{at}.a_lora", shifted["a"]))
    gate = low_rank(f"{at}.g_lora", shifted["g"], torch.sigmoid)
    removal = torch.nn.functional.normalize((k * w(f"{at}.k_k")).view(heads, head), dim=-1)
    k = k * (1 + (a - 1) * w(f"{at}.k_a"))
    r, k, v, a, decay = (x.view(heads, head) for x in (r, k, v, a, decay))
    # S [heads, value, key].
    found = state @ removal[:, :, None]
    state = state * decay[:, None] - found * (removal * a)[:, None] + v[:, :, None] * k[:, None]
    y = (state @ r[:, :, None]).reshape(1, width)
    y = torch.nn.functional.group_norm(y, heads, w(f"{at}.g_norm.weight"), w(f"{at}.g_norm.bias"), head * eps).view(-1)
    y = y + ((r * k * w(f"{at}.r_k")).sum(-1, keepdim=True) * v).view(-1)
    return (y * gate) @ w(f"{at}.o_proj.weight").T, state, first

  def channel_mixing(at, x, before):
    hidden = (x + (before - x) * w(f"{at}.x_k")) @ w(f"{at}.key.weight").T
    return torch.relu(hidden) ** 2 @ w(f"{at}.value.weight").T

  dtype = w("lm_head.weight").dtype
  layers = range(config["num_hidden_layers"])
  states = [torch.zeros(heads, head, head, dtype=dtype) for _ in layers]
  shifts = [[torch.zeros(width, dtype=dtype)] * 2 for _ in layers]
  logits, streams = [], [[] for _ in layers]
  for token in tokens:
    x, first = w("model.embeddings.weight")[token], None
    for layer in layers:
      at = f"model.layers.{layer}"
      x = norm(f"{at}.pre_norm", x) if layer == 0 else x
      u = norm(f"{at}.attn_norm", x)
      out, states[layer], first = time_mixing(f"{at}.attn", u, shifts[layer][0], states[layer], first)
      x = x + out
      z = norm(f"{at}.ffn_norm", x)
      x = x + channel_mixing(f"{at}.ffn", z, shifts[layer][1])
      shifts[layer] = [u, z]
      streams[layer].append(x)
    logits.append(norm("model.norm", x) @ w("lm_head.weight").T)
  return torch.stack(logits), [torch.stack(stream) for stream in streams]
