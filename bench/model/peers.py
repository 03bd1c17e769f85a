"""The 88M Griffin by PyTorch: peers.py LIBRARY DTYPE TOKENS QUICK; LIBRARY is transformers or recurrentgemma. Prints ms, bytes and versions as JSON."""
import json
import os
import pathlib
import resource
import sys
import time
from importlib.metadata import version

import torch

# The folder above holds the configurations of the 88M Griffin.
sys.path.append(str(pathlib.Path(__file__).parents[1]))
library, dtype, tokens = sys.argv[1], {"f32": torch.float32, "bf16": torch.bfloat16}[sys.argv[2]], int(sys.argv[3])
repeats, windows, window = (1, 2, 8) if sys.argv[4] == "quick" else (4, 6, 16)
torch.set_num_threads(len(os.sched_getaffinity(0)))
torch.manual_seed(0)
prompt = (torch.arange(tokens) * 7919 % 32000)[None]


class Transformers:
    """RecurrentGemmaForCausalLM with its cache, by one of its forms of attention."""

    def __init__(self, attention):
        from griffin88m_transformers import griffin88m
        from transformers import RecurrentGemmaForCausalLM

        self.model = RecurrentGemmaForCausalLM(griffin88m(attn_implementation=attention)).to(dtype).eval()

    def forward(self, tokens):
        out = self.model(tokens, past_key_values=self.cache, use_cache=True, logits_to_keep=1)
        return out.logits[:, -1:].argmax(-1)

    def prefill(self):
        from transformers import DynamicCache

        self.cache = DynamicCache(config=self.model.config)
        self.model._setup_cache(self.model.config, 1, "cpu", dtype)
        return self.forward(prompt)

    def decode(self, token):
        return self.forward(token)


class RecurrentGemma:
    """The authors' own PyTorch code: the prompt without logits but for its last token, as its sampler does it."""

    def __init__(self):
        from griffin88m import griffin88m
        from recurrentgemma import torch as recurrentgemma

        self.model = recurrentgemma.Griffin(griffin88m, gradient_checkpointing=False, dtype=dtype).eval()

    def prefill(self):
        position = torch.arange(tokens, dtype=torch.int32)[None]
        _, self.cache = self.model(prompt[:, :-1], position[:, :-1], return_logits=False)
        self.position = position[:, -1:]
        return self.decode(prompt[:, -1:])

    def decode(self, token):
        logits, self.cache = self.model(token, self.position, self.cache)
        self.position = self.position + 1
        return logits[:, -1:].argmax(-1)


def measure(side):
    """The least of several prefills, and of several windows of decode steps after one."""
    prefills, steps = [], []
    for _ in range(1 + repeats):
        start = time.perf_counter()
        token = side.prefill()
        prefills.append((time.perf_counter() - start) * 1000)
    for _ in range(1 + windows):
        start = time.perf_counter()
        for _ in range(window):
            token = side.decode(token)
        steps.append((time.perf_counter() - start) * 1000 / window)
    return {"prefill": min(prefills[1:]), "decode step": min(steps[1:])}


with torch.inference_mode():
    if library == "transformers":
        forms = [measure(Transformers(attention)) for attention in ("sdpa", "eager")]
    else:
        forms = [measure(RecurrentGemma())]
figures = {name: min(form[name] for form in forms) for name in forms[0]}
figures["peak memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"figures": figures, "versions": {name: version(name) for name in (library, "torch")}}))
