"""The 88M Griffin by recurrentgemma's Flax code under jit: reference.py DTYPE TOKENS QUICK. Prints ms, bytes and versions as JSON."""
import json
import pathlib
import resource
import sys
import time
from importlib.metadata import version

import jax
import jax.numpy as jnp
from recurrentgemma import jax as recurrentgemma

sys.path.append(str(pathlib.Path(__file__).parents[1]))
from griffin88m import griffin88m

dtype = {"f32": jnp.float32, "bf16": jnp.bfloat16}[sys.argv[1]]
tokens = int(sys.argv[2])
repeats, windows, window = (1, 2, 8) if sys.argv[3] == "quick" else (4, 6, 16)
model = recurrentgemma.Griffin(griffin88m, dtype=dtype, param_dtype=dtype)
prompt = (jnp.arange(tokens, dtype=jnp.int32) * 7919 % 32000)[None]
position = jnp.arange(tokens, dtype=jnp.int32)[None]
params = jax.jit(model.init)(jax.random.key(0), prompt[:, :16], position[:, :16])


def greedy(logits):
    return jnp.argmax(logits[:, -1:], axis=-1).astype(jnp.int32)


def prefill(params, tokens, position):
    """As the model's call does it: logits of every position."""
    logits, cache = model.apply(params, tokens, position)
    return greedy(logits), cache


def prefill_last(params, tokens, position):
    """As the sampler may do it: all but the last token without logits, then that one with."""
    _, cache = model.apply(params, tokens[:, :-1], position[:, :-1], return_logits=False)
    logits, cache = model.apply(params, tokens[:, -1:], position[:, -1:], cache)
    return greedy(logits), cache


def decode(params, token, position, cache):
    logits, cache = model.apply(params, token, position, cache)
    return greedy(logits), position + 1, cache


def compiled(function, *args, **options):
    start = time.perf_counter()
    program = jax.jit(function, **options).lower(*args).compile()
    return program, (time.perf_counter() - start) * 1000


def best(runs, run):
    run()
    samples = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        samples.append((time.perf_counter() - start) * 1000)
    return min(samples)


figures = {}
whole, figures["compile of the prefill"] = compiled(prefill, params, prompt, position)
last, _ = compiled(prefill_last, params, prompt, position)
figures["prefill, logits of every position"] = best(
    repeats, lambda: jax.block_until_ready(whole(params, prompt, position))
)
figures["prefill"] = best(repeats, lambda: jax.block_until_ready(last(params, prompt, position)))

token, cache = whole(params, prompt, position)
at = jnp.array([[tokens]], jnp.int32)
step, figures["compile of the decode step"] = compiled(
    decode, params, token, at, cache, donate_argnums=(1, 2, 3)
)


def decode_window():
    """Steps follow each other on the device; nobody waits between them."""
    global token, at, cache
    for _ in range(window):
        token, at, cache = step(params, token, at, cache)
    jax.block_until_ready(token)


figures["decode step"] = best(windows, decode_window) / window
figures["peak memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
versions = {name: version(name) for name in ("recurrentgemma", "jax")}
print(json.dumps({"figures": figures, "versions": versions}))
