"""An artifact read by others than us: its manifest, its weights, and what a program's arguments are, in order."""

import json
import pathlib

import ml_dtypes
import numpy as np

DTYPES = {"f32": np.float32, "bf16": ml_dtypes.bfloat16, "f16": np.float16, "i32": np.int32}


def read_safetensors(path):
    """Tensors by name: (bytes, shape), where the bytes are mapped, not read."""
    data = np.memmap(path, dtype=np.uint8, mode="r")
    length = int.from_bytes(data[:8].tobytes(), "little")
    header = json.loads(data[8 : 8 + length].tobytes())
    header.pop("__metadata__", None)
    begin = 8 + length
    return {
        name: data[begin + entry["data_offsets"][0] : begin + entry["data_offsets"][1]]
        for name, entry in header.items()
    }


class Artifact:
    """The folder of an artifact, its weights as arrays of the dtype that it computes in."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.manifest = json.loads((self.folder / "manifest.json").read_text())
        self.programs = {program["name"]: program for program in self.manifest["programs"]}

    def code(self, name):
        """The portable StableHLO artifact of a program."""
        return (self.folder / self.programs[name]["file"]).read_bytes()

    def weights(self):
        """Every parameter by its path."""
        index = json.loads((self.folder / self.manifest["weights"]).read_text())
        files = {f["name"]: read_safetensors(self.folder / index["folder"] / f["name"]) for f in index["files"]}
        shapes = {
            argument["name"]: argument["dimensions"]
            for program in self.programs.values()
            for argument in program["arguments"]
            if argument["role"] == "parameter"
        }
        dtype = DTYPES[self.manifest["dtype"]]
        return {
            t["parameter"]: files[t["file"]][t["name"]].view(DTYPES[t["dtype"]]).reshape(shapes[t["parameter"]]).astype(dtype)
            for t in index["tensors"]
            if t["parameter"] in shapes
        }


def run_calls(artifact, calls, run):
    """Runs programs one after another, states carried from one to the next; `run(name, arrays)` gives a program's results.

    Returns the logits of each call.
    """
    weights = artifact.weights()
    prepared, states, logits = {}, {}, []

    def call(name, inputs):
        program = artifact.programs[name]
        makes = program.get("prepare")
        if makes is not None and makes not in prepared:
            names = [result["name"] for result in artifact.programs[makes]["results"]]
            prepared[makes] = dict(zip(names, call(makes, {})))
        sources = {
            "input": inputs.get,
            "parameter": weights.get,
            "state": states.get,
            "prepared": lambda name: prepared[makes][name],
        }
        return run(name, [sources[argument["role"]](argument["name"]) for argument in program["arguments"]])

    for step in calls:
        inputs = {name: np.asarray(step[name], np.int32) for name in ("tokens", "segment_pos")}
        results = call(step["program"], inputs)
        for value, result in zip(results, artifact.programs[step["program"]]["results"]):
            if result["role"] == "state":
                states[result["name"]] = value
            elif result["name"] == "logits":
                logits.append(np.asarray(value, np.float32))
    return logits
