"""AdamW's step of the 88M Griffin by PyTorch: peers.py LIBRARY DTYPE TOKENS QUICK; LIBRARY is transformers or recurrentgemma.

As each is used by default: nothing is computed again for its gradient by transformers, residual blocks are by recurrentgemma. Prints ms, bytes and versions
as JSON.
"""
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
steps = 2 if sys.argv[4] == "quick" else 5
torch.set_num_threads(len(os.sched_getaffinity(0)))
torch.manual_seed(0)
rows = (torch.arange(tokens + 1) * 7919 % 32000)[None]


def transformers():
    from griffin88m_transformers import griffin88m
    from transformers import RecurrentGemmaForCausalLM

    model = RecurrentGemmaForCausalLM(griffin88m()).to(dtype).train()
    return model, lambda: model(rows[:, :-1], use_cache=False).logits


def recurrentgemma():
    from griffin88m import griffin88m
    from recurrentgemma import torch as recurrentgemma

    model = recurrentgemma.Griffin(griffin88m, gradient_checkpointing=True, dtype=dtype).train()
    position = torch.arange(tokens, dtype=torch.int32)[None]
    return model, lambda: model(rows[:, :-1], position)[0]


model, logits = {"transformers": transformers, "recurrentgemma": recurrentgemma}[library]()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.96), weight_decay=0.1)


def step():
    optimizer.zero_grad(set_to_none=True)
    loss = torch.nn.functional.cross_entropy(logits()[0].float(), rows[0, 1:])
    loss.backward()
    optimizer.step()
    return loss.item()


clocks, cores = [], []
for _ in range(1 + steps):
    start, before = time.perf_counter(), time.process_time()
    step()
    clocks.append((time.perf_counter() - start) * 1000)
    cores.append((time.process_time() - before) * 1000)
figures = {
    "step": min(clocks[1:]),
    "step, of one core": min(cores[1:]),
    "peak memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
}
print(json.dumps({"figures": figures, "versions": {name: version(name) for name in (library, "torch")}}))
