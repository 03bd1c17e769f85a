"""Runs the programs of an artifact in IREE on the CPU: python iree_side.py FOLDER CALLS.json LOGITS.bin"""

import json
import sys
from importlib.metadata import version

import iree.compiler.tools
import iree.runtime
import numpy as np
from artifact import Artifact, run_calls

folder, calls, output = sys.argv[1:]
artifact = Artifact(folder)
config = iree.runtime.Config("local-task")
compiled = {}


def compile_program(name):
    code = iree.compiler.tools.compile_file(
        str(artifact.folder / artifact.programs[name]["file"]),
        input_type="stablehlo",
        target_backends=["llvm-cpu"],
        extra_args=["--iree-llvmcpu-target-cpu=host"],
    )
    module = iree.runtime.VmModule.copy_buffer(config.vm_instance, code)
    return iree.runtime.load_vm_module(module, config)


def run(name, arrays):
    if name not in compiled:
        compiled[name] = compile_program(name)
    results = compiled[name].main(*[iree.runtime.asdevicearray(config.device, array) for array in arrays])
    return list(results) if isinstance(results, (tuple, list)) else [results]


logits = run_calls(artifact, json.load(open(calls)), run)
np.concatenate([values.ravel() for values in logits]).tofile(output)
print(f"iree {version('iree-base-compiler')}")
