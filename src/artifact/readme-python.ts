/** @file The Python of an artifact's README: one program that reads it, with JAX or IREE to run it. */
import type { Manifest, ManifestProgram } from "./manifest.js";

/** Bytes of tensors by their names. */
export const READ_SAFETENSORS = `def read_safetensors(path):
    data = np.memmap(path, dtype=np.uint8, mode="r")
    begin = 8 + int.from_bytes(data[:8].tobytes(), "little")
    header = json.loads(data[8:begin].tobytes())
    ranges = {name: tensor["data_offsets"] for name, tensor in header.items() if name != "__metadata__"}
    return {name: data[begin + first : begin + last] for name, (first, last) in ranges.items()}`;

/** Reads the manifest and the weights; what both need. */
const READER = `import json, pathlib
import ml_dtypes, numpy as np

folder = pathlib.Path(".")  # this folder
manifest = json.loads((folder / "manifest.json").read_text())
index = json.loads((folder / manifest["weights"]).read_text())
programs = {program["name"]: program for program in manifest["programs"]}
dtypes = {"f32": np.float32, "bf16": ml_dtypes.bfloat16, "f16": np.float16}

${READ_SAFETENSORS}

files = {file["name"]: read_safetensors(folder / index["folder"] / file["name"]) for file in index["files"]}
shapes = {a["name"]: a["dimensions"] for p in programs.values() for a in p["arguments"] if a["role"] == "parameter"}
weights = {
    t["parameter"]: files[t["file"]][t["name"]].view(dtypes[t["dtype"]]).reshape(shapes[t["parameter"]])
    .astype(dtypes[manifest["dtype"]])
    for t in index["tensors"] if t["parameter"] in shapes
}`;

/** Compiles a portable program of a file. */
export const JAX = `import jax
from jax.extend.backend import get_backend, get_compile_options

backend = get_backend("cpu")
device = backend.local_devices()[0]

def compile(file):
    code = (folder / file).read_bytes()
    options = get_compile_options(num_replicas=1, num_partitions=1)
    program = backend.compile_and_load(code, (device,), options)
    def run(arguments):
        results = program.execute_sharded([jax.device_put(a, device) for a in arguments])
        return [shards[0] for shards in results.disassemble_into_single_device_arrays()]
    return run`;

const IREE = `import iree.compiler.tools, iree.runtime

config = iree.runtime.Config("local-task")

def compile(file):
    code = iree.compiler.tools.compile_file(
        str(folder / file), input_type="stablehlo", target_backends=["llvm-cpu"],
        extra_args=["--iree-llvmcpu-target-cpu=host"])
    module = iree.runtime.load_vm_module(iree.runtime.VmModule.copy_buffer(config.vm_instance, code), config)
    def run(arguments):
        results = module.main(*[iree.runtime.asdevicearray(config.device, a) for a in arguments])
        return list(results) if isinstance(results, (list, tuple)) else [results]
    return run`;

/** The two programs that a short text takes. */
interface Programs {
  readonly prefill: ManifestProgram;
  readonly decode: ManifestProgram;
}

/** Continues a prompt, the first piece padded in front. */
function use({ prefill, decode }: Programs, { batch, generation }: Omit<Manifest, "files">): string {
  const { bosId, padId, inputs, outputs } = generation;
  const call = (name: string, tokens: string, positions: string): string =>
    `call("${name}", {"${inputs.tokens}": ${tokens}, "${inputs.positions}": ${positions}})["${outputs.best}"]`;
  const { time } = prefill;
  return `compiled, prepared, states = {}, {}, {}

def call(name, inputs={}):
    program = programs[name]
    if name not in compiled:
        compiled[name] = compile(program["file"])
    if "prepare" in program and program["prepare"] not in prepared:
        prepared[program["prepare"]] = call(program["prepare"])
    source = {"input": inputs.get, "parameter": weights.get, "state": states.get,
              "prepared": lambda name: prepared[program["prepare"]][name]}
    results = compiled[name]([source[a["role"]](a["name"]) for a in program["arguments"]])
    named = {r["name"]: value for r, value in zip(program["results"], results)}
    states.update((r["name"], named[r["name"]]) for r in program["results"] if r["role"] == "state")
    return named

prompt = [${bosId}, 3, 4, 5]  # at most ${time} tokens; longer ones go through the programs of several pieces
padding = ${time} - len(prompt)
tokens = np.array([[${padId}] * padding + prompt] * ${batch}, np.int32)
positions = np.array([[-1] * padding + list(range(len(prompt)))] * ${batch}, np.int32)
best = np.asarray(${call(prefill.name, "tokens", "positions")})
for position in range(len(prompt), len(prompt) + 8):
    print(best[:, 0].tolist())
    at = np.full((${batch}, 1), position, np.int32)
    best = np.asarray(${call(decode.name, "best", "at")})`;
}

/** Code as a block of Markdown. */
export const block = (code: string): string => `\`\`\`python\n${code}\n\`\`\``;

/** How to run an artifact from Python, in Markdown. */
export function pythonSection(manifest: Omit<Manifest, "files">): string {
  const { programs, generation } = manifest;
  const prefill = programs.find(({ kind }) => kind === generation.programs.prefill);
  const decode = programs.find(({ kind }) => kind === generation.programs.decode);
  if (prefill === undefined || decode === undefined) return "";
  return `## Run it from Python

A program is called with arrays in the order of its arguments. This reads them by the manifest:

${block(READER)}

With JAX (tried with 0.10.2), \`compile\` is

${block(JAX)}

and with IREE (tried with 3.13; \`pip install iree-base-compiler iree-base-runtime\`)

${block(IREE)}

Then, with either of them, this prints the best tokens one after another:

${block(use({ prefill, decode }, manifest))}`;
}
