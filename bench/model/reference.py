"""The 88M Griffin by recurrentgemma's Flax code under jit. Prints one JSON object: tokens a second, seconds to compile."""
import json
import sys
import time

import jax
import jax.numpy as jnp
from recurrentgemma import common
from recurrentgemma import jax as recurrentgemma

dtype = {"f32": jnp.float32, "bf16": jnp.bfloat16}[sys.argv[1]]
tokens = int(sys.argv[2])
R, A = common.TemporalBlockType.RECURRENT, common.TemporalBlockType.ATTENTION
config = common.GriffinConfig(
    vocab_size=32000,
    width=768,
    mlp_expanded_width=2304,
    num_heads=6,
    lru_width=768,
    block_types=tuple(A if i % 3 == 2 else R for i in range(9)),
    embeddings_scale_by_sqrt_dim=True,
    attention_window_size=512,
    logits_soft_cap=30.0,
    scan_type=common.ScanType.LINEAR_NATIVE,
)
model = recurrentgemma.Griffin(config, dtype=dtype, param_dtype=dtype)
prompt = (jnp.arange(tokens, dtype=jnp.int32) * 7919 % 32000)[None]
position = jnp.arange(tokens, dtype=jnp.int32)[None]
params = jax.jit(model.init)(jax.random.key(0), prompt[:, :16], position[:, :16])


def prefill(params, tokens, position):
    return model.apply(params, tokens, position)


def decode(params, tokens, position, cache):
    return model.apply(params, tokens, position, cache)


def best(runs, run):
    samples = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        samples.append(time.perf_counter() - start)
    return min(samples)


start = time.perf_counter()
compiled = jax.jit(prefill).lower(params, prompt, position).compile()
seconds = time.perf_counter() - start
logits, cache = compiled(params, prompt, position)
prefill_seconds = best(3, lambda: jax.block_until_ready(compiled(params, prompt, position)))

step = jax.jit(decode, donate_argnums=3)
token, at = jnp.array([[5]], jnp.int32), jnp.array([[tokens]], jnp.int32)
state = {"cache": step(params, token, at, cache)[1]}


def one():
    logits, state["cache"] = step(params, token, at, state["cache"])
    jax.block_until_ready(logits)


one()
decode_seconds = best(20, one)
print(json.dumps({"prefill": tokens / prefill_seconds, "decode": 1 / decode_seconds, "compile": seconds}))
