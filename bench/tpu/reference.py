"""The reference's programs, compiled for a TPU topology without a TPU; the compiled HLO is written as text.

    python reference.py PROGRAM OUTPUT [--topology v5e:2x2]

PROGRAM: scan | elementwise (x and a [1, 4096, 2560] f32), or RecurrentGemma 2B in bf16 by recurrentgemma's Flax code:
prefill (1 x 2048, the Pallas scan), decode-1, decode-16; train, a step of SGD by optax on 1 x 2048 as its fine-tuning tutorial
makes it, parameters donated. Needs libtpu: its package, or TPU_LIBRARY_PATH.
Prints one JSON object last: figures (ms, bytes) and versions.
"""
import argparse
import importlib.metadata
import json
import os
import pathlib
import sys
import time

os.environ.setdefault("TPU_SKIP_MDS_QUERY", "1")
os.environ.setdefault("TPU_WORKER_HOSTNAMES", "localhost")
os.environ.setdefault("TPU_ACCELERATOR_TYPE", "v5litepod-1")
os.environ.setdefault("ALLOW_MULTIPLE_LIBTPU_LOAD", "1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax
import jax.numpy as jnp
from jax.experimental import topologies
from jax.sharding import SingleDeviceSharding

ARRAYS = (1, 4096, 2560)
PREFILL_TOKENS = 2048
TRAIN_TOKENS = 2048


def scan():
    pair = lambda left, right: (right[0] * left[0], right[0] * left[1] + right[1])
    x = jax.ShapeDtypeStruct(ARRAYS, jnp.float32)
    return jax.jit(lambda x, a: jax.lax.associative_scan(pair, (a, x), axis=1)[1]), (x, x)


def elementwise():
    x = jax.ShapeDtypeStruct(ARRAYS, jnp.float32)
    return jax.jit(lambda x, a: x * a + x), (x, x)


def griffin_2b(batch, tokens, scan_type):
    """The 2B model, and descriptions of its parameters and of one int32 for each token."""
    from recurrentgemma import common
    from recurrentgemma import jax as recurrentgemma

    config = common.GriffinConfig.from_preset(common.Preset.RECURRENT_GEMMA_2B_V1)
    config = config._replace(scan_type=common.ScanType[scan_type])
    griffin = recurrentgemma.Griffin(config, dtype=jnp.bfloat16, param_dtype=jnp.bfloat16)
    ids = jax.ShapeDtypeStruct((batch, tokens), jnp.int32)
    # Parameters do not depend on how the scan is done; the Pallas kernel cannot be traced for a CPU.
    plain = recurrentgemma.Griffin(
        config._replace(scan_type=common.ScanType.LINEAR_NATIVE), dtype=jnp.bfloat16, param_dtype=jnp.bfloat16
    )
    return griffin, jax.eval_shape(plain.init, jax.random.key(0), ids, ids), ids


def model(batch, tokens, scan_type, cached):
    """The 2B model's forward pass, and descriptions of its arguments; a cache that is given is donated."""
    griffin, params, ids = griffin_2b(batch, tokens, scan_type)
    if not cached:
        return jax.jit(griffin.apply), (params, ids, ids)
    cache = jax.eval_shape(lambda: griffin.init_cache(batch, jnp.bfloat16))
    return jax.jit(griffin.apply, donate_argnums=3), (params, ids, ids, cache)


def train():
    """A step of SGD, and descriptions of its arguments: parameters, the optimiser's state, tokens with one more, positions, the mask."""
    import optax

    sys.path.append(str(pathlib.Path(__file__).parents[1]))
    from fine_tuning import step_of

    griffin, params, position = griffin_2b(1, TRAIN_TOKENS, "LINEAR_PALLAS")
    optimizer = optax.sgd(1e-3)

    state = jax.eval_shape(optimizer.init, params)
    rows = jax.ShapeDtypeStruct((1, TRAIN_TOKENS + 1), jnp.int32)
    mask = jax.ShapeDtypeStruct((1, TRAIN_TOKENS), jnp.float32)
    return jax.jit(step_of(griffin, optimizer), donate_argnums=(0, 1)), (params, state, rows, position, mask)


PROGRAMS = {
    "scan": scan,
    "elementwise": elementwise,
    "prefill": lambda: model(1, PREFILL_TOKENS, "LINEAR_PALLAS", cached=False),
    "decode-1": lambda: model(1, 1, "LINEAR_NATIVE", cached=True),
    "decode-16": lambda: model(16, 1, "LINEAR_NATIVE", cached=True),
    "train": train,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", choices=PROGRAMS)
    parser.add_argument("output")
    parser.add_argument("--topology", default="v5e:2x2")
    args = parser.parse_args()
    topology = topologies.get_topology_desc(args.topology, platform="tpu")
    place = SingleDeviceSharding(topology.devices[0])
    function, arguments = PROGRAMS[args.program]()
    arguments = jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype, sharding=place), arguments)
    start = time.perf_counter()
    lowered = function.lower(*arguments)
    middle = time.perf_counter()
    before = time.process_time()
    compiled = lowered.compile()
    core = time.process_time() - before
    end = time.perf_counter()
    with open(args.output, "w", encoding="utf8") as file:
        file.write(compiled.as_text())
    memory = compiled.memory_analysis()
    figures = {
        "lower ms": (middle - start) * 1000,
        "compile ms": (end - middle) * 1000,
        "compile core ms": core * 1000,
        "results": memory.output_size_in_bytes - memory.alias_size_in_bytes,
        "temporaries": memory.temp_size_in_bytes,
    }
    versions = {name: importlib.metadata.version(name) for name in ("jax", "recurrentgemma")}
    print(json.dumps({"figures": figures, "versions": versions}))


main()
