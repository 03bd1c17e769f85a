"""recurrentgemma's Flax code: reference.py lower, of 2B, or reference.py compile DTYPE TOKENS, of the 88M Griffin. Prints ms, bytes and versions as JSON."""
import json
import pathlib
import sys
import time
from importlib.metadata import version

import jax
import jax.numpy as jnp
from recurrentgemma import common
from recurrentgemma import jax as recurrentgemma

sys.path.append(str(pathlib.Path(__file__).parents[1]))
from griffin88m import griffin88m


def programs(model, tokens):
    """Functions by name, with the shapes they take: nothing is computed."""
    ids = jax.ShapeDtypeStruct((1, tokens), jnp.int32)
    one = jax.ShapeDtypeStruct((1, 1), jnp.int32)
    params = jax.eval_shape(model.init, jax.random.key(0), ids, ids)
    _, cache = jax.eval_shape(model.apply, params, ids, ids)
    return {"prefill": (params, ids, ids), "decode": (params, one, one, cache)}


figures = {}
if sys.argv[1] == "lower":
    config = common.GriffinConfig.from_preset(common.Preset.RECURRENT_GEMMA_2B_V1)
    config = config._replace(scan_type=common.ScanType.LINEAR_NATIVE)
    model = recurrentgemma.Griffin(config, dtype=jnp.bfloat16, param_dtype=jnp.bfloat16)
    for name, args in programs(model, 2048).items():
        start = time.perf_counter()
        text = jax.jit(model.apply).lower(*args).as_text()
        figures[f"lower {name}"] = (time.perf_counter() - start) * 1000
        figures[f"bytes {name}"] = len(text.encode())
else:
    dtype = {"f32": jnp.float32, "bf16": jnp.bfloat16}[sys.argv[2]]
    model = recurrentgemma.Griffin(griffin88m, dtype=dtype, param_dtype=dtype)
    for name, args in programs(model, int(sys.argv[3])).items():
        start = time.perf_counter()
        lowered = jax.jit(model.apply).lower(*args)
        figures[f"lower {name}"] = (time.perf_counter() - start) * 1000
        start = time.perf_counter()
        lowered.compile()
        figures[f"compile {name}"] = (time.perf_counter() - start) * 1000
versions = {name: version(name) for name in ("recurrentgemma", "jax")}
print(json.dumps({"figures": figures, "versions": versions}))
