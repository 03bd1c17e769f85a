"""minGRU in PyTorch, after the formulas of its paper (arXiv 2410.01201, section 3.1 and appendix B): what golden cases of it are held to, as
transformers lacks the model."""


def shapes(config):
  """Name -> shape of every tensor."""
  width, mlp, taps = config["hidden_size"], config["intermediate_size"], config["conv_kernel"]
  hidden = int(config["expansion_factor"] * width)
  result = {"backbone.embeddings.weight": (config["vocab_size"], width), "backbone.norm_f.weight": (width,)}
  for layer in range(config["num_hidden_layers"]):
    at = f"backbone.layers.{layer}."
    result |= {
        at + "mixer.norm.weight": (width,), at + "mixer.conv1d.weight": (width, 1, taps), at + "mixer.conv1d.bias": (width,),
        at + "mixer.to_z.weight": (hidden, width), at + "mixer.to_z.bias": (hidden,),
        at + "mixer.to_h.weight": (hidden, width), at + "mixer.to_h.bias": (hidden,),
        at + "mixer.out_proj.weight": (width, hidden), at + "mixer.out_proj.bias": (width,),
        at + "mlp.norm.weight": (width,), at + "mlp.up_proj.weight": (mlp, width), at + "mlp.up_proj.bias": (mlp,),
        at + "mlp.down_proj.weight": (width, mlp), at + "mlp.down_proj.bias": (width,)}
  return result


def in_log_space(k, candidate):
  """States [T, hidden] of gates sigmoid(k) and candidates g(candidate), all steps at once, as the paper computes them."""
  import torch
  from torch.nn import functional as F

  log_g = torch.where(candidate >= 0, (F.relu(candidate) + 0.5).log(), -F.softplus(-candidate))
  log_coefficients, log_values = -F.softplus(k), -F.softplus(-k) + log_g
  products = log_coefficients.cumsum(0)
  return (products + torch.logcumsumexp(log_values - products, 0)).exp()


def step_by_step(k, candidate):
  """The same, equal on paper, by the recurrence."""
  import torch

  z, states = torch.sigmoid(k), [torch.zeros_like(k[0])]
  for t in range(len(k)):
    states.append((1 - z[t]) * states[-1] + z[t] * torch.where(candidate[t] >= 0, candidate[t] + 0.5, torch.sigmoid(candidate[t])))
  return torch.stack(states[1:])


def forward(weights, config, tokens, scan):
  """(logits [T, vocab], streams after each layer [T, width]) in the type of the weights; `scan` computes the states."""
  import torch
  from torch.nn import functional as F

  w = weights.__getitem__
  width, taps = config["hidden_size"], config["conv_kernel"]

  def norm(name, x):
    return x * (x.pow(2).mean(-1, keepdim=True) + config["rms_norm_eps"]).rsqrt() * w(f"{name}.weight")

  def dense(name, x):
    return F.linear(x, w(f"{name}.weight"), w(f"{name}.bias"))

  x, streams = w("backbone.embeddings.weight")[torch.tensor(tokens)], []
  for layer in range(config["num_hidden_layers"]):
    at = f"backbone.layers.{layer}."
    u = F.pad(norm(at + "mixer.norm", x).T[None], (taps - 1, 0))
    u = F.conv1d(u, w(at + "mixer.conv1d.weight"), w(at + "mixer.conv1d.bias"), groups=width)[0].T
    x = x + dense(at + "mixer.out_proj", scan(dense(at + "mixer.to_z", u), dense(at + "mixer.to_h", u)))
    x = x + dense(at + "mlp.down_proj", F.gelu(dense(at + "mlp.up_proj", norm(at + "mlp.norm", x))))
    streams.append(x)
  return norm("backbone.norm_f", x) @ w("backbone.embeddings.weight").T, streams
