"""Runs the programs of an artifact in JAX: python jax_side.py FOLDER CALLS.json LOGITS.bin"""

import json
import sys

import jax
import jax.extend.mlir
import numpy as np
from artifact import Artifact, run_calls
from jax.extend.backend import get_backend, get_compile_options
from jaxlib.mlir import ir

folder, calls, output = sys.argv[1:]
artifact = Artifact(folder)
backend = get_backend("cpu")
device = backend.local_devices()[0]
compiled = {}


def compile_program(name):
    code = artifact.code(name)
    with ir.Context():
        # It is also a module that JAX can look at: @main has the arguments that the manifest says.
        module = str(jax.extend.mlir.deserialize_portable_artifact(code))
    assert "func.func public @main(" in module, module[:200]
    return backend.compile_and_load(code, (device,), get_compile_options(num_replicas=1, num_partitions=1))


def run(name, arrays):
    if name not in compiled:
        compiled[name] = compile_program(name)
    placed = [jax.device_put(array, device) for array in arrays]
    results = compiled[name].execute_sharded(placed).disassemble_into_single_device_arrays()
    return [shards[0] for shards in results]


logits = run_calls(artifact, json.load(open(calls)), run)
np.concatenate([values.ravel() for values in logits]).tofile(output)
print(f"jax {jax.__version__}")
