"""AdamW's step of the 88M Griffin by recurrentgemma's Flax code, jax.value_and_grad and optax under jit: reference.py DTYPE TOKENS QUICK.

As its fine-tuning tutorial: parameters in f32, residual blocks rematerialised, parameters and the optimiser's state donated. Prints ms, bytes and
versions as JSON.
"""
import json
import pathlib
import resource
import sys
import time
from importlib.metadata import version

import jax
import jax.numpy as jnp
import optax
from recurrentgemma import jax as recurrentgemma

sys.path.append(str(pathlib.Path(__file__).parents[1]))
from fine_tuning import step_of
from griffin88m import griffin88m

dtype = {"f32": jnp.float32, "bf16": jnp.bfloat16}[sys.argv[1]]
tokens = int(sys.argv[2])
steps = 2 if sys.argv[3] == "quick" else 5
model = recurrentgemma.Griffin(griffin88m, dtype=dtype, param_dtype=jnp.float32)
rows = (jnp.arange(tokens + 1, dtype=jnp.int32) * 7919 % 32000)[None]
position = jnp.arange(tokens, dtype=jnp.int32)[None]
mask = jnp.ones((1, tokens), jnp.float32)
params = jax.jit(model.init)(jax.random.key(0), rows[:, :16], position[:, :16])


def decays(path, _):
    names = [part.key for part in path]
    return not ({"rg_lru", "embedder"} & set(names)) and names[-1] not in ("b", "scale")


optimizer = optax.adamw(
    1e-4, b2=0.96, weight_decay=0.1, mask=lambda params: jax.tree_util.tree_map_with_path(decays, params)
)
state = jax.jit(optimizer.init)(params)

start, before = time.perf_counter(), time.process_time()
step = jax.jit(step_of(model, optimizer), donate_argnums=(0, 1))
program = step.lower(params, state, rows, position, mask).compile()
figures = {
    "start": (time.perf_counter() - start) * 1000,
    "start, of one core": (time.process_time() - before) * 1000,
}
clocks, cores = [], []
for _ in range(1 + steps):
    start, before = time.perf_counter(), time.process_time()
    params, state, loss = program(params, state, rows, position, mask)
    jax.block_until_ready((params, loss))
    clocks.append((time.perf_counter() - start) * 1000)
    cores.append((time.process_time() - before) * 1000)
figures["step"] = min(clocks[1:])
figures["step, of one core"] = min(cores[1:])
figures["temporaries, bytes"] = program.memory_analysis().temp_size_in_bytes
figures["peak memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
versions = {name: version(name) for name in ("recurrentgemma", "jax", "optax")}
print(json.dumps({"figures": figures, "versions": versions}))
